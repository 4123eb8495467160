// Reads types where declarations write them: aliases and structs followed, lengths of arrays computed.
// Leaves out how types lie in memory (wgsl_types.ts).

import { attributesAt, splitAtCommas } from "./wgsl_attributes.ts";
import { evaluate, type Lookup } from "./wgsl_expressions.ts";
import type { Token } from "./wgsl_tokens.ts";
import type { Member, Scalar, WgslType } from "./wgsl_types.ts";

/** Reads the types of one shader. Names may be declared after they are used: fill the maps, then read. */
export class TypeReader {
  readonly aliases = new Map<string, readonly Token[]>();
  /** The tokens between the braces. */
  readonly structs = new Map<string, readonly Token[]>();
  /** The expressions of `const` declarations. */
  readonly constants = new Map<string, readonly Token[]>();
  readonly #fail: (token: Token | undefined, message: string) => never;
  /** Structs and aliases that are being read. */
  readonly #open: string[] = [];

  /** @param fail throws an error that names the token's place. */
  constructor(fail: (token: Token | undefined, message: string) => never) {
    this.#fail = fail;
  }

  /** A type; `lookup` knows the values of constants and overrides, or else `const` declarations alone are known. */
  type(tokens: readonly Token[], lookup?: Lookup): WgslType {
    const [name, ...rest] = tokens;
    if (name === undefined) return { kind: "other", text: "nothing" };
    const args = rest[0]?.text === "<" ? splitAtCommas(rest.slice(1, lastBracket(rest))) : [];
    if (isScalar(name.text)) return { kind: "scalar", scalar: name.text };
    if (name.text === "bool") return { kind: "bool" };
    if (name.text === "atomic" && args.length === 1) return this.type(args[0], lookup);
    const vector = /^vec([234])([fui]?)$/.exec(name.text);
    if (vector !== null) {
      const inner = vector[2] === ""
        ? this.type(args[0] ?? [])
        : { kind: "scalar", scalar: scalarByLetter[vector[2]] } as const;
      const width = Number(vector[1]) as 2 | 3 | 4;
      if (inner.kind === "scalar") return { kind: "vector", scalar: inner.scalar, width };
    }
    // Matrices are for workgroup memory alone, whose size is all that matters: columns, one after the other.
    const matrix = /^mat([234])x([234])f?$/.exec(name.text);
    if (matrix !== null && lookup !== undefined) {
      const width = Number(matrix[2]) as 2 | 3 | 4;
      return {
        kind: "array",
        element: { kind: "vector", scalar: "f32", width },
        length: Number(matrix[1]),
      };
    }
    if (name.text === "array" && args.length > 0) {
      const length = args.length > 1 ? this.value(args[1], lookup) : undefined;
      return { kind: "array", element: this.type(args[0], lookup), length };
    }
    const alias = this.aliases.get(name.text);
    if (alias !== undefined) return this.#named(name, () => this.type(alias, lookup));
    const struct = this.structs.get(name.text);
    if (struct !== undefined) {
      return this.#named(name, () => ({
        kind: "struct",
        name: name.text,
        members: splitAtCommas(struct).filter((member) => member.length > 0).map((member) =>
          this.#member(member)
        ),
      }));
    }
    return { kind: "other", text: tokens.map(({ text }) => text).join("") };
  }

  #named(name: Token, read: () => WgslType): WgslType {
    if (this.#open.includes(name.text)) this.#fail(name, `\`${name.text}\` contains itself`);
    this.#open.push(name.text);
    const type = read();
    this.#open.pop();
    return type;
  }

  #member(tokens: readonly Token[]): Member {
    const { attributes, end } = attributesAt(tokens, 0);
    const [name, colon, ...type] = tokens.slice(end);
    if (name === undefined || colon?.text !== ":") {
      this.#fail(tokens[0], `\`${tokens.map(({ text }) => text).join(" ")}\` is no member`);
    }
    const number = (of: string) => {
      const attribute = attributes.find((each) => each.name === of);
      return attribute && this.value(attribute.args[0]);
    };
    const align = number("align");
    const size = number("size");
    return {
      name: name.text,
      type: this.type(type),
      ...(align === undefined ? {} : { align }),
      ...(size === undefined ? {} : { size }),
    };
  }

  /** The value of an expression, likewise. */
  value(expression: readonly Token[], lookup?: Lookup): number {
    const constants = (name: string): number | undefined => {
      const value = this.constants.get(name);
      return value && evaluate(value, constants);
    };
    try {
      return evaluate(expression, lookup ?? constants);
    } catch (error) {
      return this.#fail(expression[0], error instanceof Error ? error.message : String(error));
    }
  }
}

function lastBracket(tokens: readonly Token[]): number {
  return tokens.findLastIndex(({ text }) => text === ">");
}

function isScalar(text: string): text is Scalar {
  return text === "f32" || text === "u32" || text === "i32";
}

const scalarByLetter: Readonly<Record<string, Scalar>> = { f: "f32", u: "u32", i: "i32" };
