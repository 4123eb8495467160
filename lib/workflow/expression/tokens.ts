// Tokens of the expression language. Leaves out: what they mean together (syntax.ts).

import { err, ok, type Result } from "../../core/result.ts";

/** One token; `start` and `end` are offsets in the string that holds the expression. */
export interface Token {
  readonly kind: "number" | "string" | "name" | "symbol" | "end";
  /** The symbol or name; the characters of a string; the digits of a number. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What is wrong in an expression, by offsets in the string that holds it. */
export interface Fault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly hint?: string | undefined;
}

const space = /[ \t\r\n]*/y;
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const symbol = /\*\*|&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]]/y;

/** Words that are written for symbols. */
const words: Readonly<Record<string, string>> = { and: "&&", or: "||", not: "not" };

/**
 * Splits an expression into tokens, from behind `${{` to `}}`. The last token is `end`, and stands for `}}`.
 *
 * @example
 * ```ts
 * import { tokenize } from "#lib/workflow/expression/tokens.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tokens = tokenize("${{ seed + 1 }}", 3);
 * assert(tokens.ok);
 * assertEquals(tokens.value.map((token) => token.text), ["seed", "+", "1", "}}"]);
 * ```
 */
export function tokenize(text: string, from: number): Result<Token[], Fault> {
  const tokens: Token[] = [];
  let at = from;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    return found === null ? null : found[0];
  };
  for (;;) {
    at += match(space)!.length;
    if (at >= text.length) {
      return err({
        message: "`${{` without `}}`",
        start: from - 3,
        end: from,
        hint: "close the expression with `}}`",
      });
    }
    if (text.startsWith("}}", at)) {
      tokens.push({ kind: "end", text: "}}", start: at, end: at + 2 });
      return ok(tokens);
    }
    const letter = text[at];
    if (letter === '"' || letter === "'") {
      const string = readString(text, at);
      if (!string.ok) return string;
      tokens.push(string.value);
      at = string.value.end;
      continue;
    }
    const [kind, found] = firstMatch(match);
    if (found === null) return err(strangeCharacter(text, at));
    const end = at + found.length;
    if (kind === "number" && /[A-Za-z_]/.test(text[end] ?? "")) {
      return err({ message: `\`${found}${text[end]}\` is no number`, start: at, end: end + 1 });
    }
    const word = kind === "name" && Object.hasOwn(words, found) ? words[found] : undefined;
    tokens.push({
      kind: word === undefined ? kind : "symbol",
      text: word ?? found,
      start: at,
      end,
    });
    at = end;
  }
}

function firstMatch(
  match: (pattern: RegExp) => string | null,
): ["number" | "name" | "symbol", string | null] {
  const digits = match(number);
  if (digits !== null) return ["number", digits];
  const letters = match(name);
  if (letters !== null) return ["name", letters];
  return ["symbol", match(symbol)];
}

function readString(text: string, start: number): Result<Token, Fault> {
  const quote = text[start];
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const letter = text[at];
    if (letter === quote) {
      return ok({ kind: "string", text: value, start, end: at + 1 });
    }
    if (letter === "\\") {
      const escaped = ({ n: "\n", t: "\t", "\\": "\\", '"': '"', "'": "'" } as const)[text[++at]];
      if (escaped === undefined) {
        return err({
          message: `\`\\${text[at] ?? ""}\` is no escape`,
          start: at - 1,
          end: at + 1,
          hint: "write \\\\ for a backslash",
        });
      }
      value += escaped;
    } else value += letter;
  }
  return err({ message: "a string is not closed", start, end: start + 1 });
}

function strangeCharacter(text: string, at: number): Fault {
  const letter = String.fromCodePoint(text.codePointAt(at)!);
  const hints: Readonly<Record<string, string>> = {
    "=": "to compare, write ==",
    "&": "write && or `and`",
    "|": "write || or `or`",
    "{": "expressions have no maps; write the map in YAML",
    "}": "an expression ends with `}}`",
    "^": "a power is written **",
    "$": "inside an expression names are written plainly",
  };
  return {
    message: `\`${letter}\` has no meaning in an expression`,
    start: at,
    end: at + letter.length,
    hint: hints[letter],
  };
}
