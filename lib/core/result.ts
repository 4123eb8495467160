// Expected failure as a value. Exceptions are for bugs; everything a user can cause is a `Result`.

/** Either a value or an error; test `ok` before touching either. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | {
  readonly ok: false;
  readonly error: E;
};

/**
 * A success.
 *
 * @example
 * ```ts
 * import { ok } from "#lib/core/result.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(ok(3), { ok: true, value: 3 });
 * ```
 */
export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/**
 * A failure.
 *
 * @example
 * ```ts
 * import { err } from "#lib/core/result.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(err("no"), { ok: false, error: "no" });
 * ```
 */
export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}
