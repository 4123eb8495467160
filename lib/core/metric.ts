// Metrics: a distance or similarity between two systems, one file each in `lib/metrics/`.
// Work per system (`prepare`) is separate from work per pair (`compare`), so that n systems cost n preparations.

import type { z } from "zod";
import type { ArtifactType } from "./artifact.ts";
import type { Engine } from "./engine.ts";
import type { Member } from "./member.ts";
import type { Cell } from "./table.ts";
import type { ParamsSchema } from "./task.ts";

/** What comparing two systems gives. */
export interface Score {
  /** The number that tables and figures show. */
  readonly value: number;
  /** Unit of `value` where it is not the one that goes with the params. */
  readonly unit?: string;
  /** Further columns of the result, e.g. `lower_bound`, `gap`, `num_starts`. The same for every pair. */
  readonly more?: Readonly<Record<string, Cell>>;
}

/** Transformations under which a metric must not change. */
export type Invariance =
  | "translation"
  | "isotropic-scale"
  | "rotation"
  | "permutation"
  | "invertible-linear"
  | "time-reversal";

/** Whether more means farther or nearer. */
export type Sense = "distance" | "similarity";

/** What a metric promises. */
export interface Laws {
  readonly symmetric: boolean;
  readonly triangle: boolean;
  /** Value of a system against itself. */
  readonly identity: number;
  /**
   * Whether some systems (those with ties, say) have another value against themselves: `identity` is that of systems in
   * general position then, and the diagonal of a matrix is always computed.
   */
  readonly identityVaries?: boolean;
  readonly range: readonly [number, number];
  readonly invariantTo: readonly Invariance[];
  /** Whether the items of both systems may be put into another order, in both alike; of systems that have paired items. */
  readonly anyItemOrder?: boolean;
}

/** A metric, its declared laws, and where it comes from. The suite measures the laws on random data. */
export interface Metric<P extends ParamsSchema = ParamsSchema, X = unknown, R = unknown>
  extends Member {
  readonly version: number;
  readonly params: P;
  /** The port's name when a list is compared: `operators`, `trajectories`, … */
  readonly port: string;
  readonly takes: ArtifactType<X>;
  readonly sense: Sense;
  /** Unit of `value` for these params: `rad`, `1`, … */
  unit(params: z.output<P>): string;
  /** Whether `rank`, the study's common rank, is used. */
  readonly usesRank?: boolean;
  readonly laws: Laws;
  /** Sense and laws where params change them (a score that is a similarity, say); what is left out stays as declared. */
  under?(params: z.output<P>): Partial<Laws> & { readonly sense?: Sense };
  readonly reference: { readonly paper: string; readonly agreesWith?: string };
  /** Once per system. `rank`: the study's common rank, if one is given. */
  prepare(system: X, params: z.output<P>, options: { readonly rank?: number }): R;
  /** Throws if two systems cannot be compared. Called for all pairs before any is compared; `compare` throws it, too. */
  check?(a: R, b: R, params: z.output<P>): void;
  /** Once per pair. */
  compare(a: R, b: R, params: z.output<P>): Score;
  /**
   * All pairs of a gathered list at once, where these params let a pair's score gain from the others (a start composed
   * of two other rotations, say): `places` are positions in `systems`. `undefined`: pair by pair, by `compare`.
   */
  compareSet?(
    systems: readonly R[],
    places: readonly (readonly [number, number])[],
    params: z.output<P>,
    progress: (fraction: number) => void,
  ): readonly Score[] | undefined;
  /** `engine` if these params let an engine take part in the result, which then needs `compareMany`; else `f64`. */
  numerics?(params: z.output<P>): "f64" | "engine";
  /** All pairs at once on an engine; a pair's score never depends on the others. */
  compareMany?(
    engine: Engine,
    pairs: readonly (readonly [R, R])[],
    params: z.output<P>,
    progress: (fraction: number) => void,
  ): Promise<readonly Score[]>;
}

/**
 * The laws that a metric promises for these params.
 *
 * @example
 * ```ts
 * import { type Laws, lawsOf } from "#lib/core/metric.ts";
 * import { assertEquals } from "@std/assert";
 * const laws: Laws = { symmetric: true, triangle: true, identity: 0, range: [0, 1], invariantTo: [] };
 * const under = () => ({ sense: "similarity" as const, identity: 1, triangle: false });
 * assertEquals(lawsOf({ laws, under }, {}), { ...laws, identity: 1, triangle: false });
 * assertEquals(lawsOf({ laws }, {}), laws);
 * ```
 */
export function lawsOf<P extends ParamsSchema>(
  metric: Pick<Metric<P>, "laws" | "under">,
  params: z.output<P>,
): Laws {
  const { sense: _, ...changed } = metric.under?.(params) ?? {};
  return { ...metric.laws, ...changed };
}

/**
 * Whether more means farther or nearer, for these params.
 *
 * @example
 * ```ts
 * import { senseOf } from "#lib/core/metric.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(senseOf({ sense: "distance" }, {}), "distance");
 * assertEquals(senseOf({ sense: "distance", under: () => ({ sense: "similarity" }) }, {}), "similarity");
 * ```
 */
export function senseOf<P extends ParamsSchema>(
  metric: Pick<Metric<P>, "sense" | "under">,
  params: z.output<P>,
): Sense {
  return metric.under?.(params).sense ?? metric.sense;
}

/**
 * Defines a metric; inference only.
 *
 * @example
 * ```ts
 * import { defineMetric } from "#lib/core/metric.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const rows = defineMetric({
 *   name: "rows", summary: "Difference in rows.", version: 1, params: z.strictObject({}),
 *   port: "tables", takes: table, sense: "distance", unit: () => "1",
 *   laws: { symmetric: true, triangle: true, identity: 0, range: [0, Infinity], invariantTo: [] },
 *   reference: { paper: "none" },
 *   prepare: (system) => system.rows.length,
 *   compare: (a, b) => ({ value: Math.abs(a - b) }),
 * });
 * assertEquals(rows.compare(1, 3, {}).value, 2);
 * ```
 */
export function defineMetric<P extends ParamsSchema, X, R>(
  metric: Metric<P, X, R>,
): Metric<P, X, R> {
  return metric;
}
