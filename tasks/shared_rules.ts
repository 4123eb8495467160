// How much of their curriculum groups of networks have in common, in whole per cent: of the rules that either was
// pretrained on, and of those that any group was. Leaves out networks; it reads the groups as the workflow declares them.
// Source: RepAL (Guilhot, Wójcik, Achterberg & Costa 2024, arXiv 2410.24070), regression on shared tasks.

import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask } from "#lib/core/task.ts";
import { sharedPercent } from "#lib/math/statistics/shared_percent.ts";

// Further fields of groups (labels) are left out of the key, and so are those of phases.
const group = z.object({
  id: z.string(),
  pretrain: z.array(z.object({ rules: z.array(z.string()) })).default([]),
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
  outputs: { pairs: table, groups: table },
  examples: [
    {
      params: {
        groups: [
          { id: "master", pretrain: [] },
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
    const all = new Set(rules.flatMap((one) => [...one.rules]));
    return {
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
