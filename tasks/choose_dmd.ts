// Chooses delays and rank from the scores of a sweep, by four rules that each say why: one standard error, AIC, elbow, and how
// long free runs are good. Hastie, Tibshirani & Friedman 2009, section 7.10; Akaike 1974; Satopää et al. 2011.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { type Cell, recordsOf, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask, type Item, many } from "#lib/core/task.ts";
import { type Candidate, choose } from "#lib/math/dmd/selection.ts";

const rules = ["one_standard_error", "aic", "elbow", "horizon"] as const;

const params = z.strictObject({
  scored: z.enum(["predicted", "all"]).default("predicted").describe(
    "which scores count: of predicted samples, or of all, copied ones included (as in the reference)",
  ),
  prefer: z.array(z.enum(rules)).min(1).default(["one_standard_error", "aic"]).describe(
    "the recommendation is that of the first of these rules that can be applied",
  ),
});

type Records = readonly Readonly<Record<string, Cell>>[];

export default defineTask({
  name: "choose_dmd",
  summary: "Chooses delays and rank from the scores of a sweep, with reasons.",
  version: 1,
  numerics: "f64",
  params,
  inputs: {
    scores: many(table),
    trials: many(table, { optional: true }),
    horizons: many(table, { optional: true }),
    residuals: many(table, { optional: true }),
  },
  outputs: { choices: table, recommended: table, grid: table, by_score: table, by_trial: table },
  examples: [
    { params: {}, inputs: () => example() },
    { params: { scored: "all", prefer: ["aic"] }, inputs: () => ({ scores: example().scores }) },
  ],
  run(_context, { scored, prefer }, inputs) {
    const isScored = (record: Records[number]) => record.scored === scored;
    const all = rowsOf("scores", inputs.scores).filter(isScored);
    // A rank beyond the components that there are gives a fit that is there already.
    const points = unique(all, idOf);
    if (points.length === 0) {
      throw new RangeError(
        `choose_dmd found no scores of ${scored} samples in ${inputs.scores.length} tables; ` +
          "bind the scores of score_prediction, which got the operators",
      );
    }
    const trialRows = unique(
      rowsOf("trials", inputs.trials ?? []).filter(isScored),
      (row) => `${idOf(row)} ${row.trial}`,
    );
    const trials = groupsOf(trialRows);
    const horizons = groupsOf(rowsOf("horizons", inputs.horizons ?? []));
    const residuals = groupsOf(rowsOf("residuals", inputs.residuals ?? []));
    const candidates = points.map((row): Candidate => {
      const horizon = horizons.get(idOf(row))?.[0];
      return {
        numDelays: numberOf(row, "n_delays"),
        delayInterval: numberOf(row, "delay_interval"),
        rank: numberOf(row, "rank"),
        aic: numberOf(row, "aic"),
        logMse: numberOf(row, "log_mse"),
        trialMase: (trials.get(idOf(row)) ?? []).map((trial) => numberOf(trial, "mase")),
        ...(horizon === undefined ? {} : {
          horizon: {
            beatsPersistence: numberOf(horizon, "beats_persistence"),
            withinTolerance: numberOf(horizon, "within_tolerance"),
            longestLead: numberOf(horizon, "longest_lead"),
          },
        }),
      };
    });
    const choices = choose(candidates);
    const best = prefer.map((rule) => choices.find((choice) => choice.rule === rule)!)
      .find(({ index }) => index !== null);
    const place = (index: number | null) => placeOf(index === null ? undefined : points[index]);
    const chosenBy = (index: number) =>
      choices.filter((choice) => choice.index === index).map(({ rule }) => rule);
    const isOneInterval = new Set(points.map((row) => row.delay_interval)).size === 1;
    const grid = points.map((row, i): Record<string, Cell> => ({
      ...placeOf(row),
      embedding: isOneInterval ? `${row.n_delays}` : `${row.n_delays} at ${row.delay_interval}`,
      chosen_by: chosenBy(i).join(", "),
      ...row,
      ...numbersOf(horizons.get(idOf(row))?.[0]),
      ...numbersOf(residuals.get(idOf(row))?.[0]),
    }));
    return {
      choices: tableOf(choices.map(({ rule, index, reason }) => ({
        rule,
        ...place(index),
        recommended: rule === best?.rule,
        reason,
      }))),
      // Without any choice there is no row, so whoever takes members from it has none.
      recommended: tableOf(
        best === undefined ? [] : [{ ...place(best.index), rule: best.rule, reason: best.reason }],
        Object.fromEntries(idColumns.map((name) => [name, { key: true as const }])),
      ),
      grid: tableOf(grid),
      by_trial: tableOf(trialRows),
      by_score: tableOf(grid.flatMap((row, i) => byScore(row, i === best?.index))),
    };
  },
});

