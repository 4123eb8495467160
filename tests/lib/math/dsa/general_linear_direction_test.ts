// Over GL(n) it matters which operator is moved: the score is that of the direction that comes less near.

import { assertAlmostEquals, assertGreater } from "@std/assert";
import { compareGeneralLinear } from "#lib/math/dsa/general_linear_pair.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";

Deno.test("compareGeneralLinear() scores the larger of both directions", () => {
  // One operator is normal with the other's trace, the other far from it: its eigenvalues may be had at almost no norm.
  const normal = describeOperator(Float64Array.of(1, 0, 0, -1), 2);
  const bent = describeOperator(Float64Array.of(1, 9, 0, -1), 2);
  const [toBent, toNormal] = [[bent, normal], [normal, bent]].map(([a, b]) =>
    compareGeneralLinear(a, b, { asPublished: true }).euclidean
  );
  assertGreater(Math.abs(toBent - toNormal), 0.05);
  const { euclidean } = compareGeneralLinear(bent, normal);
  assertAlmostEquals(euclidean, Math.max(toBent, toNormal), 1e-9);
});
