// How much of their curriculum groups of networks have in common, in whole per cent: of the rules that either was
// pretrained on, and of those that any group was; and what each group learns when, for a diagram. Leaves out networks; it
// reads the groups as the workflow declares them.
// Source: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070), regression on shared tasks.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { type Column, type Table, tableOf } from "#lib/core/table.ts";
import { defineTask } from "#lib/core/task.ts";
import { sharedPercent } from "#lib/math/statistics/shared_percent.ts";

// Further fields of groups (labels) are left out of the key, and so are those of phases.
const phases = z.array(z.object({ rules: z.array(z.string()) })).default([]);
const group = z.object({
  id: z.string(),
  pretrain: phases,
  train: phases,
  trainable: z.union([z.array(z.string()), z.null()]).default(null),
  shared: z.array(z.string()).optional(),
  in_regression: z.boolean().optional(),
});

const params = z.strictObject({
  groups: z.array(group).min(1).describe(
    "groups as axes declare them: {id, shared: [rules]}, or {id, pretrain: [{rules}]} with the phases of their " +
      "pretraining; in_regression is handed through",
  ),
  reference: z.string().optional().describe(
    "a group; adds the share of all pretraining rules that each group has, as the published regression counts it",
  ),
  exclude: z.array(z.string()).default([]).describe("ids of groups left out of both tables"),
});

export default defineTask({
  name: "shared_rules",
  summary: "Counts the pretraining rules that groups have in common, in per cent.",
  version: 1,
  numerics: "exact",
  params,
  inputs: {},
  outputs: { pairs: table, groups: table, phases: table },
  examples: [
    {
      params: {
        groups: [
          { id: "master", pretrain: [], train: [{ rules: ["pdm_delay"] }], trainable: ["W_in"] },
          { id: "anti", pretrain: [{ rules: ["pdm_anti"] }] },
          { id: "basic", shared: ["pdm_pro"], in_regression: true },
          { id: "full", pretrain: [{ rules: ["pdm_anti", "pdm_pro"] }, { rules: ["pdm_delay"] }] },
        ],
        reference: "master",
      },
    },
  ],
  run(_context, { groups, reference, exclude }) {
    const ids = groups.map(({ id }) => id);
    const absent = [...exclude, ...reference === undefined ? [] : [reference]]
      .find((id) => !ids.includes(id));
    if (absent !== undefined) {
      throw new RangeError(`there is no group '${absent}'; there are ${ids.join(", ")}`);
    }
    const rules = groups.filter(({ id }) => !exclude.includes(id)).map((one) => ({
      id: one.id,
      rules: new Set(one.shared ?? one.pretrain.flatMap((phase) => phase.rules)),
      about: one.in_regression === undefined ? {} : { in_regression: one.in_regression },
    }));
    const kept = groups.filter(({ id }) => !exclude.includes(id));
    const all = new Set(rules.flatMap((one) => [...one.rules]));
    return {
      phases: phasesOf(kept),
      pairs: tableOf(
        rules.flatMap((a) =>
          rules.map((b) => ({
            a: a.id,
            b: b.id,
            shared_percent: sharedPercent(a.rules, b.rules),
          }))
        ),
        {
          a: { key: true },
          b: { key: true },
          shared_percent: {
            unit: "%",
            description: "rules in both pretrainings, of those in either; both empty: 100",
          },
        },
      ),
      groups: tableOf(
        rules.map(({ id, rules: own, about }) => ({
          group: id,
          num_rules: own.size,
          rules: [...own].sort().join(" "),
          trained_percent: all.size === 0 ? 0 : Math.floor(100 * own.size / all.size),
          ...about,
          ...(reference === undefined ? {} : { is_reference: id === reference }),
        })),
        {
          group: { key: true },
          trained_percent: {
            unit: "%",
            description: "rules in the pretraining, of those in any group's",
          },
        },
      ),
    };
  },
});

/** Rules in the order in which a group learns them; those of the training proper begin at place 1. */
function phasesOf(groups: readonly z.output<typeof group>[]): Table {
  const columns: readonly Column[] = [
    { name: "group", type: "string", key: true },
    {
      name: "place",
      type: "number",
      key: true,
      description: "order of learning: pretraining ends at 0, training begins at 1",
    },
    { name: "phase", type: "string", description: "pretrain or train" },
    { name: "rule", type: "string" },
    { name: "trained", type: "string", description: "parameters that change" },
  ];
  const rows = groups.flatMap(({ id, pretrain, train, trainable }) => {
    const before = pretrain.flatMap(({ rules }) => rules);
    const own = train.flatMap(({ rules }) => rules);
    return [
      ...before.map((rule, at) => [id, at + 1 - before.length, "pretrain", rule, "all"]),
      ...own.map((rule, at) => [id, at + 1, "train", rule, trainable?.join(" ") ?? "all"]),
    ];
  });
  return { columns, rows };
}
