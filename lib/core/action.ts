// Actions: everything that determines an output, and the key made of it. Nothing else is in the key: not the
// stage's name, the workflow, the executor, the machine, the time, nor anything from `config/`.

import type { CommandPreimage } from "./command.ts";
import type { ActionKey, Digest } from "./digest.ts";
import { digestOf, digestOfValue } from "./digest.ts";

/** Raised when the meaning of keys changes; every result then is made anew. */
export const keyFormat = "basin/1";

/** The part of an action that does not depend on params and inputs. */
export interface Recipe {
  /** Digest of the tree-shaken, comment- and type-free bundle of the task and its chosen members. */
  readonly code: Digest;
  readonly task: string;
  /** Declared outputs and their kinds: they change what is stored. */
  readonly outputs: Readonly<Record<string, string>>;
  /** `exact`, `f64`, or the numerics class of the engine: results of another class are another result. */
  readonly numerics: string;
  /** Deno's major.minor: V8 decides the last bits of `Math.exp`. */
  readonly deno: string;
  /** Changed to disown results found to be wrong. */
  readonly salt: string;
}

/** One input as the key sees it. Coordinates only where the port asks for them. */
export interface ActionInput {
  readonly digest: Digest;
  readonly coords?: Readonly<Record<string, string | number | boolean>>;
}

/** An action: recipe, resolved params, and the digests of the inputs taken. */
export interface Action {
  readonly recipe: Recipe;
  readonly params: Readonly<Record<string, unknown>>;
  /** By port; a port that takes one artifact has a list of one. Unbound optional ports are absent. */
  readonly inputs: Readonly<Record<string, readonly ActionInput[]>>;
  /** Of a `run:` stage; absent for tasks. */
  readonly command?: CommandPreimage;
}

/**
 * Digest of the recipe: the weak key, shared by all actions of the same code.
 *
 * @example
 * ```ts
 * import { weakKey } from "#lib/core/action.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertNotEquals } from "@std/assert";
 * const recipe = { code: digestOf(""), task: "dmd", outputs: {}, numerics: "f64", deno: "2.9", salt: "" };
 * assertNotEquals(weakKey(recipe), weakKey({ ...recipe, numerics: "exact" }));
 * ```
 */
export function weakKey(recipe: Recipe): Digest {
  return digestOfValue({ format: keyFormat, recipe });
}

/**
 * The key of an action: digest of its weak key, params and inputs.
 *
 * @example
 * ```ts
 * import { actionKey } from "#lib/core/action.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const recipe = { code: digestOf(""), task: "dmd", outputs: {}, numerics: "f64", deno: "2.9", salt: "" };
 * assertEquals(
 *   actionKey({ recipe, params: { a: 1, b: 2 }, inputs: {} }),
 *   actionKey({ recipe, params: { b: 2, a: 1 }, inputs: {} }),
 * );
 * ```
 */
export function actionKey(action: Action, weak: Digest = weakKey(action.recipe)): ActionKey {
  return digestOfValue({
    weak,
    params: action.params,
    inputs: action.inputs,
    ...(action.command === undefined ? {} : { command: action.command }),
  }) as string as ActionKey;
}

/**
 * The same from the canonical JSON of the parts, for callers that have these already.
 *
 * @example
 * ```ts
 * import { actionKey, actionKeyOf, weakKey } from "#lib/core/action.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const recipe = { code: digestOf(""), task: "dmd", outputs: {}, numerics: "f64", deno: "2.9", salt: "" };
 * assertEquals(
 *   actionKeyOf(weakKey(recipe), { params: '{"a":1}', inputs: "{}" }),
 *   actionKey({ recipe, params: { a: 1 }, inputs: {} }),
 * );
 * ```
 */
export function actionKeyOf(
  weak: Digest,
  { params, inputs, command }: {
    readonly params: string;
    readonly inputs: string;
    readonly command?: string;
  },
): ActionKey {
  // Canonical JSON of an object with these members, in the order of their names.
  const first = command === undefined ? "" : `"command":${command},`;
  const text = `{${first}"inputs":${inputs},"params":${params},"weak":${JSON.stringify(weak)}}`;
  return digestOf(text) as string as ActionKey;
}

/**
 * The namespace of the states that an action shares with others: those of the same code and numerics class, the same
 * inputs, and the same value of their task's `continues`.
 *
 * @param continues digest of that value.
 *
 * @example
 * ```ts
 * import { stateSpace } from "#lib/core/action.ts";
 * import { digestOf, digestOfValue } from "#lib/core/digest.ts";
 * import { assertNotEquals } from "@std/assert";
 * const space = (rate: number) => stateSpace(digestOf("weak"), digestOfValue({ rate }), {});
 * assertNotEquals(space(1), space(2));
 * ```
 */
export function stateSpace(weak: Digest, continues: Digest, inputs: Action["inputs"]): Digest {
  return digestOfValue({ states: weak, continues, inputs });
}
