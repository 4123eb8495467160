// Comparison of dissimilarity matrices that are there already: of layers, areas, subjects, models of labels.
// Nili et al. 2014; Diedrichsen et al. 2021; Schütt et al. 2023.

import { z } from "zod";
import { type Rdm, rdm } from "../core/artifacts/rdm.ts";
import { defineMetric } from "../core/metric.ts";
import { describeShape } from "../core/tensor.ts";
import { compareRdms, type PreparedRdm, prepareRdm } from "../math/rsa/compare_rdms.ts";
import { rdmParams, underRdm } from "./_rdm_params.ts";
import { scoreUnit, scoreValue } from "./_similarity_score.ts";

/** A prepared matrix, what it is called in messages, and its items where they have names. */
interface Prepared {
  readonly label: string;
  readonly names: readonly string[] | undefined;
  readonly matrix: PreparedRdm;
}

export default defineMetric({
  name: "rdm_comparison",
  summary: "Angle or correlation between dissimilarity matrices of the same items",
  version: 1,
  params: z.strictObject(rdmParams),
  port: "rdms",
  takes: rdm,
  sense: "distance",
  unit: scoreUnit,
  laws: {
    symmetric: true,
    triangle: true,
    identity: 0,
    range: [0, Math.PI],
    invariantTo: ["isotropic-scale"],
    anyItemOrder: true,
  },
  under: underRdm,
  reference: {
    paper: "Nili et al. 2014; Diedrichsen et al. 2021; Schütt et al. 2023",
    agreesWith: "dsa/rsa_compare",
  },
  prepare(system, { comparison, tie_tolerance }): Prepared {
    const { values } = system.arrays;
    if (values === undefined) {
      throw new TypeError("the rdm has no array `values`, its upper triangle row by row");
    }
    const label = labelOf(system);
    const data = values.data instanceof Float64Array ? values.data : Float64Array.from(values.data);
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new RangeError(
        `${label}: entry ${bad} of its values is ${
          data[bad]
        }; leave out items with missing dissimilarities`,
      );
    }
    const names = system.about.labels as readonly string[] | undefined;
    return {
      label,
      names,
      matrix: named(label, () => prepareRdm(data, comparison, tie_tolerance)),
    };
  },
  compare(a, b, params) {
    const both = `a: ${a.label}, b: ${b.label}`;
    const found = named(both, () => {
      requireSameNames(a.names, b.names);
      return compareRdms(a.matrix, b.matrix);
    });
    return { value: scoreValue(found, params), more: { similarity: found.similarity } };
  },
});

function labelOf({ arrays: { values }, about }: Rdm): string {
  const measure = typeof about.measure === "string" ? `${about.measure}, ` : "";
  return `rdm (${measure}${describeShape(values.dims, values.shape)})`;
}

function named<T>(label: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${label}: ${error.message}`, { cause: error });
  }
}

/** Where both say what their items are, it must be the same in the same order. */
function requireSameNames(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): void {
  if (a === undefined || b === undefined || a.length !== b.length) return;
  const at = a.findIndex((name, i) => String(name) !== String(b[i]));
  if (at < 0) return;
  throw new RangeError(
    `item ${at} is '${a[at]}' in one and '${
      b[at]
    }' in the other; bring both into one order of items`,
  );
}
