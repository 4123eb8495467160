// Attributes of WGSL, such as `@binding(2)`, and lists that commas part. Leaves out what they are attached to.

import type { Token } from "./wgsl_tokens.ts";

/** An attribute and its arguments, as tokens. */
export interface Attribute {
  readonly name: string;
  readonly args: readonly (readonly Token[])[];
}

/**
 * The attributes that stand at a place, and where the tokens behind them begin.
 *
 * @example
 * ```ts
 * import { attributesAt } from "#gpu/runtime/wgsl_attributes.ts";
 * import { wgslTokens } from "#gpu/runtime/wgsl_tokens.ts";
 * import { assertEquals } from "@std/assert";
 * const { attributes, end } = attributesAt(wgslTokens("@compute @workgroup_size(8, 2) fn f() {}"), 0);
 * assertEquals(attributes.map(({ name, args }) => `${name} ${args.length}`), ["compute 0", "workgroup_size 2"]);
 * assertEquals(end, 9);
 * ```
 */
export function attributesAt(
  tokens: readonly Token[],
  start: number,
): { readonly attributes: readonly Attribute[]; readonly end: number } {
  const attributes: Attribute[] = [];
  let at = start;
  while (tokens[at]?.text === "@") {
    const name = tokens[at + 1]?.text ?? "";
    at += 2;
    let args: readonly (readonly Token[])[] = [];
    if (tokens[at]?.text === "(") {
      const first = ++at;
      for (let depth = 1; depth > 0 && at < tokens.length; at++) {
        const { text } = tokens[at];
        depth += text === "(" ? 1 : text === ")" ? -1 : 0;
      }
      args = splitAtCommas(tokens.slice(first, at - 1)).filter((arg) => arg.length > 0);
    }
    attributes.push({ name, args });
  }
  return { attributes, end: at };
}

/**
 * Cuts at commas outside of all brackets.
 *
 * @example
 * ```ts
 * import { splitAtCommas } from "#gpu/runtime/wgsl_attributes.ts";
 * import { wgslTokens } from "#gpu/runtime/wgsl_tokens.ts";
 * import { assertEquals } from "@std/assert";
 * const parts = splitAtCommas(wgslTokens("array<f32, 4>, 2"));
 * assertEquals(parts.map((part) => part.length), [6, 1]);
 * ```
 */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if ("([{<".includes(token.text)) depth++;
    else if (")]}>".includes(token.text)) depth--;
    if (depth === 0 && token.text === ",") parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}
