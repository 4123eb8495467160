// What names mean where an expression stands, and what an expression becomes once they are looked up.

import type { Axis } from "../axis.ts";
import type { Expression } from "./syntax.ts";

/** Positions on the axes of a stage, by slot. */
export type Row = ArrayLike<number>;

/** What names mean where an expression stands. */
export interface Scope {
  /** The axis of that name, and its slot in a row. */
  axis(name: string): OnAxis | undefined;
  /** The value at a path of params, as far as the path is known; `steps` says how much of it was used. */
  param(path: readonly (string | number)[]): Found;
  /** A name that only some places know, such as `inputs` in a command; it goes before axes. */
  local?(name: string): Local | undefined;
  /** What to say of a name that is neither; `code` where another than `unknown-name` fits. */
  unknown(name: string): { readonly message: string; readonly hint?: string | undefined };
}

/** An axis that a name means. */
export interface OnAxis {
  readonly slot: number;
  readonly axis: Axis;
  /**
   * A column of the tables whose rows are the values of the axis, for axes that `foreach` makes.
   * Throws an ExpressionError if there is none.
   */
  readonly column?: (name: string, node: Expression) => Compiled;
}

/** Depends on more than axes: what it is differs from member to member. A slot like the others, but of no axis. */
export const memberSlot = -1;

/** What a name stands for that is neither an axis nor a param. */
export interface Local {
  readonly value: Compiled;
  /** Where one of its fields must be named, and they are known: their names, and what they are called together. */
  readonly fields?: { readonly names: readonly string[]; readonly what: string };
}

/**
 * A param (`by` how it is worked out, if it differs from member to member), or why there is none. A message that is
 * undefined was reported where the param is written.
 */
export type Found =
  | { readonly ok: true; readonly value: unknown; readonly steps: number; readonly by?: Compiled }
  | {
    readonly ok: false;
    readonly message: string | undefined;
    readonly hint?: string | undefined;
    readonly code?: string;
  };

/** A compiled expression. */
export interface Compiled {
  /** Slots of the axes it reads. */
  readonly slots: ReadonlySet<number>;
  /** @throws {ExpressionError} */
  run(row: Row): unknown;
}
