import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import { classicalMds } from "#lib/math/maps/classical_mds.ts";
import { disparitiesOf, monotoneFit } from "#lib/math/maps/monotone_regression.ts";
import { onPrincipalAxes, pointDistances } from "#lib/math/maps/place.ts";
import { smacof, smacofFrom, type SmacofOptions, stressOf } from "#lib/math/maps/smacof.ts";
import { compareRdms, prepareRdm } from "#lib/math/rsa/compare_rdms.ts";
import { rank } from "#lib/math/rsa/ranks.ts";
import { rdmOf } from "#lib/math/rsa/rdm.ts";
import { triangleOf } from "#lib/math/rsa/triangle.ts";
import { assertAllClose } from "#tests/support/close.ts";
import reference from "#tests/reference/dsa/rep_path.json" with { type: "json" };
import { type Draws, fresh, orthonormalMatrix, plainProduct } from "../linalg/fresh.ts";

const stored = triangleOf(Float64Array.from(reference.distance.flat()), 7);
const options: SmacofOptions = {
  numDims: 2,
  metric: true,
  numIterations: 1000,
  tolerance: 1e-3,
  convention: "scikit_learn",
};
const start = Float64Array.from(reference.smacof.init.flat());

Deno.test("distances of a representational path are the stored ones", () => {
  const rdms = [...reference.layers, reference.labels_onehot].map((rows) =>
    prepareRdm(
      rdmOf(
        {
          data: Float64Array.from(rows.flat()),
          numItems: rows.length,
          numFeatures: rows[0].length,
        },
        "squared_euclidean",
      ),
      "cosine",
    )
  );
  const angles = rdms.flatMap((a) => rdms.map((b) => compareRdms(a, b).angle));
  assertAllClose(angles, reference.distance.flat(), { atol: 1e-10 });
});

Deno.test("classicalMds() gives the stored eigenvalues, coordinates up to sign, and stress", () => {
  const { coordinates, eigenvalues } = classicalMds(stored, 2);
  assertAllClose(eigenvalues, reference.classical_mds.eigenvalues, { atol: 1e-9 });
  const wanted = reference.classical_mds.coordinates;
  for (const k of [0, 1]) {
    const sign = Math.sign(coordinates[k] * wanted[0][k]);
    wanted.forEach((row, i) => assertAlmostEquals(coordinates[2 * i + k], sign * row[k], 1e-9));
  }
  const stress = stressOf(stored, pointDistances(coordinates, 7, 2));
  assertAlmostEquals(stress, reference.classical_mds.stress, 1e-9);
});

Deno.test("smacofFrom() steps and stops as stored", () => {
  const once = smacofFrom(stored, start, { ...options, numIterations: 1 });
  assertAllClose(once.coordinates, reference.smacof.after_one_update.flat(), { atol: 1e-12 });
  const run = smacofFrom(stored, start, options);
  const wanted = reference.smacof.run_eps1e3;
  assertEquals(run.iterations, wanted.iterations);
  assertAllClose(run.coordinates, wanted.coordinates.flat(), { atol: 1e-12 });
  assertAlmostEquals(run.stress, wanted.stress, 1e-12);
  assertLess(run.finalStress, run.stress);
  const exact = {
    ...options,
    tolerance: 1e-12,
    convention: "relative",
    numIterations: 20000,
  } as const;
  const { coordinates } = classicalMds(stored, 2);
  const converged = smacofFrom(stored, coordinates, exact);
  assertAlmostEquals(converged.stress, reference.smacof.from_classical.stress, 1e-8);
  const { best } = smacof(stored, { ...exact, tolerance: 1e-9 }, {
    seed: 0,
    numStarts: 10,
    classical: false,
  });
  assertLess(best.stress, 1.01 * reference.smacof.best_stress_60_random);
});

Deno.test("stress never rises from step to step, metric and non-metric", () => {
  fresh((draws) => {
    const n = draws.integer(5, 12);
    const d = draws.normal(n * (n - 1) / 2, 1).map((value) => 0.2 + Math.abs(value));
    const from = draws.normal(n, 2);
    for (const metric of [true, false]) {
      let last = Infinity;
      for (let steps = 1; steps < 12; steps++) {
        const { finalStress, normalisedStress } = smacofFrom(d, from, {
          ...options,
          metric,
          numIterations: steps,
          tolerance: 0,
          convention: "relative",
        });
        const measure = metric ? finalStress : normalisedStress;
        assert(measure <= last + 1e-12, `${metric} ${steps}: ${measure} after ${last}`);
        last = measure;
      }
    }
  });
});

