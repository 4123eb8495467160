// How far ahead an operator can be trusted: errors of free runs from every possible start, by lead, beside persistence.

import { z } from "zod";
import { operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";
import type { TrialSet } from "#lib/math/dmd/delay_embedding.ts";
import { numCopied } from "#lib/math/dmd/predict.ts";
import type { DelayModel } from "#lib/math/dmd/delay_model.ts";
import { forecastHorizon, forecastSkill } from "#lib/math/dmd/forecast_skill.ts";
import { exampleFit, operatorCells, withModel } from "./_delay_model.ts";
import { lengthsOf } from "./_delays.ts";

export default defineTask({
  name: "forecast_horizon",
  summary: "Measures how long free runs of an operator stay better than persistence.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({
    num_leads: z.int().min(1).optional().describe(
      "applications of the operator to look ahead; default: half of the longest trial. Every trial needs that many after the delays to have a start",
    ),
    num_skipped: z.int().min(0).default(0).describe(
      "samples at the start of each trial that no forecast is about, so that fits of different delays are tried on the same ones",
    ),
    tolerance: z.number().positive().default(0.5).describe(
      "largest tolerated root mean squared error, as a share of the standard deviation",
    ),
  }),
  inputs: { operator: one(operator), trajectories: one(trajectories) },
  outputs: { skill: table, horizon: table },
  examples: [
    { params: {}, inputs: () => exampleFit() },
    { params: { num_leads: 3, tolerance: 0.1 }, inputs: () => exampleFit(1, 2) },
  ],
  run(_context, { num_leads, num_skipped, tolerance }, { operator, trajectories }) {
    return withModel("forecast_horizon", operator, trajectories, (model, trials) => {
      const skill = forecastSkill(trials, model, {
        numLeads: num_leads ?? halfOf(trials, model, num_skipped),
        numSkipped: num_skipped,
      });
      const { beatsPersistence, withinTolerance } = forecastHorizon(skill, tolerance);
      const ids = operatorCells(operator);
      const unit = trajectories.timeUnit === "ms" ? "ms" : "1";
      return {
        skill: tableOf(
          (["model", "persistence"] as const).flatMap((forecast) =>
            Array.from(skill.leads, (lead, i) => ({
              forecast,
              lead,
              lead_time: lead * trajectories.dt,
              error: Math.sqrt(skill[forecast][i]),
              ...ids,
            }))
          ),
          {
            forecast: { description: "free runs of the model, or the last known sample held" },
            lead: { description: "samples ahead" },
            lead_time: { unit },
            error: { description: "root mean squared, over the standard deviation" },
          },
        ),
        horizon: tableOf([{
          horizon: Math.min(beatsPersistence, withinTolerance),
          beats_persistence: beatsPersistence,
          within_tolerance: withinTolerance,
          beats_persistence_time: beatsPersistence * trajectories.dt,
          within_tolerance_time: withinTolerance * trajectories.dt,
          longest_lead: skill.leads[skill.leads.length - 1],
          num_starts: skill.numStarts,
          tolerance,
          ...ids,
        }], {
          horizon: { description: "samples up to which free runs are good in both ways" },
          beats_persistence: { description: "samples up to which free runs beat persistence" },
          within_tolerance: { description: "samples up to which the error is tolerated" },
          beats_persistence_time: { unit },
          within_tolerance_time: { unit },
        }),
      };
    });
  },
});

/** Leads that leave half of the longest trial as starts. */
function halfOf(trials: TrialSet, model: DelayModel, numSkipped: number): number {
  const { stepsAhead } = model;
  const rows = Math.max(...lengthsOf(trials)) - Math.max(numCopied(model), numSkipped) + stepsAhead;
  return Math.max(1, Math.floor((rows - 1) / (2 * stepsAhead)));
}
