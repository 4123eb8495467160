// Cuts WGSL into tokens, without comments and white space. Enough for declarations; leaves out what they mean.

/** A word, a number or one sign, and the line it is on, counted from 1. */
export interface Token {
  readonly text: string;
  readonly kind: "word" | "number" | "sign";
  readonly line: number;
}

/**
 * The tokens of a shader. Signs come one character at a time, so that `>>` at the end of a type is two brackets.
 *
 * @example
 * ```ts
 * import { wgslTokens } from "#gpu/runtime/wgsl_tokens.ts";
 * import { assertEquals } from "@std/assert";
 * const texts = wgslTokens("var<private> /* old: /* f16 *\/ *\/ x: f32; // y").map(({ text }) => text);
 * assertEquals(texts, ["var", "<", "private", ">", "x", ":", "f32", ";"]);
 * ```
 */
export function wgslTokens(code: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let i = 0;
  while (i < code.length) {
    const two = code.slice(i, i + 2);
    if (code[i] === "\n") {
      line++;
      i++;
    } else if (/\s/.test(code[i])) {
      i++;
    } else if (two === "//") {
      while (i < code.length && code[i] !== "\n") i++;
    } else if (two === "/*") {
      let depth = 1;
      i += 2;
      while (i < code.length && depth > 0) {
        const pair = code.slice(i, i + 2);
        if (pair === "/*" || pair === "*/") {
          depth += pair === "/*" ? 1 : -1;
          i += 2;
        } else {
          if (code[i] === "\n") line++;
          i++;
        }
      }
    } else {
      number.lastIndex = word.lastIndex = i;
      const found = word.exec(code) ?? number.exec(code);
      const text = found?.[0] ?? code[i];
      tokens.push({
        text,
        kind: found === null ? "sign" : /^[.\d]/.test(text) ? "number" : "word",
        line,
      });
      i += text.length;
    }
  }
  return tokens;
}

const word = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const number = /0[xX][\da-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?/y;
