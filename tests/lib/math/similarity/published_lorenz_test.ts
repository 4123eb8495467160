// CKA, Procrustes and the spectra of delay embeddings on the nine published Lorenz simulations.

import { commonRank } from "#lib/math/dmd/common_rank.ts";
import { fitHavok } from "#lib/math/dmd/havok.ts";
import { compareLinearCka, prepareLinearCka } from "#lib/math/similarity/linear_cka.ts";
import { compareProcrustes, prepareProcrustes } from "#lib/math/similarity/procrustes.ts";
import reference from "#tests/reference/attractors/repal.json" with { type: "json" };
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { PUBLISHED_SHAPE, publishedSimulations } from "../../models/published_study.ts";

const { normalized } = publishedSimulations(reference.r);
const numItems = PUBLISHED_SHAPE.numTrials * PUBLISHED_SHAPE.numTime;

Deno.test("compareLinearCka() and compareProcrustes() give the published values to the printed digits", () => {
  const cka = normalized.map((data) => prepareLinearCka(data, numItems, 3));
  const shapes = normalized.map((data) => prepareProcrustes(data, numItems, 3));
  for (let i = 0; i < 8; i++) {
    for (let j = i + 1; j < 9; j++) {
      const label = `simulations ${i} and ${j}`;
      assertAlmostEquals(
        compareLinearCka(cka[i], cka[j]).cka,
        reference.cka[i][j - i - 1],
        5.1e-6,
        label,
      );
      const { cosine } = compareProcrustes(shapes[i], shapes[j]);
      assertAlmostEquals(cosine, reference.procrustes_cosine[i][j - i - 1], 5.1e-6, label);
    }
  }
  assertAlmostEquals(compareLinearCka(cka[0], cka[1]).cka, reference.cka_notebook_first, 1e-14);
});

Deno.test("fitHavok() finds the stored singular value ratios at 33 delays of 6, and a common rank of 8", () => {
  // σ₂₀/σ₁ to two digits; for r < 1 rank 20 lies at the rounding of single precision.
  const ratios = [null, null, null, 5.7e-6, 9.7e-5, 3.4e-5, 2.2e-4, 6.3e-5, 2.1e-4];
  const delays = { numDelays: 33, delayInterval: 6 };
  const fits = normalized.map((data) =>
    fitHavok({ data, ...PUBLISHED_SHAPE }, { ...delays, rank: 20 })
  );
  fits.forEach((fit, simulation) => {
    assertEquals([fit.numRows, fit.numFeatures, fit.numPairs], [1600, 99, 1400]);
    const ratio = ratios[simulation];
    if (ratio === null) {
      assert(fit.singularRatio > 0.9e-8 && fit.singularRatio < 1.95e-8, `${fit.singularRatio}`);
    } else assertLess(Math.abs(fit.singularRatio / ratio - 1), 0.03, `simulation ${simulation}`);
    assertEquals(fit.method, fit.singularRatio < 1e-5 ? "qr" : "gram");
  });
  assertEquals(commonRank(fits.map((fit) => fit.singularValues)), {
    rank: 8,
    counts: [8, 8, 8, 10, 14, 10, 13, 10, 13],
  });
});

Deno.test("fitHavok() by Gram and by QR agree where the Gram route is trusted", () => {
  const trials = { data: normalized[6], ...PUBLISHED_SHAPE };
  const options = { numDelays: 33, delayInterval: 6, rank: 8, maxRank: 20 };
  const [gram, qr] = (["gram", "qr"] as const).map((method) =>
    fitHavok(trials, { ...options, method })
  );
  assertLess(Math.max(...gram.operator.map((x, i) => Math.abs(x - qr.operator[i]))), 1e-9);
  assertLess(Math.max(...gram.cross.map((x, i) => Math.abs(x - qr.cross[i]))), 1e-6);
});
