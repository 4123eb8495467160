// The DSA tutorial's three trajectories through `dmd` and `compare`: stored spectra, exact angles, and what truncation does.

import { assert, assertAlmostEquals, assertLess } from "@std/assert";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { decodeNpy } from "#lib/core/npy.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import dsa from "#lib/metrics/dsa.ts";
import bytes from "#tests/reference/dsa/tutorial_trajectories.npy" with { type: "bytes" };
import scores from "#tests/reference/dsa/tutorial_scores.json" with { type: "json" };
import compare from "#tasks/compare.ts";
import dmd from "#tasks/dmd.ts";
import { runTask } from "#tests/support/run_task.ts";
import { matchedDistance } from "../math/linalg/matched_spectra.ts";

const names = ["circle", "oval", "walk"] as const;

const trajectories = names.map((_, at): Trajectories => {
  const all = decodeNpy(bytes).data as Float64Array;
  const states = tensor(
    ["trial", "time", "unit"],
    [1, 1001, 2],
    all.slice(at * 2002, (at + 1) * 2002),
  );
  return { states, dt: 1, timeUnit: "1" };
});

async function fits(params: Record<string, unknown>): Promise<Operator[]> {
  return await Promise.all(
    trajectories.map(async (trajectories) =>
      (await runTask(dmd, params, { trajectories })).operator as Operator
    ),
  );
}

async function angles(operators: readonly Operator[]): Promise<Record<string, number>> {
  const items = operators.map((value, at) => ({ value, coords: { system: names[at] } }));
  const { scores } = await runTask(compare, { metric: "dsa" }, { operators: items }, {
    metric: dsa,
  });
  return Object.fromEntries(
    recordsOf(scores as Table).filter(({ half }) => half === "upper")
      .map(({ a, b, value }) => [`${a}-${b}`, value as number]),
  );
}

for (const [setting, n_delays, delay_interval] of [["1_1", 1, 1], ["20_10", 20, 10]] as const) {
  Deno.test(`dmd of the tutorial's trajectories has the stored spectra at ${setting}`, async () => {
    const operators = await fits({ n_delays, delay_interval, rank: 2 * n_delays });
    operators.forEach(({ matrix }, at) => {
      const a = matrix.data as Float64Array;
      const n = 2 * n_delays;
      const stored = scores[setting].A_v_eigenvalues[at];
      const spectrum = { re: stored.map(([re]) => re), im: stored.map(([, im]) => im) };
      assertLess(matchedDistance(eigenvalues(a, n), spectrum), 1e-7);
      assertAlmostEquals(Math.hypot(...a), scores[setting].A_v_frobenius[at], 1e-7);
    });
  });
}

Deno.test("DSA of the tutorial's trajectories with one delay is the closed form's angle", async () => {
  const found = await angles(await fits({ n_delays: 1, rank: 2 }));
  for (const [pair, exact] of Object.entries(scores["1_1"].exact_angles)) {
    assertAlmostEquals(found[pair], exact, 1e-7, pair);
  }
});

Deno.test("DSA of the tutorial's trajectories at full rank reaches the best known angles", async () => {
  const found = await angles(await fits({ n_delays: 20, delay_interval: 10, rank: 40 }));
  for (const [pair, best] of Object.entries(scores["20_10"].best_known_angles)) {
    assert(found[pair] <= best + 1e-5, `${pair}: ${found[pair]} above ${best}`);
    assert(found[pair] >= best - 5e-3, `${pair}: ${found[pair]} far below ${best}`);
  }
  assert(found["circle-walk"] < found["circle-oval"], "the noise decides, not the rotation");
});

Deno.test("DSA of the tutorial's trajectories finds circle and oval alike once the noise is cut off", async () => {
  for (const rank of [2, 4]) {
    const found = await angles(await fits({ n_delays: 20, delay_interval: 10, rank }));
    assert(found["circle-oval"] < 0.015, `rank ${rank}: ${JSON.stringify(found)}`);
    assert(3 * found["circle-oval"] < Math.min(found["circle-walk"], found["oval-walk"]));
  }
});
