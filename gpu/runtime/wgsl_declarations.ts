// What stands at module scope of a shader: extensions, aliases, structs, constants, override constants, variables and
// entry points. Bodies of functions are skipped. Leaves out what Basin makes of them (reflect.ts).

import { EngineError } from "#lib/core/engine.ts";
import type { ProcessedShader } from "./preprocess.ts";
import { type Attribute, attributesAt } from "./wgsl_attributes.ts";
import type { Lookup } from "./wgsl_expressions.ts";
import { type Token, wgslTokens } from "./wgsl_tokens.ts";
import { TypeReader } from "./wgsl_type_reader.ts";
import { sizeOf, type WgslType } from "./wgsl_types.ts";

/** A variable at module scope. */
export interface Variable {
  readonly name: string;
  readonly space: string;
  readonly access: "read" | "read_write";
  /** Of a variable that is bound. */
  readonly type: WgslType;
  /** Bytes of a variable in workgroup memory, whose arrays may be as long as override constants say. */
  readonly workgroupBytes?: (lookup: Lookup) => number;
  readonly group: number | undefined;
  readonly binding: number | undefined;
  readonly line: number;
}

/** A function that is marked `@compute`. */
export interface EntryPoint {
  readonly name: string;
  readonly workgroupSize: readonly (readonly Token[])[];
  readonly line: number;
}

/** Everything at module scope. */
export interface Declarations {
  readonly extensions: readonly { readonly text: string; readonly line: number }[];
  readonly constants: ReadonlyMap<string, readonly Token[]>;
  readonly overrides: readonly {
    readonly name: string;
    readonly key: string;
    readonly value: readonly Token[] | undefined;
  }[];
  readonly variables: readonly Variable[];
  readonly entryPoints: readonly EntryPoint[];
}

/**
 * The declarations of a shader, in any order and formatting.
 *
 * @throws {EngineError} with file and line where brackets do not match or something is declared that WGSL lacks.
 *
 * @example
 * ```ts
 * import { preprocess } from "#gpu/runtime/preprocess.ts";
 * import { parseDeclarations } from "#gpu/runtime/wgsl_declarations.ts";
 * import { assertEquals } from "@std/assert";
 * const source = "@group(0) @binding(2) var<storage> x: array<vec4<f32>>;";
 * const { variables } = parseDeclarations(preprocess({ name: "x", source, fragments: {} }));
 * assertEquals([variables[0].binding, variables[0].access], [2, "read"]);
 * ```
 */
