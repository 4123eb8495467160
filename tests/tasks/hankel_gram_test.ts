// The task `hankel_gram`: a fit that reads the matrix has the bytes of one that makes it, and refuses a foreign one.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { type HankelGram, hankelGram } from "#lib/core/artifacts/hankel_gram.ts";
import { type Operator, operator as operatorType } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { tensor } from "#lib/core/tensor.ts";
import { delayEmbedding } from "#lib/math/dmd/delay_embedding.ts";
import { transpose } from "#lib/math/linalg/transpose.ts";
import dmd from "#tasks/dmd.ts";
import gramTask from "#tasks/hankel_gram.ts";
import { trialSetOf } from "#tasks/_states.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { type Draws, fresh, plainProduct } from "../lib/math/linalg/fresh.ts";

/** Trials of unequal length of correlated noise, with a scale of their own. */
function recording(draws: Draws, lengths = [40, 31, 52], numUnits = 3): Trajectories {
  const longest = Math.max(...lengths);
  const data = new Float64Array(lengths.length * longest * numUnits).fill(NaN);
  const noise = draws.normal(lengths.length * longest, numUnits);
  lengths.forEach((length, trial) => {
    for (let t = 0; t < length; t++) {
      for (let unit = 0; unit < numUnits; unit++) {
        const at = (trial * longest + t) * numUnits + unit;
        data[at] = 30 * noise[at] + (t === 0 ? 0 : 0.7 * data[at - numUnits]);
      }
    }
  });
  return {
    states: tensor(["trial", "time", "unit"], [lengths.length, longest, numUnits], data),
    lengths,
    dt: 10,
    timeUnit: "ms",
  };
}

function made(): Trajectories {
  let value: Trajectories | undefined;
  fresh((draws) => void (value = recording(draws)));
  return value!;
}

const gramOf = async (params: object, trajectories: Trajectories) =>
  (await runTask(gramTask, { ...params }, { trajectories })).gram as HankelGram;
const fit = async (params: object, inputs: { trajectories: Trajectories; gram?: HankelGram }) =>
  (await runTask(dmd, { ...params }, inputs)).operator as Operator;

Deno.test("hankel_gram holds HᵀH of the trials, at a scale that is a power of two", async () => {
  const trajectories = made();
  const { arrays, about } = await gramOf({ n_delays: 3, delay_interval: 2 }, trajectories);
  const delays = { numDelays: 3, delayInterval: 2 };
  const { data, numRows: m, numFeatures: f } = delayEmbedding(trialSetOf(trajectories), delays);
  const scale = about.scale as number;
  assert(Number.isInteger(Math.log2(scale)));
  const found = arrays.gram.data.map((x) => x * scale * scale);
  assertAllClose(found, plainProduct(transpose(data, m, f), data, f, m, f), {
    rtol: 1e-10,
    atol: 1e-6,
  });
  assertEquals([about.num_rows, about.num_features, about.num_time], [m, f, [40, 31, 52]]);
});

Deno.test("dmd with a gram has the same bytes as without, for every rank, ridge, step, route and regression", async () => {
  const trajectories = made();
  const delays = { n_delays: 4, delay_interval: 2 };
  const gram = await gramOf(delays, trajectories);
  assertEquals(hankelGram.decode(hankelGram.encode(gram)), gram);
  for (
    const more of [
      {},
      { rank: 5 },
      { rank: 5, ridge: 0.1, steps_ahead: 2 },
      { rank: 5, method: "gram", max_rank: 7 },
      { rank: 3, method: "leading", max_rank: 4 },
      { rank_explained_variance: 0.8 },
      { rank: 4, regression: "reduced_rank" },
    ]
  ) {
    const params = { ...delays, ...more };
    const shared = await fit(params, { trajectories, gram });
    const own = await fit(params, { trajectories });
    assertEquals(operatorType.encode(shared), operatorType.encode(own), JSON.stringify(more));
  }
  const bySpan = await gramOf({ span_ms: 60, delay_interval: 2 }, trajectories);
  assertEquals(hankelGram.encode(bySpan), hankelGram.encode(gram));
});

Deno.test("dmd with a gram falls back to QR where the matrix is not accurate, and says so", async () => {
  const trajectories = made();
  const data = (trajectories.states.data as Float64Array).map((x, p) => x * 10 ** (-4 * (p % 3)));
  const graded = {
    ...trajectories,
    states: tensor(trajectories.states.dims, trajectories.states.shape, data),
  };
  const gram = await gramOf({ n_delays: 1 }, graded);
  const loose = await fit({ n_delays: 1, rank: 1, max_rank: 1 }, { trajectories: graded, gram });
  const tight = await fit({ n_delays: 1, rank: 3 }, { trajectories: graded, gram });
  assertEquals([loose.about.method, tight.about.method], ["gram", "qr"]);
  assertEquals(
    operatorType.encode(tight),
    operatorType.encode(
      await fit({ n_delays: 1, rank: 3, method: "qr" }, { trajectories: graded }),
    ),
  );
});

Deno.test("dmd refuses a gram of other delays, other trials or other data, and one that it would not use", async () => {
  const trajectories = made();
  const params = { n_delays: 4, delay_interval: 2, rank: 3 };
  const gram = await gramOf({ n_delays: 4, delay_interval: 2 }, trajectories);
  const refuse = (more: object, given: HankelGram, message: string, of = trajectories) =>
    assertRejects(
      () => fit({ ...params, ...more }, { trajectories: of, gram: given }),
      RangeError,
      message,
    );
  await refuse(
    { n_delays: 3 },
    gram,
    "gram with n_delays 4, but fits trajectories with n_delays 3",
  );
  await refuse({ delay_interval: 1 }, gram, "with delay_interval 2");
  await refuse({ method: "qr" }, gram, "method qr does not use");
  const data = (trajectories.states.data as Float64Array).slice();
  data[7] += 1e-12 * data[7];
  const states = tensor(trajectories.states.dims, trajectories.states.shape, data);
  await refuse({}, gram, "made from other trajectories", { ...trajectories, states });
  const { lengths: _, ...rest } = trajectories;
  const cut = {
    ...rest,
    states: tensor(["trial", "time", "unit"], [1, 40, 3], data.slice(0, 120)),
  };
  await refuse({}, gram, "with num_trials 3, but fits trajectories with num_trials 1", cut);
});

Deno.test("hankel_gram refuses what has no embedding, in words", async () => {
  const trajectories = made();
  await assertRejects(
    () => gramOf({ n_delays: 40 }, trajectories),
    RangeError,
    "hankel_gram got trajectories (trial 3 × time 52 × unit 3, trials of 31 to 52): too many delays for trial 1",
  );
  await assertRejects(() => gramOf({}, trajectories), TypeError, "exactly one of n_delays");
});