const shownScores = [
  "mase",
  "log_mse",
  "aic",
  "horizon",
  "beats_persistence",
  "within_tolerance",
  "average_residual",
  "non_normality",
  "spectral_radius",
];

const idColumns = ["n_delays", "delay_interval", "rank"] as const;

function idOf(row: Records[number]): string {
  return idColumns.map((name) => row[name]).join(" ");
}

function placeOf(row: Records[number] | undefined): Record<string, Cell> {
  return Object.fromEntries(idColumns.map((name) => [name, row?.[name] ?? null]));
}

function rowsOf(port: string, items: readonly Item<Table>[]): Records {
  return items.flatMap(({ value }, i) => {
    const names = value.columns.map(({ name }) => name);
    const lacking = idColumns.filter((name) => !names.includes(name));
    if (lacking.length > 0) {
      throw new TypeError(
        `choose_dmd: table ${i + 1} of ${port} has no column ${lacking.join(", ")}; ` +
          "bind tables of tasks that got a fitted operator",
      );
    }
    return recordsOf(value);
  });
}

/**
 * The first of rows that are known by the same.
 *
 * @throws {RangeError} if two of them have different scores: then they are of different systems or fits.
 */
function unique(rows: Records, nameOf: (row: Records[number]) => string): Records {
  const known = new Map<string, Records[number]>();
  for (const row of rows) {
    const first = known.get(nameOf(row));
    if (first === undefined) known.set(nameOf(row), row);
    else if (["mase", "aic"].some((score) => !Object.is(first[score], row[score]))) {
      throw new RangeError(
        `choose_dmd got two fits of ${
          idColumns.map((name) => `${name} ${row[name]}`).join(", ")
        } with different scores ` +
          `(mase ${first.mase} and ${row.mase}); choose for one system at a time, and gather the axes of the sweep only`,
      );
    }
  }
  return [...known.values()];
}

function groupsOf(rows: Records): Map<string, Records> {
  const groups = new Map<string, Records[number][]>();
  for (const row of rows) {
    const group = groups.get(idOf(row));
    if (group === undefined) groups.set(idOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

function numberOf(row: Records[number], name: string): number {
  const cell = row[name];
  return typeof cell === "number" ? cell : NaN;
}

/** Scores of a point in long form, for figures with a panel for each. */
function byScore(row: Records[number], recommended: boolean) {
  return shownScores.flatMap((score) =>
    typeof row[score] === "number"
      ? [{ score, embedding: row.embedding, ...placeOf(row), value: row[score], recommended }]
      : []
  );
}

/** The entries of a row that the scores do not have. */
function numbersOf(row: Records[number] | undefined): Record<string, Cell> {
  const known: readonly string[] = [...idColumns, "steps_ahead", "ridge"];
  return Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !known.includes(name)));
}

function example(): { scores: Table[]; trials: Table[] } {
  const ranks: [number, number][] = [[2, 0.9], [4, 0.41], [6, 0.4]];
  const ids = (rank: number) => ({ n_delays: 3, delay_interval: 1, rank });
  return {
    scores: ranks.map(([rank, mase]) =>
      tableOf(["all", "predicted"].map((scored) => ({
        scored,
        ...ids(rank),
        mase,
        aic: Math.log(mase) + rank / 100,
        log_mse: Math.log(mase),
      })))
    ),
    trials: ranks.map(([rank, mase]) =>
      tableOf([-0.02, 0.02].map((d, trial) => ({
        scored: "predicted",
        trial,
        ...ids(rank),
        mase: mase + d,
      })))
    ),
  };
}
