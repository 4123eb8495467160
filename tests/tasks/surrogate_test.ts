// The task `surrogate`: trials of any lengths, seeds, what is kept of the artifact; and a p value from an axis of seeds.

import {
  assertEquals,
  assertGreater,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { randomStream } from "#lib/core/random.ts";
import { tensor } from "#lib/core/tensor.ts";
import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import { surrogateP } from "#lib/math/statistics/surrogate_p.ts";
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
    units: "Hz",
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
    assertEquals([made.states.coords, made.states.units], [{ unit: ["x", "y"] }, "Hz"]);
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

/** Ten trials of 20 moments of two units that forget a tenth at each step. */
function slow(seed: number): Trajectories {
  const data = randomStream(seed, "slow").normal(new Float64Array(400));
  for (let at = 2; at < 400; at++) if (at % 40 >= 2) data[at] = 0.9 * data[at - 2] + 0.4 * data[at];
  return { states: tensor(["trial", "time", "unit"], [10, 20, 2], data), dt: 1, timeUnit: "1" };
}

/** Of 40 pairs of independent recordings, how many are taken for alike by CKA at p ≤ 0.1. */
async function falseAlarms(method: string): Promise<number> {
  const ready = ({ states }: Trajectories) => prepareLinearCka(states.data as Float64Array, 200, 2);
  let count = 0;
  for (let pair = 0; pair < 40; pair++) {
    const [a, b] = [ready(slow(2 * pair)), slow(2 * pair + 1)];
    const scores = await Promise.all(
      Array.from({ length: 19 }, (_, seed) => surrogate(b, { method, seed })),
    );
    const [observed, ...others] = [b, ...scores].map((one) =>
      compareLinearCka(a, ready(one)).angle
    );
    if (surrogateP(observed, others, "less") <= 0.1) count++;
  }
  return count;
}

Deno.test("surrogate by trial_permutation calls independent recordings alike as often as p says, by item_permutation nearly always", async () => {
  // Binomial(40, 0.1): more than 10 in one of 1000 such tests.
  assertLess(await falseAlarms("trial_permutation"), 11);
  assertGreater(await falseAlarms("item_permutation"), 20);
});

Deno.test("surrogate names what it refuses, with its dims", async () => {
  const empty: Trajectories = {
    states: tensor(["trial", "time", "unit"], [0, 3, 2], new Float64Array(0)),
    dt: 1,
    timeUnit: "1",
  };
  for (const method of methods) {
    await assertRejects(
      () => surrogate(empty, { method }),
      RangeError,
      "(trial 0 × time 3 × unit 2)",
    );
  }
  const one: Trajectories = {
    states: tensor(["trial", "time", "unit"], [1, 1, 2], Float64Array.of(1, 2)),
    dt: 1,
    timeUnit: "1",
  };
  for (const [method, what] of [["trial", "one trial"], ["item", "one moment"]]) {
    await assertRejects(
      () => surrogate(one, { method: `${method}_permutation` }),
      RangeError,
      what,
    );
  }
  const given = ragged();
  given.states.data[3] = Infinity;
  await assertRejects(
    () => surrogate(given, { method: "phase_randomised" }),
    RangeError,
    "surrogate got trajectories (trial 3 × time 8 × unit 2, trials of 3 to 8): a spectrum needs finite numbers",
  );
});
