import { packSkew, pairBasis, unpackSkew } from "#lib/math/dsa/pair_basis.ts";
import { innerProduct } from "#lib/math/linalg/norms.ts";
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { fresh, largestDifference } from "../linalg/fresh.ts";
import { withTranspose } from "./operators.ts";

const partner = Int32Array.of(1, 0, -1, 4, 3, -1, 7, 6);

Deno.test("packSkew() and unpackSkew() are inverse and keep lengths", () => {
  fresh((draws) => {
    const n = 8;
    const basis = pairBasis(partner, n, n);
    assertEquals(basis.size, n * (n - 1) / 2);
    assertEquals(basis.quads.length, 4 * 3, "three couplings of three blocks");
    const skew = withTranspose(draws, n, -1);
    const packed = packSkew(basis, skew, new Float64Array(basis.size));
    assertAlmostEquals(2 * innerProduct(packed, packed), innerProduct(skew, skew), 1e-11);
    const back = unpackSkew(basis, packed, 1, new Float64Array(n * n));
    assertLess(largestDifference(back, skew), 1e-14);
    const doubled = unpackSkew(basis, packed, 2, new Float64Array(n * n));
    assertLess(largestDifference(doubled, skew.map((x) => 2 * x)), 1e-14);
  });
});

Deno.test("packSkew() takes the skew part of any matrix", () => {
  fresh((draws) => {
    const n = 8;
    const basis = pairBasis(partner, n, n);
    const [skew, symmetric] = [withTranspose(draws, n, -1), withTranspose(draws, n, 1)];
    const alone = packSkew(basis, skew, new Float64Array(basis.size));
    const mixed = packSkew(
      basis,
      skew.map((x, p) => x + symmetric[p]),
      new Float64Array(basis.size),
    );
    assertLess(largestDifference(alone, mixed), 1e-14);
  });
});

Deno.test("pairBasis() of padded matrices leaves the padding alone", () => {
  const basis = pairBasis(Int32Array.of(1, 0, -1), 3, 4);
  const out = unpackSkew(basis, Float64Array.of(1, 2, 3), 1, new Float64Array(16));
  for (let i = 0; i < 4; i++) assertEquals([out[12 + i], out[4 * i + 3]], [0, 0]);
});
