// Cases for the conformance suite: batches of members that differ in everything but the system, at sizes around those of
// quads, workgroups and groups of quads, in one dispatch or as a later one of several.

import type { Attractor } from "#lib/core/attractor.ts";
import type { KernelCase, KernelCases } from "#lib/core/kernel.ts";
import type { RandomStream } from "#lib/core/random.ts";
import { uniformInBox } from "#lib/math/random/uniform_box.ts";
import { type OdeKernel, odeKernel } from "./kernel.ts";
import { memberTables, numQuadsOf, packStates, quadTable, type Stretch } from "./layout.ts";
import type { OdeBuffer, OdeMethod, OdeUniform } from "./twin.ts";

/** A kernel that is made for a system, and its cases. */
export interface OdeVariant {
  readonly kernel: OdeKernel;
  readonly cases: KernelCases<OdeBuffer, OdeUniform>;
}

/**
 * The kernel of a system and a method, with cases for it.
 *
 * @example
 * ```ts
 * import { odeVariant } from "#gpu/ode/cases.ts";
 * import lorenz from "#lib/models/attractors/lorenz.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(odeVariant(lorenz, "euler", 3).kernel.name, "ode_ensemble/lorenz_euler");
 * ```
 */
export function odeVariant(
  // deno-lint-ignore no-explicit-any
  attractor: Attractor<any>,
  method: OdeMethod,
  numUnits: number,
): OdeVariant {
  const kernel = odeKernel(attractor, method, numUnits);
  return { kernel, cases: (random) => odeCases(attractor, numUnits, kernel.blocks, random) };
}

/**
 * Batches of an attractor with its default params, h and noise varied.
 *
 * @example
 * ```ts
 * import { odeCases } from "#gpu/ode/cases.ts";
 * import { randomStream } from "#lib/core/random.ts";
 * import lorenz from "#lib/models/attractors/lorenz.ts";
 * import { assert } from "@std/assert";
 * assert([...odeCases(lorenz, 3, 1, randomStream(1, "cases"))].length > 5);
 * ```
 */
export function* odeCases(
  // deno-lint-ignore no-explicit-any
  attractor: Attractor<any>,
  numUnits: number,
  blocks: number,
  random: RandomStream,
): Iterable<KernelCase<OdeBuffer, OdeUniform>> {
  const make = (label: string, options: CaseOptions) =>
    odeCase(attractor, numUnits, blocks, random, label, options);
  yield make("nothing", { numTrials: [], numPoints: 3 });
  for (const trials of [1, 3, 4, 5, 12, 13]) {
    yield make(`${trials} trajectories`, { numTrials: [trials], numPoints: 4 });
  }
  yield make("a single point", { numTrials: [6], numPoints: 1 });
  yield make("three members", { numTrials: [5, 17, 2], numPoints: 5 });
  yield make("three members with noise", { numTrials: [5, 17, 2], numPoints: 5, noise: 0.3 });
  yield make("states that settle", { numTrials: [3, 9], numPoints: 0, discard: 20 });
  yield make("a later window", { numTrials: [7, 8], numPoints: 3, firstPoint: 4, noise: 0.1 });
  yield make("a later dispatch", { numTrials: [7, 8], numPoints: 6, firstStep: 3, numSteps: 5 });
  yield make("a workgroup of quads and more", { numTrials: [4 * 63, 4 * 65 + 1], numPoints: 2 });
  for (let i = 0; i < 3; i++) {
    const numTrials = [1 + random.integer(40, i, 1), 1 + random.integer(40, i, 2)];
    const numPoints = 1 + random.integer(8, i, 3);
    yield make(`random ${i}`, {
      numTrials,
      numPoints,
      noise: 0.2,
      discard: random.integer(5, i, 4),
    });
  }
}

interface CaseOptions {
  readonly numTrials: readonly number[];
  readonly numPoints: number;
  readonly firstPoint?: number;
  readonly firstStep?: number;
  readonly numSteps?: number;
  readonly noise?: number;
  readonly discard?: number;
}

function odeCase(
  // deno-lint-ignore no-explicit-any
  attractor: Attractor<any>,
  numUnits: number,
  blocks: number,
  random: RandomStream,
  label: string,
  options: CaseOptions,
): KernelCase<OdeBuffer, OdeUniform> {
  const { numTrials, numPoints, firstPoint = 0, firstStep = 0, numSteps = 1000 } = options;
  const params = paramsOf(attractor, numUnits);
  const box = attractor.initialBox(params);
  const stretches: readonly Stretch[] = numTrials.map((count, member) => ({
    member,
    firstTrial: 3 * member,
    numTrials: count,
  }));
  const list = numTrials.map((_, i) => ({
    h: 0.01 / (1 + i),
    noise: i === 1 ? 0 : options.noise ?? 0,
    key: [random.key[0], i] as const,
    substeps: 1 + i,
    discard: (options.discard ?? 0) * (1 + i),
    constants: attractor.engine!.constants(params),
  }));
  const { members, constants } = memberTables(list);
  const total = numTrials.reduce((sum, count) => sum + count, 0);
  const rows = uniformInBox(random, total, box);
  return {
    label: `${attractor.name} with ${numUnits} units, ${label}`,
    buffers: {
      quads: quadTable(stretches),
      members,
      constants: Float32Array.from(constants),
      state: Float32Array.from(packStates(stretches, rows, numUnits, blocks)),
      points: new Float32Array(total * numPoints * numUnits),
    },
    uniforms: {
      num_quads: numQuadsOf(stretches),
      first_point: firstPoint,
      num_points: numPoints,
      first_step: firstStep,
      num_steps: numSteps,
      num_units: numUnits,
    },
  };
}

/** Default params; `numUnits` of them where the system has as many as one likes. */
// deno-lint-ignore no-explicit-any
function paramsOf(attractor: Attractor<any>, numUnits: number): never {
  const chosen = "units" in attractor.params.shape ? { units: numUnits } : {};
  return attractor.params.parse(chosen) as never;
}