export function parseDeclarations(shader: ProcessedShader): Declarations {
  return new Parser(shader).parse();
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

class Parser {
  readonly #tokens: readonly Token[];
  #i = 0;
  readonly #shader: ProcessedShader;
  readonly #types = new TypeReader((token, message) => this.#fail(token, message));

  constructor(shader: ProcessedShader) {
    this.#shader = shader;
    this.#tokens = wgslTokens(shader.code);
  }

  parse(): Declarations {
    const extensions: { text: string; line: number }[] = [];
    const overrides: Declarations["overrides"][number][] = [];
    const variables: { attributes: readonly Attribute[]; tokens: readonly Token[] }[] = [];
    const entryPoints: EntryPoint[] = [];
    while (this.#i < this.#tokens.length) {
      const attributes = this.#attributes();
      const token = this.#next();
      switch (token.text) {
        case ";":
          break;
        case "enable":
        case "requires": {
          const names = this.#until(";").map(({ text }) => text).join("");
          extensions.push({ text: `${token.text} ${names};`, line: token.line });
          break;
        }
        case "alias": {
          const name = this.#next().text;
          this.#expect("=");
          this.#types.aliases.set(name, this.#until(";"));
          break;
        }
        case "struct": {
          const name = this.#next().text;
          this.#expect("{");
          this.#types.structs.set(name, this.#inside("{"));
          break;
        }
        case "const":
        case "override": {
          const statement = this.#until(";");
          const equals = statement.findIndex(({ text }) => text === "=");
          const value = equals < 0 ? undefined : statement.slice(equals + 1);
          const name = statement[0].text;
          if (token.text === "const") this.#types.constants.set(name, value ?? []);
          else overrides.push({ name, key: idOf(attributes) ?? name, value });
          break;
        }
        case "var":
          variables.push({ attributes, tokens: [token, ...this.#until(";")] });
          break;
        case "fn": {
          const name = this.#next();
          this.#expect("(");
          this.#inside("(");
          while (this.#next("{").text !== "{");
          this.#inside("{");
          if (!attributes.some((each) => each.name === "compute")) break;
          const size = attributes.find((each) => each.name === "workgroup_size");
          if (size === undefined) this.#fail(name, `\`${name.text}\` has no @workgroup_size`);
          entryPoints.push({
            name: name.text,
            workgroupSize: size!.args,
            line: name.line,
          });
          break;
        }
        case "diagnostic":
        case "const_assert":
          this.#until(";");
          break;
        default:
          this.#fail(token, `\`${token.text}\` begins no declaration`);
      }
    }
    return {
      extensions,
      constants: this.#types.constants,
      overrides,
      variables: variables.map(({ attributes, tokens }) => this.#variable(attributes, tokens)),
      entryPoints,
    };
  }

  #variable(attributes: readonly Attribute[], [first, ...rest]: readonly Token[]): Variable {
    let at = 0;
    let space: readonly string[] = [];
    if (rest[0]?.text === "<") {
      at = rest.findIndex(({ text }) => text === ">") + 1;
      space = rest.slice(1, at - 1).filter(({ text }) => text !== ",").map(({ text }) => text);
    }
    const name = rest[at];
    const number = (of: string) => {
      const attribute = attributes.find((each) => each.name === of);
      return attribute && this.#types.value(attribute.args[0]);
    };
    const bound = number("binding") !== undefined || number("group") !== undefined;
    if (bound && rest[at + 1]?.text !== ":") this.#fail(first, `\`${name?.text}\` has no type`);
    const equals = rest.findIndex(({ text }) => text === "=");
    const type = rest.slice(at + 2, equals < 0 ? undefined : equals);
    return {
      name: name.text,
      space: space[0] ?? "handle",
      access: space[1] === "read_write" || space[1] === "write" ? "read_write" : "read",
      // Types of what is not bound matter to nobody here.
      type: bound ? this.#types.type(type) : { kind: "other", text: "private" },
      ...(space[0] === "workgroup"
        ? { workgroupBytes: (lookup: Lookup) => sizeOf(this.#types.type(type, lookup)) }
        : {}),
      group: number("group"),
      binding: number("binding"),
      line: name.line,
    };
  }

  #attributes(): readonly Attribute[] {
    const { attributes, end } = attributesAt(this.#tokens, this.#i);
    this.#i = end;
    return attributes;
  }

  #next(wanted?: string): Token {
    const token = this.#tokens[this.#i++];
    if (token !== undefined) return token;
    const missing = wanted === undefined ? "" : `: \`${wanted}\` is missing`;
    return this.#fail(this.#tokens.at(-1), `the shader ends too early${missing}`);
  }

  #expect(text: string): void {
    const token = this.#next(text);
    if (token.text !== text) this.#fail(token, `\`${text}\` expected, \`${token.text}\` found`);
  }

  /** The tokens up to a sign outside of brackets, which is passed. */
  #until(end: string): readonly Token[] {
    const start = this.#i;
    for (;;) {
      const token = this.#next(end);
      if (token.text === end) return this.#tokens.slice(start, this.#i - 1);
      if (token.text !== "<" && Object.hasOwn(closing, token.text)) this.#inside(token.text);
    }
  }

  /** The tokens up to the bracket that closes the one just passed. */
  #inside(bracket: string): readonly Token[] {
    const start = this.#i;
    const opened = this.#tokens[start - 1];
    for (let depth = 1; depth > 0;) {
      const token = this.#tokens[this.#i++];
      if (token === undefined) this.#fail(opened, `\`${bracket}\` is not closed`);
      if (token.text === bracket) depth++;
      else if (token.text === closing[bracket]) depth--;
    }
    return this.#tokens.slice(start, this.#i - 1);
  }

  #fail(token: Token | undefined, message: string): never {
    const line = token?.line ?? 1;
    const { file, line: row } = this.#shader.lines[line - 1];
    throw new EngineError(`${file}:${row}: ${message}`);
  }
}

function idOf(attributes: readonly Attribute[]): string | undefined {
  return attributes.find(({ name }) => name === "id")?.args[0]?.[0]?.text.replace(/[iu]$/, "");
}
