// Constraints on weights: absent connections, signs (Dale's principle: what a unit sends out has one sign), no connection
// of a unit to itself. They become one code for each parameter, which updates obey (kernel `parameter_update`).
// Sources: Song, Yang & Wang 2016 for Dale's principle in trained networks.
// Leaves out wiring by regions, which makes a mask.

import { z } from "zod";
import type { ParameterShape } from "#lib/core/network_model.ts";
import { randomStream } from "#lib/core/random.ts";
import { Constraint } from "./update_row.ts";

/** Params of constraints. */
export const constraintsSchema = z.strictObject({
  no_autapses: z.union([z.boolean(), z.literal("zeroed")]).default(false).describe(
    "no connection of a unit to itself; zeroed: its gradient still counts in the norm and the moments",
  ),
  dale_ratio: z.number().min(0).max(1).nullable().default(null).describe(
    "share of the units that are excitatory, the first ones; the others are inhibitory",
  ),
  density: z.number().gt(0).max(1).nullable().default(null)
    .describe("chance of each recurrent connection to exist, drawn from the seed"),
  masks: z.record(z.string(), z.array(z.array(z.number()))).default({}).describe(
    "by weight matrix, a row for each target: 0 where there is no connection; if some are negative, their signs hold",
  ),
  signs_by: z.enum(["projection", "reflection"]).default("projection").describe(
    "weights that an update took across zero become zero, or change their sign back",
  ),
});

/** Constraints with their settings. */
export type Constraints = z.output<typeof constraintsSchema>;

/**
 * Codes of `Constraint`, one for each parameter, in the model's order; none if nothing is constrained. Blocks of rows (the
 * gates of a gated network) are constrained alike.
 *
 * @param seed of the stream `connections/<parameter>`
 * @throws {RangeError} if a mask names no weight matrix, has another shape, or contradicts the signs of units
 *
 * @example
 * ```ts
 * import { constraintCodes, constraintsSchema } from "#lib/training/constraints.ts";
 * import { assertEquals } from "@std/assert";
 * const shape = { name: "W_rec", dims: ["unit", "source"], shape: [2, 2], fanIn: 2, role: "recurrent" } as const;
 * const constraints = constraintsSchema.parse({ dale_ratio: 0.5, no_autapses: true });
 * assertEquals([...constraintCodes([shape], constraints, 0)!], [3, -1, 1, 3]);
 * ```
 */
export function constraintCodes(
  parameters: readonly ParameterShape[],
  constraints: Constraints,
  seed: number | string,
): Float32Array | undefined {
  const { masks, no_autapses, dale_ratio, density } = constraints;
  const isFree = no_autapses === false && dale_ratio === null && density === null;
  if (isFree && Object.keys(masks).length === 0) return undefined;
  for (const name of Object.keys(masks)) {
    if (parameters.some((one) => one.name === name && one.shape.length === 2)) continue;
    const known = parameters.filter(({ shape }) => shape.length === 2).map(({ name }) => name);
    throw new RangeError(`no weight matrix is called '${name}'; there are ${known.join(", ")}`);
  }
  const all = parameters.map((parameter) => codesOf(parameter, constraints, seed));
  const codes = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const own of all) {
    codes.set(own, at);
    at += own.length;
  }
  return codes.some((code) => code !== Constraint.free) ? codes : undefined;
}

/**
 * Brings parameters where constraints want them, as they are before the first update: absent connections become zero,
 * others take the sign that they must have (not only those below zero become zero, which would be half of them).
 *
 * @example
 * ```ts
 * import { enforceAtStart } from "#lib/training/constraints.ts";
 * import { assertEquals } from "@std/assert";
 * const values = Float32Array.of(-1, -2, 3, 4);
 * enforceAtStart(values, Float32Array.of(0, 1, -1, 3));
 * assertEquals([...values], [-1, 2, -3, 0]);
 * ```
 */
export function enforceAtStart(values: Float32Array | Float64Array, codes: Float32Array): void {
  if (values.length !== codes.length) {
    throw new RangeError(
      `Cannot enforce ${codes.length} constraints on ${values.length} parameters`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    switch (codes[i]) {
      case Constraint.notNegative:
      case Constraint.reflectPositive:
        values[i] = Math.abs(values[i]);
        break;
      case Constraint.notPositive:
      case Constraint.reflectNegative:
        values[i] = -Math.abs(values[i]);
        break;
      case Constraint.absent:
      case Constraint.zeroed:
        values[i] = 0;
    }
  }
}

function codesOf(
  { name, shape, role }: ParameterShape,
  { no_autapses, dale_ratio, density, masks, signs_by }: Constraints,
  seed: number | string,
): Float32Array {
  const [rows, columns] = shape.length === 2 ? shape : [shape.reduce((a, b) => a * b, 1), 1];
  const codes = new Float32Array(rows * columns);
  const signs = new Int8Array(rows * columns);
  const isAbsent = new Uint8Array(rows * columns);
  if (role === "recurrent") {
    if (dale_ratio !== null) {
      const numExcitatory = Math.floor(dale_ratio * columns);
      signs.forEach((_, i) => signs[i] = i % columns < numExcitatory ? 1 : -1);
    }
    if (density !== null) {
      const drawn = randomStream(seed, `connections/${name}`).uniform(
        new Float64Array(codes.length),
      );
      isAbsent.forEach((_, i) => isAbsent[i] = drawn[i] < density ? 0 : 1);
    }
  }
  const mask = masks[name];
  if (mask !== undefined) {
    if (mask.length !== rows || mask.some((row) => row.length !== columns)) {
      throw new RangeError(
        `the mask of ${name} has ${mask.length} rows of ${mask[0]?.length ?? 0}; ` +
          `${rows} rows of ${columns} are wanted, one for each target`,
      );
    }
    const isSigned = mask.some((row) => row.some((entry) => entry < 0));
    mask.flat().forEach((entry, i) => {
      if (entry === 0) isAbsent[i] = 1;
      if (!isSigned || entry === 0) return;
      if (signs[i] === -Math.sign(entry)) {
        throw new RangeError(
          `the mask of ${name} gives the connection from ${i % columns} to ${
            Math.floor(i / columns)
          } a sign that dale_ratio forbids`,
        );
      }
      signs[i] = Math.sign(entry);
    });
  }
  const [up, down] = signs_by === "projection"
    ? [Constraint.notNegative, Constraint.notPositive]
    : [Constraint.reflectPositive, Constraint.reflectNegative];
  for (let i = 0; i < codes.length; i++) {
    const isOwn = role === "recurrent" && Math.floor(i / columns) % columns === i % columns;
    if (isAbsent[i] === 1) codes[i] = Constraint.absent;
    else if (isOwn && no_autapses === "zeroed") codes[i] = Constraint.zeroed;
    else if (isOwn && no_autapses) codes[i] = Constraint.absent;
    else if (signs[i] !== 0) codes[i] = signs[i] > 0 ? up : down;
  }
  return codes;
}
