// Combines trajectories into one system: one motif after the other in time, or a second mixed into a first.

import { z } from "zod";
import { type Trajectories, trajectories } from "#lib/core/artifacts/trajectories.ts";
import { describeShape } from "#lib/core/tensor.ts";
import { defineTask, type Item, many, one } from "#lib/core/task.ts";
import { admix } from "#lib/models/motifs/admix.ts";
import { attach, downsampleTime } from "#lib/models/motifs/attach.ts";
import { exampleTrajectories, statesOf, withStates } from "./_states.ts";

const params = z.strictObject({
  method: z.enum(["attach", "admix"])
    .describe(
      "attach: `parts` in time, each going on where the one before stopped; admix: `base` + share · `added`",
    ),
  share: z.number().optional().describe("α of admix: base + α (added − its first point)"),
  keep_length: z.boolean().default(true)
    .describe("attach: keep every m-th point of m motifs, so that the length stays"),
});

export default defineTask({
  name: "combine",
  summary: "Attaches motifs in time, or mixes one system into another.",
  version: 1,
  numerics: "f64",
  params,
  inputs: ({ method }) =>
    method === "attach"
      ? { parts: many(trajectories) }
      : { base: one(trajectories), added: one(trajectories) },
  outputs: { trajectories },
  examples: [
    {
      params: { method: "attach" },
      inputs: () => ({ parts: [exampleTrajectories(), exampleTrajectories()] }),
    },
    {
      params: { method: "admix", share: 0.5 },
      inputs: () => ({ base: exampleTrajectories(), added: exampleTrajectories() }),
    },
  ],
  run(_context, params, inputs) {
    const { parts, base, added } = inputs as unknown as {
      parts: readonly Item<Trajectories>[];
      base: Trajectories;
      added: Trajectories;
    };
    return params.method === "attach"
      ? { trajectories: attached(parts.map(({ value }) => value), params.keep_length) }
      : { trajectories: admixed(base, added, params.share) };
  },
});

function attached(parts: readonly Trajectories[], keepLength: boolean): Trajectories {
  if (parts.length < 2) {
    throw new RangeError(`attach takes at least two parts, but got ${parts.length}`);
  }
  parts.slice(1).forEach((part) => requireSameShape(parts[0], part));
  const { shape } = statesOf(parts[0]);
  const joined = attach(parts.map((part) => statesOf(part).states), shape);
  const long = { ...shape, numTime: shape.numTime * parts.length };
  if (!keepLength) return withStates(parts[0], joined, long);
  return withStates(parts[0], downsampleTime(joined, long, parts.length), shape);
}

function admixed(base: Trajectories, added: Trajectories, share: number | undefined): Trajectories {
  if (share === undefined) {
    throw new RangeError("admix needs `share`: how much of `added` goes into `base`");
  }
  requireSameShape(base, added);
  const { states, shape } = statesOf(base);
  return withStates(base, admix(states, statesOf(added).states, share, shape), shape);
}

function requireSameShape(a: Trajectories, b: Trajectories): void {
  const [left, right] = [a, b].map(({ states }) => describeShape(states.dims, states.shape));
  if (left !== right || a.dt !== b.dt || a.timeUnit !== b.timeUnit) {
    throw new RangeError(
      `combine takes trajectories of one shape and time step, but got ${left} with dt ${a.dt} and ${right} with dt ${b.dt}`,
    );
  }
}
