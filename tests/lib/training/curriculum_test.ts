// Order of updates, labels of ways, stop rules.

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Phase, ruleOfUpdate, updatesPerEpoch, wayLabel } from "#lib/training/curriculum.ts";
import { type Accuracies, isReached, stopSchema } from "#lib/training/stop_rule.ts";

const phase: Phase = {
  rules: ["a", "b", "c"],
  order: "blocked",
  epochs: 5,
  stop: null,
  trainable: null,
  optimiser: "kept",
};

Deno.test("ruleOfUpdate() gives each rule its updates once, in either order", () => {
  for (const order of ["blocked", "interleaved"] as const) {
    const seen = new Set<string>();
    const turns = [0, 0, 0];
    for (let update = 0; update < updatesPerEpoch(phase, 4); update++) {
      const { place, turn } = ruleOfUpdate({ ...phase, order }, 4, update);
      assertEquals(turn, turns[place]++, `${order} ${update}`);
      seen.add(`${place} ${turn}`);
    }
    assertEquals(seen.size, 12);
  }
});

Deno.test("wayLabel() tells ways apart by what decides their steps, and by nothing else", () => {
  const label = (more: Partial<Phase>, epochs = 2) =>
    wayLabel([{ phase, epochs: 3 }, { phase: { ...phase, ...more }, epochs }]);
  const plain = label({});
  for (
    const same of [{ epochs: 9 }, { stop: stopSchema.parse({ accuracy: 0.5 }) }] as Partial<Phase>[]
  ) assertEquals(label(same), plain);
  const others = [
    label({ rules: ["a", "b"] }),
    label({ rules: ["b", "a", "c"] }),
    label({ order: "interleaved" }),
    label({ trainable: ["W_in"] }),
    label({ trainable: ["W_in", "W_out"] }),
    label({ optimiser: "fresh" }),
    label({}, 3),
  ];
  assertEquals(new Set([plain, ...others]).size, others.length + 1);
  // The order of names is none of training's business; one rule has no turns to take.
  assertEquals(label({ trainable: ["W_out", "W_in"] }), label({ trainable: ["W_in", "W_out"] }));
  assertEquals(
    label({ rules: ["a"], order: "interleaved" }),
    label({ rules: ["a"], order: "blocked" }),
  );
  // The first phase is fresh in any case.
  const first = (optimiser: Phase["optimiser"]) =>
    wayLabel([{ phase: { ...phase, optimiser }, epochs: 1 }]);
  assertEquals(first("fresh"), first("kept"));
  assertNotEquals(
    wayLabel([{ phase, epochs: 1 }, { phase, epochs: 2 }]),
    wayLabel([{ phase, epochs: 2 }, { phase, epochs: 1 }]),
  );
});

Deno.test("isReached() looks at the share that the rule names", () => {
  const names = [
    "accuracy",
    "accuracy_all",
    "accuracy_per_step",
    "accuracy_per_step_decidable",
  ] as const;
  const only = (name: keyof Accuracies) =>
    Object.fromEntries(names.map((one) => [one, one === name ? 1 : 0])) as unknown as Accuracies;
  const rules = [
    { on: "decidable", score: "per_trial" },
    { on: "all", score: "per_trial" },
    { on: "all", score: "per_step" },
    { on: "decidable", score: "per_step" },
  ];
  rules.forEach((rule, i) => {
    const stop = stopSchema.parse({ accuracy: 0.9, ...rule });
    names.forEach((name, j) => assertEquals(isReached(stop, [only(name)]), i === j, `${i} ${j}`));
  });
  assert(!isReached(null, [only("accuracy")]));
});

Deno.test("isReached() wants more than the share, of the least or the mean of the rules", () => {
  const of = (...shares: number[]) => shares.map((accuracy) => ({ accuracy }) as Accuracies);
  const least = stopSchema.parse({ accuracy: 0.75 });
  const mean = stopSchema.parse({ accuracy: 0.75, of: "mean" });
  assert(!isReached(least, of(0.75)) && isReached(least, of(0.7500001)));
  assert(!isReached(mean, of(0.5, 1)) && isReached(mean, of(0.5, 1, 0.875)));
  assert(!isReached(least, of(0.7, 0.9)) && !isReached(least, of(0.9, 0.7)));
  assert(isReached(least, of(0.8, 0.9)) && isReached(mean, of(0.7, 0.9)));
});
