// Noise of networks in training: as large as its setting says, never the same again, and other for other seeds. A silent
// network shows it: its states are noise alone, and the penalty on activity is their mean square.

import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { recordsOf } from "#lib/core/table.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { type Params, phase, shortTiming, small, train } from "#tests/support/training.ts";

const [units, rows] = [32, 64];
const gain = 1 - Math.exp(-1);
const numSteps = shortTiming.fixation / 100 + shortTiming.stimulus / 100 +
  shortTiming.decision / 100;

const longTiming = { ...shortTiming, stimulus: 900 };

/** Mean square of the states in each epoch; `heard` is the input channel that all units take up, if any. */
async function squares(settings: Params, more: Params = {}, heard?: number): Promise<number[]> {
  await using engine = wasmEngine(1);
  const params = {
    ...small,
    units,
    batch_size: rows,
    updates_per_epoch: 1,
    rules: ["pdm_pro"],
    // All trials look alike. Those of the evaluation are longer: room that no mean counts.
    trial: { timing: { train: shortTiming, test: longTiming }, coherences_percent: [0], sigma: 0 },
    data: { source: "fixed", num_sequences: 100 },
    model_settings: { activation: "identity", ...settings },
    penalties: { activity_l2: 1 },
    optimiser: { kind: "sgd", learning_rate: 1e-30 },
    ...more,
  };
  const { weights } = await train(engine, { ...params, phases: [] });
  const parameters = Object.fromEntries(
    Object.entries(weights.parameters).map(([name, one]) => [
      name,
      {
        ...one,
        data: one.data.map((_, i) => name === "W_in" && i % 3 === heard ? 1 : 0),
      },
    ]),
  );
  const init = { ...weights, parameters } as typeof weights;
  const made = await train(engine, { ...params, phases: [phase(["pdm_pro"], 2)] }, { init });
  return recordsOf(made.log).map(({ penalty }) => penalty as number);
}

/** Mean over steps of the variance of a leaky sum, to which each step adds gain² × variance. */
function leakyVariance(variance: number): number {
  let [now, sum] = [0, 0];
  for (let t = 0; t < numSteps; t++) {
    now = (1 - gain) ** 2 * now + gain ** 2 * variance;
    sum += now;
  }
  return sum / numSteps;
}

Deno.test("recurrent noise has the size that its setting says, and is never the same again", async () => {
  assertEquals(await squares({}), [0, 0]);
  const [first, second] = await squares({ recurrent_noise: 0.3 });
  // Yang et al. 2019, eq. 2: √(2/α) σ in what drives a unit. Some 10,000 squares: two percent or so.
  const expected = leakyVariance(2 / gain * 0.3 ** 2);
  for (const found of [first, second]) assertAlmostEquals(found / expected, 1, 0.06);
  assertNotEquals(first, second);
  assertEquals((await squares({ recurrent_noise: 0.3 }))[0], first);
  assertNotEquals((await squares({ recurrent_noise: 0.3 }, { seed: 1 }))[0], first);
});

Deno.test("input noise has the size that its setting says, and is never the same again", async () => {
  const [quiet, same] = await squares({}, {}, 1);
  assertEquals(quiet, same);
  const [first, second] = await squares({ input_noise: 0.3 }, { units: 1, batch_size: 512 }, 1);
  const expected = quiet + leakyVariance(2 / gain * 0.3 ** 2);
  for (const found of [first, second]) assertAlmostEquals(found / expected, 1, 0.1);
  assertNotEquals(first, second);
});
