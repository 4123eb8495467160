// Every similarity on representations of unequal widths, more features than items among them, against NumPy's numbers
// from the definitions (tests/reference/similarity).

import { compareCca, prepareCca } from "#lib/math/similarity/cca.ts";
import { kernelAngle } from "#lib/math/similarity/centred_kernel.ts";
import { compareDebiasedCka, prepareDebiasedCka } from "#lib/math/similarity/debiased_cka.ts";
import { whitenPartially } from "#lib/math/similarity/partial_whitening.ts";
import {
  compareProcrustes,
  prepareProcrustes,
  type RotationGroup,
} from "#lib/math/similarity/procrustes.ts";
import { comparePwcca, preparePwcca } from "#lib/math/similarity/pwcca.ts";
import { prepareRbfCka } from "#lib/math/similarity/rbf_cka.ts";
import reference from "#tests/reference/similarity/similarity.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { Representation } from "./representations.ts";

const cases = reference.cases.map(({ x, y, ...expected }) => ({ x: of(x), y: of(y), expected }));

Deno.test("compareDebiasedCka() gives NumPy's numbers, in one batch and in many", () => {
  for (const { x, y, expected } of cases) {
    const cka = (options = {}) =>
      compareDebiasedCka(debiased(x, options), debiased(y, options)).cka;
    assertAlmostEquals(cka(), expected.debiased, 1e-11);
    for (const [size, value] of Object.entries(expected.minibatch)) {
      assertAlmostEquals(cka({ batchSize: Number(size) }), value, 1e-11, `batches of ${size}`);
    }
  }
});

Deno.test("prepareRbfCka() gives NumPy's debiased numbers", () => {
  for (const { x, y, expected } of cases) {
    for (const [fraction, value] of Object.entries(expected.rbf_debiased)) {
      const options = { bandwidth: Number(fraction), estimator: "debiased" } as const;
      const [k, l] = [x, y].map((one) =>
        prepareRbfCka(one.data, one.numItems, one.numFeatures, options)
      );
      assertAlmostEquals(kernelAngle(k, l).cka, value, 1e-11, `width ${fraction}`);
    }
  }
});

Deno.test("compareProcrustes() gives NumPy's numbers after partial whitening, uncentred, and by rotations alone", () => {
  for (const { x, y, expected } of cases) {
    for (const [alpha, value] of Object.entries(expected.shape)) {
      assertAllClose(shapes(x, y, { alpha: Number(alpha) }), value, { rtol: 1e-11 }, alpha);
    }
    assertAllClose(shapes(x, y, { centre: false }), expected.shape_as_it_is, { rtol: 1e-11 });
    if (expected.rotations_only === undefined) continue;
    const group = "special_orthogonal";
    assertAllClose(shapes(x, y, { group }), expected.rotations_only, { rtol: 1e-11 });
    const p = y.numFeatures;
    const mirrored = { ...y, data: y.data.map((value, at) => at % p === 0 ? -value : value) };
    const other = shapes(x, mirrored, { group });
    assertAllClose(other, expected.rotations_only_mirrored, { rtol: 1e-11 });
    const whitened = shapes(x, y, { group, alpha: 0.4 });
    assertAllClose(whitened, expected.rotations_only_whitened!, { rtol: 1e-11 });
  }
});

Deno.test("compareCca() gives NumPy's numbers of SVCCA and of a ridge", () => {
  for (const { x, y, expected } of cases) {
    const [a, b] = [x, y].map((one) => canonical(one, { ridge: 0.05 }));
    assertAlmostEquals(compareCca(a, b).cosine, expected.ridge, 1e-11);
    if (expected.svcca === undefined) continue;
    const [k, l] = [x, y].map((one) => canonical(one, { variance: 0.9 }));
    const { mean, cosine } = compareCca(k, l);
    assertEquals([k.rank, l.rank], expected.svcca.slice(0, 2));
    assertAllClose([mean, cosine], expected.svcca.slice(2), { atol: 1e-11 });
  }
});

Deno.test("comparePwcca() gives NumPy's numbers, weighted by either", () => {
  for (const { x, y, expected: { pwcca } } of cases) {
    if (pwcca === undefined) continue;
    const [a, b] = [x, y].map((one) => preparePwcca(one.data, one.numItems, one.numFeatures));
    const { first, second, mean } = comparePwcca(a, b);
    assertAllClose([first.similarity, second.similarity], pwcca, { atol: 1e-11 });
    assertAlmostEquals(mean.similarity, 0.5 * (pwcca[0] + pwcca[1]), 1e-11);
  }
});

function of(rows: number[][]): Representation {
  return {
    data: Float64Array.from(rows.flat()),
    numItems: rows.length,
    numFeatures: rows[0].length,
  };
}

function debiased(
  { data, numItems, numFeatures }: Representation,
  options: { batchSize?: number },
) {
  return prepareDebiasedCka(data, numItems, numFeatures, options);
}

function canonical({ data, numItems, numFeatures }: Representation, options: object) {
  return prepareCca(data, numItems, numFeatures, options);
}

function shapes(
  x: Representation,
  y: Representation,
  { alpha = 1, centre = true, group }: { alpha?: number; centre?: boolean; group?: RotationGroup },
): number[] {
  const [a, b] = [x, y].map((one) =>
    whitenPartially(prepareProcrustes(one.data, one.numItems, one.numFeatures, { centre }), alpha)
  );
  const { cosine, sizeAndShape } = compareProcrustes(a, b, group === undefined ? {} : { group });
  return [cosine, sizeAndShape];
}
