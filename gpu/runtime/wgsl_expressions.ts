// Values of the constant expressions that declarations need: array lengths and workgroup sizes. Numbers, names of
// constants, + - * / % and brackets. Leaves out everything that a shader computes while it runs.

import { EngineError } from "#lib/core/engine.ts";
import type { Token } from "./wgsl_tokens.ts";

/** The value of a named constant, or `undefined` if there is none of that name. */
export type Lookup = (name: string) => number | undefined;

/**
 * The value of an expression.
 *
 * @throws {EngineError} if it names an unknown constant or uses more than numbers, names, + - * / % and brackets.
 *
 * @example
 * ```ts
 * import { evaluate } from "#gpu/runtime/wgsl_expressions.ts";
 * import { wgslTokens } from "#gpu/runtime/wgsl_tokens.ts";
 * import { assertEquals } from "@std/assert";
 * const size = evaluate(wgslTokens("2u * (tile + 1u)"), (name) => name === "tile" ? 7 : undefined);
 * assertEquals(size, 16);
 * ```
 */
export function evaluate(tokens: readonly Token[], lookup: Lookup): number {
  const text = () => tokens.map((token) => token.text).join(" ");
  let i = 0;
  const value = sum();
  if (i < tokens.length) throw new EngineError(`cannot evaluate \`${text()}\``);
  return value;

  function sum(): number {
    let left = product();
    while (tokens[i]?.text === "+" || tokens[i]?.text === "-") {
      left += tokens[i++].text === "+" ? product() : -product();
    }
    return left;
  }

  function product(): number {
    let left = operand();
    for (;;) {
      const sign = tokens[i]?.text;
      if (sign !== "*" && sign !== "/" && sign !== "%") return left;
      i++;
      const right = operand();
      // Array lengths and workgroup sizes are integers: so is their division.
      left = sign === "*" ? left * right : sign === "/" ? Math.trunc(left / right) : left % right;
    }
  }

  function operand(): number {
    const token = tokens[i++];
    if (token === undefined) throw new EngineError(`cannot evaluate \`${text()}\``);
    if (token.text === "-") return -operand();
    if (token.text === "(") {
      const inner = sum();
      if (tokens[i++]?.text !== ")") throw new EngineError(`cannot evaluate \`${text()}\``);
      return inner;
    }
    if (token.kind === "number") return numberOf(token.text);
    if (token.kind === "word") {
      // A conversion, such as u32(tile).
      if (/^([uif]32)$/.test(token.text) && tokens[i]?.text === "(") return operand();
      const value = lookup(token.text);
      if (value !== undefined) return value;
      throw new EngineError(`line ${token.line}: no constant \`${token.text}\` with a known value`);
    }
    throw new EngineError(`cannot evaluate \`${text()}\``);
  }
}

function numberOf(text: string): number {
  return /^0x/i.test(text)
    ? Number(text.replace(/[iu]$/, ""))
    : Number(text.replace(/[iufh]$/, ""));
}
