// Residual DMD: which eigenvalues of an operator belong to the data, and which only to the fit. Measured on trajectories that
// the fit has not seen, if there are such. Colbrook, Ayton & Szőke 2023.

import { z } from "zod";
import { operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { pairedCodes, residualSummary, spectrumResiduals } from "#lib/math/dmd/residuals.ts";
import { exampleFit, numberCell, operatorCells, withModel } from "./_delay_model.ts";
import { timescales } from "./_timescales.ts";

export default defineTask({
  name: "dmd_residuals",
  summary: "Measures how far each eigenvalue of an operator is from being one of the data.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({
    epsilon: z.number().positive().optional().describe(
      "spectrum cleaning: eigenvalues with a residual above this are marked as not kept; default: all are kept",
    ),
  }),
  inputs: { operator: one(operator), trajectories: one(trajectories) },
  outputs: { spectrum: table, summary: table },
  examples: [
    { params: {}, inputs: () => exampleFit() },
    { params: { epsilon: 1e-6 }, inputs: () => exampleFit(1, 3) },
  ],
  run(_context, { epsilon }, { operator, trajectories }) {
    return withModel("dmd_residuals", operator, trajectories, (model, trials) => {
      const { operator: matrix, numComponents, stepsAhead } = model;
      const found = spectrumResiduals(pairedCodes(trials, model), matrix, numComponents);
      const { average, inverseParticipation } = residualSummary(found.residuals);
      const { scales, units } = timescales(found, stepsAhead, trajectories);
      const isKept = (j: number) => epsilon === undefined || found.residuals[j] <= epsilon;
      const spectrum = Array.from(found.re, (re, j) => ({
        eigenvalue: j,
        re,
        im: found.im[j],
        residual: numberCell(found.residuals[j]),
        normalized_residual: numberCell(found.normalized[j]),
        kept: isKept(j),
        ...scales[j],
      }));
      return {
        spectrum: tableOf(spectrum, {
          ...units,
          residual: { description: "‖(Y − λX)g‖² / ‖Xg‖² with Aᵀg = λg" },
          normalized_residual: { description: "residual over that of λ = 1" },
        }),
        summary: tableOf([{
          average_residual: numberCell(average),
          inverse_participation: numberCell(inverseParticipation),
          num_eigenvalues: numComponents,
          num_kept: spectrum.filter(({ kept }) => kept).length,
          ...operatorCells(operator),
        }], {
          inverse_participation: { description: "(Σ 1/residual)² / Σ 1/residual²" },
        }),
      };
    });
  },
});
