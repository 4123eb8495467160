// Figures as the study of networks draws them, around its published numbers: dissimilarity to master by group, along
// training, against accuracy and shared rules; one trial; psychometric curves.

import { randomStream } from "#lib/core/random.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { exampleNetwork, exampleTrials } from "#tasks/_network_states.ts";
import sharedRules from "#tasks/shared_rules.ts";
import traceTask from "#tasks/trial_traces.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import type { FigureCase } from "./cases.ts";

type Records = Record<string, Cell>[];

const groups = ["untrained", "master_frozen", "partial", "full", "full_unfrozen"] as const;
const published = {
  dsa: [0.607, 0.427, 0.324, 0.271, 0.306],
  linear_cka: [0.426, 0.419, 0.395, 0.403, 0.405],
  procrustes: [0.444, 0.412, 0.404, 0.415, 0.417],
};
const draws = (label: string, count: number) =>
  randomStream(0, label).normal(new Float64Array(count));

/** Two cells, twelve seeds. */
const after: Records = Object.entries(published).flatMap(([metric, means]) =>
  means.flatMap((mean, g) =>
    ["leaky_rnn", "leaky_gru"].flatMap((cell) =>
      [...draws(`${metric}/${g}/${cell}`, 12)].map((draw, seed) => ({
        metric,
        group: groups[g],
        cell,
        seed,
        value: mean + (cell === "leaky_rnn" ? 0.05 : -0.05) + 0.04 * draw,
        floor: 0.08,
        unit: "rad",
      }))
    )
  )
);

/** Points of runs: dissimilarity grows with the difference in accuracy under DSA alone. */
const along: Records = Object.entries({ dsa: 0.21, linear_cka: -0.075, procrustes: -0.05 })
  .flatMap(([metric, slope]) => {
    const x = randomStream(0, `along/${metric}`).uniform(new Float64Array(120));
    return [...draws(`noise/${metric}`, 120)].map((draw, at) => ({
      metric,
      group: ["master_frozen", "full"][at % 2],
      difference: 0.8 * x[at],
      shared_percent: [0, 33, 66, 100][at % 4],
      value: 0.42 + slope * 0.8 * x[at] + 0.06 * draw,
    }));
  });

const courses: Records = [0, 33, 66, 100].flatMap((shared_percent, s) =>
  ["dsa", "procrustes"].flatMap((metric) =>
    [0, 20, 40, 60, 80, 100].flatMap((percent) =>
      [...draws(`course/${metric}/${s}/${percent}`, 6)].map((draw) => ({
        metric,
        shared_percent: `${shared_percent} %`,
        percent,
        value: 0.5 - 0.0015 * shared_percent * percent / 100 + 0.05 * draw,
      }))
    )
  )
);

const psychometric: Records = [-51.2, -25.6, -12.8, -6.4, 0, 6.4, 12.8, 25.6, 51.2].flatMap((c) =>
  ["master", "full"].flatMap((group, g) =>
    [...draws(`psychometric/${group}/${c}`, 3)].map((draw) => ({
      group,
      signed_coherence_percent: c,
      p_choice_2: 1 / (1 + Math.exp(-(c + 2 * draw) / (6 + 6 * g))),
    }))
  )
);

const { traces } = await runTask(traceTask, { where: { choice: 1 }, nth: 1 }, {
  trials: exampleTrials(),
  model: exampleNetwork(),
});

const { phases } = await runTask(sharedRules, {
  groups: [
    { id: "untrained" },
    ...[
      ["master_frozen", [], ["W_in"]],
      ["master", [], null],
      ["pretrain_basic_anti_frozen", ["pdm_pro", "pdm_anti"], ["W_in"]],
      ["pretrain_frozen", ["pdm_anti", "pdm_pro", "pdm_delay"], ["W_in"]],
      ["pretrain_unfrozen", ["pdm_anti", "pdm_pro", "pdm_delay"], null],
    ].map(([id, rules, trainable]) => ({
      id,
      pretrain: (rules as string[]).length === 0 ? [] : [{ rules }],
      train: [{ rules: ["pdm_anti_delay"] }],
      trainable,
    })),
  ],
});

const unit = { value: { unit: "rad" } };
const table = (records: Records) => ({ tables: boundItems([tableOf(records, unit)]) });
const labels = {
  value: "dissimilarity to master",
  master_frozen: "Master & Frozen",
  untrained: "Untrained",
  partial: "Partial Pretraining",
  full: "Full Pretraining",
  full_unfrozen: "Full & Unfrozen",
  leaky_rnn: "leaky RNN",
  leaky_gru: "leaky GRU",
};

/** Cases by name. */
export const networkCases: Readonly<Record<string, FigureCase>> = {
  expectation: {
    params: {
      kind: "expectation",
      title: "What was expected",
      options: { expected: ["untrained", "partial", "full_unfrozen", "full"], labels },
    },
    inputs: table(after),
  },
  box_groups: {
    params: {
      kind: "box",
      width: "double",
      options: { facet: "metric", floor: "floor", points: true, labels },
    },
    inputs: table(after),
  },
  box_cells: {
    params: {
      kind: "box",
      title: "Architecture",
      options: { where: { metric: "dsa" }, series: "cell", labels },
    },
    inputs: table(after),
  },
  regression_accuracy: {
    params: {
      kind: "regression",
      width: "double",
      options: {
        x: "difference",
        facet: "metric",
        labels: { ...labels, difference: "|accuracy − accuracy of master|" },
      },
    },
    inputs: table(along),
  },
  regression_groups: {
    params: {
      kind: "regression",
      options: {
        where: { metric: "dsa" },
        x: "difference",
        series: "group",
        labels: { ...labels, difference: "difference in accuracy" },
      },
    },
    inputs: table(along),
  },
  courses: {
    params: {
      kind: "curves",
      width: "double",
      options: {
        x: "percent",
        series: "shared_percent",
        facet: "metric",
        zero: false,
        labels: { ...labels, percent: "share of training (%)" },
      },
    },
    inputs: table(courses),
  },
  psychometric: {
    params: {
      kind: "curves",
      options: {
        x: "signed_coherence_percent",
        y: "p_choice_2",
        series: "group",
        zero: false,
        labels: {
          ...labels,
          signed_coherence_percent: "signed coherence (%)",
          p_choice_2: "share of choice 2",
        },
      },
    },
    inputs: table(psychometric),
  },
  curriculum: {
    params: {
      kind: "curriculum",
      options: {
        groups: ["untrained"],
        labels: {
          ...labels,
          master: "Master",
          pretrain_basic_anti_frozen: "Pro + Anti",
          pretrain_frozen: "Full",
          pretrain_unfrozen: "Full & Unfrozen",
        },
      },
    },
    inputs: { tables: boundItems([phases]) },
  },
  traces: {
    params: {
      kind: "traces",
      title: "A trial and its answer",
      options: { colour: "kind", period: "period" },
    },
    inputs: { tables: boundItems([traces]) },
  },
};
