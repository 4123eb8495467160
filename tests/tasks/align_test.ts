// The task `align`: the rotation it gives is one, and does what the score says.

import { assert, assertAlmostEquals, assertRejects } from "@std/assert";
import type { Arrays } from "#lib/core/artifacts/arrays.ts";
import type { Operator } from "#lib/core/artifacts/operator.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { multiply, multiplyTransposeA, multiplyTransposeB } from "#lib/math/linalg/matmul.ts";
import dsa from "#lib/metrics/dsa.ts";
import task from "#tasks/align.ts";
import compare from "#tasks/compare.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { runTask } from "#tests/support/run_task.ts";
import { fresh, orthonormalMatrix } from "../lib/math/linalg/fresh.ts";

const operatorOf = (matrix: Float64Array, n: number): Operator => ({
  matrix: tensor(["target", "source"], [n, n], matrix),
  about: { rank: n, warnings: [] },
});

async function align(a: Operator, b: Operator, params: Record<string, unknown> = {}) {
  const { aligned, rotation, score } = await runTask(task, params, { a, b });
  return {
    aligned: (aligned as Operator).matrix.data as Float64Array,
    c: (rotation as Arrays).arrays.rotation.data as Float64Array,
    score: recordsOf(score as Table)[0],
  };
}

Deno.test("align brings a rotated copy back onto its original", async () => {
  const pairs: (readonly [Operator, Operator, number])[] = [];
  fresh((draws) => {
    const n = 6;
    const a = draws.normal(n, n);
    const q = orthonormalMatrix(draws, n, n);
    const b = multiplyTransposeB(multiply(q, a, n, n, n), q, n, n, n);
    pairs.push([operatorOf(a, n), operatorOf(b, n), n]);
  });
  for (const [a, b, n] of pairs) {
    const { aligned, c, score } = await align(a, b);
    assertAlmostEquals(score.angle as number, 0, 1e-6);
    assertAllClose(aligned, a.matrix.data as Float64Array, { atol: 1e-6 });
    const identity = Float64Array.from({ length: n * n }, (_, k) => k % (n + 1) === 0 ? 1 : 0);
    assertAllClose(multiplyTransposeA(c, c, n, n, n), identity, { atol: 1e-12 });
  }
});

Deno.test("align gives the angle that compare gives, at the aligned operator", async () => {
  const pairs: (readonly [Operator, Operator])[] = [];
  fresh((draws) => {
    pairs.push([operatorOf(draws.normal(5, 5), 5), operatorOf(draws.normal(5, 5), 5)]);
  });
  for (const [a, b] of pairs) {
    const { aligned, score } = await align(a, b);
    const { scores } = await runTask(compare, { metric: "dsa" }, { a, b }, { metric: dsa });
    assertAlmostEquals(score.angle as number, recordsOf(scores as Table)[0].value as number, 1e-12);
    const x = a.matrix.data as Float64Array;
    let inner = 0;
    for (let k = 0; k < x.length; k++) inner += x[k] * aligned[k];
    const cosine = inner / (Math.hypot(...x) * Math.hypot(...aligned));
    assertAlmostEquals(Math.acos(cosine), score.angle as number, 1e-7);
    assert((score.lower_bound as number) <= (score.angle as number));
  }
});

Deno.test("align refuses operators of different size, and says what to do", async () => {
  await assertRejects(
    () => align(operatorOf(Float64Array.of(1), 1), operatorOf(Float64Array.of(1, 0, 0, 2), 2)),
    RangeError,
    "bind a common rank",
  );
});
