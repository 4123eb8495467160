// The task `surrogate`: trials of any lengths, seeds, what is kept of the artifact; and a p value from an axis of seeds.

import { assertEquals, assertNotEquals } from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/surrogate.ts";
import { runTask } from "#tests/support/run_task.ts";

const methods = [
  "time_reversal",
  "phase_randomised",
  "amplitude_adjusted",
  "circular_shift",
  "trial_permutation",
  "item_permutation",
] as const;

/** Trials of 5, 8 and 3 time points with two units; every number differs. */
function ragged(): Trajectories {
  const lengths = [5, 8, 3];
  const data = new Float64Array(3 * 8 * 2).fill(NaN);
  lengths.forEach((length, trial) => {
    for (let i = 0; i < length * 2; i++) data[trial * 16 + i] = 100 * trial + i + Math.sin(i * i);
  });
  const states = tensor(["trial", "time", "unit"], [3, 8, 2], data, {
    coords: { unit: ["x", "y"] },
  });
  return { states, lengths, dt: 5, timeUnit: "ms" };
}

async function surrogate(
  given: Trajectories,
  params: Record<string, unknown>,
): Promise<Trajectories> {
  return (await runTask(task, params, { trajectories: given })).trajectories;
}

/** Rows of the trials there are, as text, in order. */
function rows({ states, lengths }: Trajectories): string[][] {
  const [numTrials, numTime, numUnits] = states.shape;
  return Array.from(
    { length: numTrials },
    (_, trial) =>
      Array.from({ length: lengths?.[trial] ?? numTime }, (_, t) => {
        const from = (trial * numTime + t) * numUnits;
        return states.data.subarray(from, from + numUnits).join();
      }),
  );
}

for (const method of methods) {
  Deno.test(`surrogate by ${method} keeps shape, lengths, time step and names`, async () => {
    const given = ragged();
    const made = await surrogate(given, { method, seed: 4 });
    assertEquals([made.dt, made.timeUnit], [5, "ms"]);
    assertEquals(made.states.coords, { unit: ["x", "y"] });
    assertEquals(made.states.shape, [3, 8, 2]);
    const lengths = made.lengths!;
    assertEquals(lengths.toSorted(), [3, 5, 8]);
    if (method !== "trial_permutation") assertEquals(lengths, [5, 8, 3]);
    for (let trial = 0; trial < 3; trial++) {
      for (let i = 0; i < 16; i++) {
        assertEquals(Number.isNaN(made.states.data[trial * 16 + i]), i >= 2 * lengths[trial]);
      }
    }
    const again = await surrogate(given, { method, seed: 4 });
    assertEquals(again.states.data, made.states.data);
    const other = await surrogate(given, { method, seed: 5 });
    if (method === "time_reversal") assertEquals(other.states.data, made.states.data);
    else if (method !== "trial_permutation") assertNotEquals(other.states.data, made.states.data);
  });
}

Deno.test("surrogate moves whole moments, and each only as far as its method says", async () => {
  const given = ragged();
  const own = rows(given);
  const reversed = rows(await surrogate(given, { method: "time_reversal" }));
  assertEquals(reversed, own.map((trial) => trial.toReversed()));
  const shifted = rows(await surrogate(given, { method: "circular_shift", seed: 1 }));
  assertEquals(shifted.map((trial) => trial.toSorted()), own.map((trial) => trial.toSorted()));
  const trials = rows(await surrogate(given, { method: "trial_permutation", seed: 2 }));
  assertEquals(trials.map(String).sort(), own.map(String).sort());
  const items = rows(await surrogate(given, { method: "item_permutation", seed: 2 }));
  assertEquals(items.flat().sort(), own.flat().sort());
  assertNotEquals(items.map((trial) => trial.toSorted()), own.map((trial) => trial.toSorted()));
});

Deno.test("surrogate draws each trial's phases for itself", async () => {
  const given = ragged();
  const alone: Trajectories = {
    ...given,
    states: tensor(
      ["trial", "time", "unit"],
      [1, 5, 2],
      given.states.data.slice(0, 10) as Float64Array,
    ),
    lengths: [5],
  };
  const params = { method: "phase_randomised", seed: 9 };
  const [first] = rows(await surrogate(given, params));
  assertEquals(rows(await surrogate(alone, params)), [first]);
});
