// What an operator is like, whatever made it: its spectra, how far from normal it is, how much it can amplify, how far it is
// from standing still. Trefethen & Embree 2005 (non-normality); Ostrow et al. 2023 (DSA to the identity).

import { z } from "zod";
import { operator } from "#lib/core/artifacts/operator.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { tableOf } from "#lib/core/table.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { identityDistance } from "#lib/math/dmd/identity_distance.ts";
import { nonNormality, spectralRadius, transientGrowth } from "#lib/math/dmd/operator_facts.ts";
import { eigenvalues } from "#lib/math/linalg/eigen.ts";
import { frobeniusNorm } from "#lib/math/linalg/norms.ts";
import { singularValues } from "#lib/math/linalg/svd.ts";
import { exampleFit, numberCell, operatorCells } from "./_delay_model.ts";
import { timescales } from "./_timescales.ts";

export default defineTask({
  name: "describe_operator",
  summary: "Lists the eigenvalues and singular values of an operator, and what they come to.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({}),
  inputs: { operator: one(operator) },
  outputs: { summary: table, spectrum: table },
  examples: [{ params: {}, inputs: () => ({ operator: exampleFit().operator }) }],
  run(_context, _params, { operator }) {
    const { matrix, about } = operator;
    const [n] = matrix.shape;
    const a = matrix.data instanceof Float64Array ? matrix.data : Float64Array.from(matrix.data);
    const bad = a.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0 || n === 0) {
      throw new RangeError(
        `describe_operator got an operator (target ${n} × source ${n})` +
          (n === 0 ? "" : ` with ${a[bad]} in row ${Math.floor(bad / n)}`) +
          "; it needs finite entries, at least one",
      );
    }
    const spectrum = eigenvalues(a, n);
    const singular = singularValues(a, n, n);
    const stepsAhead = typeof about.steps_ahead === "number" ? about.steps_ahead : 1;
    const { scales, units } = timescales(spectrum, stepsAhead);
    const identity = identityDistance(a, n);
    let trace = 0;
    for (let i = 0; i < n; i++) trace += a[i * n + i];
    return {
      summary: tableOf([{
        size: n,
        norm: frobeniusNorm(a),
        trace,
        spectral_radius: spectralRadius(a, n),
        transient_growth: transientGrowth(a, n),
        non_normality: nonNormality(a, n),
        angle_to_identity: numberCell(identity.angle),
        distance_to_identity: identity.euclidean,
        ...Object.fromEntries(
          Object.entries(operatorCells(operator)).filter(([, cell]) => cell !== null),
        ),
      }], {
        size: { description: "rows of A" },
        norm: { description: "‖A‖, Frobenius" },
        spectral_radius: { description: "largest modulus of an eigenvalue" },
        transient_growth: { description: "largest singular value" },
        non_normality: { description: "‖AᵀA − AAᵀ‖" },
        angle_to_identity: { unit: "rad", description: "DSA to the identity" },
        distance_to_identity: { description: "‖A − I‖, DSA to the identity" },
      }),
      spectrum: tableOf(
        Array.from(spectrum.re, (re, i) => ({
          eigenvalue: i,
          re,
          im: spectrum.im[i],
          singular_value: singular[i],
          ...scales[i],
        })),
        {
          ...units,
          singular_value: { description: "the i-th largest, of no eigenvalue in particular" },
        },
      ),
    };
  },
});
