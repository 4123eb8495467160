// How ensembles lie in the buffers of the kernels `ode_ensemble` and `ode_network`.
//
//   quads      4 words each: member, row of the first trajectory, number of trajectories (1 to 4), index of the first in
//              its member. A quad is four trajectories of one member, one per lane of a vector.
//   members    8 words each: steps per stored point, steps before the first one, two words of the key of the noise, where
//              its constants begin, three zeros.
//   constants  per member: h, h/2, h/6, the size of the noise per step, then those of the system; at least eight.
//   state      per quad: units × 4 lanes; networks have three more such blocks behind it, zero between dispatches.
//   points     rows × points × units: what is wanted, in the order in which it is wanted.
//
// A window of points is computed by as many dispatches as its steps need: uniforms say which window, and from which of
// its steps on. A window of no points takes the states through the steps before the first point.
// Noise: unit u of trial r gets, after step s (counted from the beginning), number u mod 4 of the Philox counter
// (u div 4, r, s, 0) with the member's key. So no number depends on what else is in the batch.

/** What a member of a batch brings. */
export interface EnsembleMember {
  /** Length of a step. */
  readonly h: number;
  /** Standard deviation of the noise per square root of the unit of time; 0 for none. */
  readonly noise: number;
  /** Key of the noise. */
  readonly key: readonly [number, number];
  /** Steps per stored point. */
  readonly substeps: number;
  /** Steps before the first stored point. */
  readonly discard: number;
  /** The system's own numbers. */
  readonly constants: readonly number[];
}

/** Trajectories of one member that stand in neighbouring rows. */
export interface Stretch {
  readonly member: number;
  readonly firstTrial: number;
  readonly numTrials: number;
}

/** Trajectories in a quad. */
export const lanes = 4;
const memberWords = 8;
const quadWords = 4;
/** Constants before the system's own. */
export const ownConstants = 4;
const leastConstants = 8;

/**
 * The tables of members and their constants.
 *
 * @example
 * ```ts
 * import { memberTables } from "#gpu/ode/layout.ts";
 * import { assertEquals } from "@std/assert";
 * const member = { h: 0.25, noise: 2, key: [1, 2], substeps: 3, discard: 4, constants: [9] } as const;
 * const { members, constants } = memberTables([member]);
 * assertEquals([...members], [3, 4, 1, 2, 0, 0, 0, 0]);
 * assertEquals([...constants.subarray(0, 5)], [0.25, 0.125, 0.25 / 6, 1, 9]);
 * ```
 */
export function memberTables(
  list: readonly EnsembleMember[],
): { members: Uint32Array; constants: Float64Array } {
  const length = Math.max(
    leastConstants,
    ...list.map(({ constants }) => ownConstants + constants.length),
  );
  const members = new Uint32Array(list.length * memberWords);
  const constants = new Float64Array(list.length * length);
  list.forEach(({ h, noise, key, substeps, discard, constants: own }, i) => {
    members.set([substeps, discard, key[0], key[1], i * length], i * memberWords);
    constants.set([h, 0.5 * h, h / 6, noise * Math.sqrt(h), ...own], i * length);
  });
  return { members, constants };
}

/**
 * The table of quads for stretches whose rows follow each other.
 *
 * @example
 * ```ts
 * import { quadTable } from "#gpu/ode/layout.ts";
 * import { assertEquals } from "@std/assert";
 * const quads = quadTable([{ member: 1, firstTrial: 8, numTrials: 5 }]);
 * assertEquals([...quads], [1, 0, 4, 8, 1, 4, 1, 12]);
 * ```
 */
export function quadTable(stretches: readonly Stretch[]): Uint32Array {
  const quads = new Uint32Array(numQuadsOf(stretches) * quadWords);
  let at = 0;
  let row = 0;
  for (const { member, firstTrial, numTrials } of stretches) {
    for (let trial = 0; trial < numTrials; trial += lanes, at += quadWords) {
      const count = Math.min(lanes, numTrials - trial);
      quads[at] = member;
      quads[at + 1] = row;
      quads[at + 2] = count;
      quads[at + 3] = firstTrial + trial;
      row += count;
    }
  }
  return quads;
}

/**
 * How many quads stretches need.
 *
 * @example
 * ```ts
 * import { numQuadsOf } from "#gpu/ode/layout.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(numQuadsOf([{ member: 0, firstTrial: 0, numTrials: 9 }]), 3);
 * ```
 */
export function numQuadsOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { numTrials }) => sum + Math.ceil(numTrials / lanes), 0);
}

/**
 * States as the kernels take them, from rows × units. Lanes that no trajectory uses repeat the last one.
 *
 * @param blocks how many blocks of units a quad has; see above.
 *
 * @example
 * ```ts
 * import { packStates } from "#gpu/ode/layout.ts";
 * import { assertEquals } from "@std/assert";
 * const stretches = [{ member: 0, firstTrial: 0, numTrials: 2 }];
 * const packed = packStates(stretches, Float64Array.of(1, 2, 3, 4), 2, 1);
 * assertEquals([...packed], [1, 3, 3, 3, 2, 4, 4, 4]);
 * ```
 */
export function packStates(
  stretches: readonly Stretch[],
  rows: ArrayLike<number>,
  numUnits: number,
  blocks: number,
): Float64Array {
  const packed = new Float64Array(numQuadsOf(stretches) * blocks * numUnits * lanes);
  let to = 0;
  let row = 0;
  for (const { numTrials } of stretches) {
    for (let trial = 0; trial < numTrials; trial += lanes) {
      for (let unit = 0; unit < numUnits; unit++) {
        for (let lane = 0; lane < lanes; lane++) {
          const last = Math.min(trial + lane, numTrials - 1);
          packed[to++] = rows[(row + last) * numUnits + unit];
        }
      }
      to += (blocks - 1) * numUnits * lanes;
    }
    row += numTrials;
  }
  return packed;
}