Deno.test("maps find points again, whatever their rotation", () => {
  fresh((draws) => {
    const n = draws.integer(4, 15);
    const points = draws.normal(n, 2);
    const distances = pointDistances(points, n, 2);
    const { coordinates, eigenvalues } = classicalMds(distances, 2);
    assertAllClose(pointDistances(coordinates, n, 2), distances, { atol: 1e-10 });
    assertLess(Math.abs(eigenvalues[n - 1]), 1e-10);
    const turned = plainProduct(points, orthonormalMatrix(draws, 2, 2), n, 2, 2);
    const one = onPrincipalAxes(points, n, 2);
    assertAllClose(onPrincipalAxes(turned.map((x) => x + 3), n, 2), one, { atol: 1e-9 });
    assertAllClose(pointDistances(one, n, 2), distances, { atol: 1e-12 });
    const { best } = smacof(distances, { ...options, tolerance: 1e-10, convention: "relative" }, {
      seed: 1,
      numStarts: 0,
      classical: true,
    });
    assertLess(best.stress, 1e-12);
  });
});

Deno.test("a non-metric map has the scale at which squared disparities sum to n(n − 1)/4, as scikit-learn's have", () => {
  fresh((draws) => {
    const n = draws.integer(6, 9);
    const dissimilarities = pointDistances(draws.normal(n, 4), n, 4).map((d) => 7 * d * d);
    const found = smacofFrom(dissimilarities, draws.normal(n, 2), { ...options, metric: false });
    const sum = found.finalStress / found.normalisedStress ** 2;
    assertAlmostEquals(sum, n * (n - 1) / 4, 1e-9);
  });
});

Deno.test("a non-metric map recovers the order of distances that were bent", () => {
  const points = randomPoints(12);
  const distances = pointDistances(points, 12, 2);
  const bent = distances.map((value) => value ** 3);
  const seek = (metric: boolean) =>
    smacof(bent, { ...options, metric, tolerance: 1e-9, convention: "relative" }, {
      seed: 3,
      numStarts: 5,
      classical: true,
    }).best;
  const order = (values: Float64Array) =>
    compareRdms(prepareRdm(values, "spearman"), prepareRdm(distances, "spearman")).similarity;
  const nonMetric = order(pointDistances(seek(false).coordinates, 12, 2));
  assertLess(order(pointDistances(seek(true).coordinates, 12, 2)), nonMetric);
  assertLess(0.999, nonMetric);
  assertLess(seek(false).normalisedStress, 0.02);
});

Deno.test("monotoneFit() is the nearest increasing sequence", () => {
  fresh((draws) => {
    const n = draws.integer(1, 8);
    const y = draws.normal(n, 1), weights = draws.normal(n, 1).map((w) => 0.1 + Math.abs(w));
    const fit = monotoneFit(y.slice(), weights);
    const error = (x: Float64Array) =>
      x.reduce((sum, v, i) => sum + weights[i] * (v - y[i]) ** 2, 0);
    for (let i = 1; i < n; i++) assert(fit[i] >= fit[i - 1]);
    for (let k = 0; k < 30; k++) {
      const step = draws.normal(n, 1);
      const other = fit.map((value, i) => value + 0.05 * step[i]).toSorted();
      assert(error(fit) <= error(other) + 1e-12);
    }
  });
});

Deno.test("disparitiesOf() keeps ties or lets them free", () => {
  fresh((draws) => {
    const d = Float64Array.from({ length: 20 }, () => draws.integer(0, 4));
    const x = draws.normal(20, 1).map(Math.abs);
    const { order, group } = rank(d);
    const [kept, free] = (["kept", "free"] as const).map((ties) =>
      disparitiesOf(x, order, group, ties)
    );
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 20; j++) {
        if (d[i] === d[j]) assertEquals(kept[i], kept[j]);
        if (d[i] < d[j]) assert(kept[i] <= kept[j] && free[i] <= free[j]);
      }
    }
    assert(stressOf(free, x) <= stressOf(kept, x) + 1e-15);
  });
});

Deno.test("maps refuse what cannot be mapped, in words", () => {
  const d = Float64Array.of(1, 2, 3);
  assertThrows(() => classicalMds(d, 3), RangeError, "take 1 … 2");
  assertThrows(() => classicalMds(Float64Array.of(1, NaN, 3), 1), RangeError, "finite");
  const one = { ...options, numDims: 1 };
  const starts = { seed: 0, numStarts: 1, classical: false };
  assertThrows(() => smacof(Float64Array.of(1, -2, 3), one, starts), RangeError, "negative");
  assertThrows(() => smacof(new Float64Array(3), one, starts), RangeError, "nothing to map");
  assertThrows(() => smacof(d, one, { ...starts, numStarts: 0 }), RangeError, "no start");
  assertThrows(() => smacofFrom(d, new Float64Array(2), one), RangeError, "3 items × 1");
  const lopsided = Float64Array.of(0, 1, 2, 0);
  assertThrows(() => triangleOf(lopsided, 2), RangeError, "not symmetric");
  assertThrows(
    () => triangleOf(Float64Array.of(1, 1, 1, 1), 2),
    RangeError,
    "zeros on the diagonal",
  );
});

function randomPoints(n: number): Float64Array {
  let points = new Float64Array();
  fresh((draws: Draws) => points = Float64Array.from(draws.normal(n, 2)), 5);
  return points;
}
