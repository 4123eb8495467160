// Axes: a name and an ordered list of distinct values. An axis is its declaration, not its name: two axes of
// equal name and values are two axes. Renaming makes a new axis that remembers its root.

import type { AxisId } from "./graph.ts";
import type { Place } from "./source_text.ts";

/** One value of an axis. */
export interface AxisValue {
  /** The scalar or record itself, as expressions see it. */
  readonly value: unknown;
  /** How coordinates show it: the scalar, or the record's `id`. */
  readonly id: AxisId;
  /** How member ids show it. Distinct on the axis. */
  readonly text: string;
}

/** What an axis that the rows of tables make has besides: whether all of the tables are known. */
export interface Ragged {
  readonly isComplete: boolean;
}

/**
 * An axis. Compare axes by identity.
 *
 * @example
 * ```ts
 * import { Axis, axisValues } from "#lib/workflow/axis.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const values = axisValues([0, 1, 2]);
 * assert(values.ok);
 * const at = { source: new SourceText("a.yaml", ""), start: 0, end: 0 };
 * const seed = new Axis("seed", values.value, at, 0);
 * assertEquals(seed.renamed("seed_a", at, 1), seed.renamed("seed_a", at, 2));
 * assertEquals(seed.renamed("seed_a", at, 1).renamed("seed", at, 1), seed);
 * ```
 */
export class Axis {
  readonly name: string;
  readonly values: readonly AxisValue[];
  /** Where it is declared. */
  readonly at: Place;
  /** The axis this one is a renaming of, or itself. Positions mean the same on both. */
  readonly root: Axis;
  /** Where it stands among the axes of a stage: the workflow's axes first, then the stages' own in file order. */
  rank: number;
  /** Distinct from that of every other axis. */
  readonly uid: number;
  /** Present on axes that `foreach` makes; shared with all renamings. */
  readonly ragged: Ragged | undefined;
  /** Position that stands for values which no table has told yet, after all others; -1 on axes that are declared. */
  readonly unknownAt: number;
  readonly #renamed: Map<string, Axis>;
  readonly #positions: Map<string, number>;
  static #count = 0;

  constructor(
    name: string,
    values: readonly AxisValue[],
    at: Place,
    rank: number,
    root?: Axis,
    ragged: Ragged | undefined = root?.ragged,
  ) {
    this.name = name;
    this.values = values;
    this.at = at;
    this.rank = rank;
    this.uid = Axis.#count++;
    this.root = root ?? this;
    this.ragged = ragged;
    this.unknownAt = ragged === undefined ? -1 : values.length - 1;
    this.#renamed = root === undefined ? new Map() : root.#renamed;
    this.#positions = root === undefined
      ? new Map(values.map((value, position) => [value.text, position]))
      : root.#positions;
  }

  /** The values without the one that stands for those to come. */
  get known(): readonly AxisValue[] {
    return this.ragged === undefined ? this.values : this.values.slice(0, -1);
  }

  /** Position of a value given as a scalar or as a record with an `id`; undefined if it is not on the axis. */
  positionOf(value: unknown): number | undefined {
    const id = idOf(value);
    return id === undefined ? undefined : this.#positions.get(idText(id));
  }

  /** The axis of another name with the same values. Renaming back gives the axis itself. */
  renamed(name: string, at: Place, rank: number): Axis {
    if (name === this.root.name) return this.root;
    let axis = this.#renamed.get(name);
    if (axis === undefined) {
      axis = new Axis(name, this.values, at, rank, this.root);
      this.#renamed.set(name, axis);
    }
    axis.rank = Math.min(axis.rank, rank);
    return axis;
  }
}

/** The last value of every axis that `foreach` makes. No string on an axis shows like this: it would be quoted. */
export const unknownValue: AxisValue = { value: undefined, id: "?", text: "?" };

/** Why a list cannot be the values of an axis: position in the list, message. */
export interface AxisFault {
  readonly position: number;
  readonly message: string;
  readonly hint?: string;
}

/**
 * The values of an axis from a list: scalars, records with an `id`, or short lists of these (as `zip` makes them),
 * known by their items joined with `_`.
 *
 * @example
 * ```ts
 * import { axisValues } from "#lib/workflow/axis.ts";
 * import { assertEquals } from "@std/assert";
 * const zipped = axisValues([[0.1, "a"]]);
 * assertEquals(zipped.ok && zipped.value[0].id, "0.1_a");
 * assertEquals(axisValues([1, 1]).ok, false);
 * ```
 */
export function axisValues(
  list: readonly unknown[],
): { readonly ok: true; readonly value: AxisValue[] } | {
  readonly ok: false;
  readonly error: AxisFault;
} {
  const values: AxisValue[] = [];
  const seen = new Map<string, number>();
  for (let position = 0; position < list.length; position++) {
    const value = list[position];
    const id = idOf(value);
    if (id === undefined) return { ok: false, error: faultOf(value, position) };
    const text = idText(id);
    const first = seen.get(text);
    if (first !== undefined) {
      return {
        ok: false,
        error: {
          position,
          message: `the value ${text} is there twice (positions ${first} and ${position})`,
          hint: "the values of an axis are distinct",
        },
      };
    }
    seen.set(text, position);
    values.push({ value, id, text });
  }
  return { ok: true, value: values };
}

/**
 * What a value on an axis is known by, or undefined if it cannot be on an axis.
 *
 * @example
 * ```ts
 * import { idOf } from "#lib/workflow/axis.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(idOf({ id: "master", label: "Master" }), "master");
 * assertEquals(idOf({ label: "Master" }), undefined);
 * ```
 */
export function idOf(value: unknown): AxisId | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : undefined;
    case "object":
      break;
    default:
      return undefined;
  }
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    if (value.length === 0 || value.some(Array.isArray)) return undefined;
    const ids = value.map(idOf);
    return ids.includes(undefined) ? undefined : ids.join("_");
  }
  const id = Object.hasOwn(value, "id") ? (value as { id: unknown }).id : undefined;
  return typeof id === "object" ? undefined : idOf(id);
}

/**
 * An id as member ids show it: strings are quoted where they hold more than `A-Za-z0-9_.+-`.
 *
 * @example
 * ```ts
 * import { idText } from "#lib/workflow/axis.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([idText(0.1), idText("dsa"), idText("a b")], ["0.1", "dsa", '"a b"']);
 * ```
 */
export function idText(id: AxisId): string {
  if (typeof id !== "string") return Object.is(id, -0) ? "0" : String(id);
  return /^[A-Za-z0-9_.+-]+$/.test(id) ? id : JSON.stringify(id);
}

function faultOf(value: unknown, position: number): AxisFault {
  if (typeof value === "number") {
    return { position, message: `${value} cannot be a value of an axis` };
  }
  if (value === null || value === undefined) {
    return { position, message: "an empty value cannot be on an axis" };
  }
  if (Array.isArray(value)) {
    return {
      position,
      message: "a list cannot be a value of an axis, unless its items are scalars or records",
    };
  }
  const record = value as Record<string, unknown>;
  return {
    position,
    message: "id" in record
      ? "the `id` of a record on an axis must be a string, a number or a boolean"
      : "a record on an axis needs an `id`",
    hint: "write { id: name, … }",
  };
}
