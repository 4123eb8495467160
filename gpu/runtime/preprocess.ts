// Puts a shader together: `#import "name"` lines are replaced by the fragments they name, each once, and every line of
// the result knows the file and line it came from. There are no other directives: what differs by device or by use is
// an `override` constant or a uniform. Leaves out what the shader declares (reflect.ts).

import { EngineError } from "#lib/core/engine.ts";

/** What a shader is made of: `Kernel` has it. */
export interface ShaderSource {
  /** The kernel's name; a part after `/` names a variant and no file. */
  readonly name: string;
  readonly source: string;
  /** Name as written in `#import "…"` → text. */
  readonly fragments: Readonly<Record<string, string>>;
}

/** A line of a file, counted from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}

/** A shader without imports. */
export interface ProcessedShader {
  /** Name of the kernel, for messages. */
  readonly name: string;
  readonly code: string;
  /** For each line of `code`, where it was written. */
  readonly lines: readonly SourceLine[];
}

/**
 * Replaces all imports of a shader, those of its fragments included. A fragment stands where it is imported first;
 * later imports of it leave an empty line. Imports inside comments are none.
 *
 * @throws {EngineError} if a fragment is unknown or imports itself, or a line starts with another directive.
 *
 * @example
 * ```ts
 * import { preprocess } from "#gpu/runtime/preprocess.ts";
 * import { assertEquals } from "@std/assert";
 * const { code, lines } = preprocess({
 *   name: "twice",
 *   source: '#import "shared/square"\nfn twice() {}',
 *   fragments: { "shared/square": "fn square(x: f32) -> f32 {\n  return x * x;\n}" },
 * });
 * assertEquals(code.split("\n")[1], "  return x * x;");
 * assertEquals(lines[1], { file: "gpu/shared/square.wgsl", line: 2 });
 * assertEquals(lines[3], { file: "gpu/twice.wgsl", line: 2 });
 * ```
 */
export function preprocess({ name, source, fragments }: ShaderSource): ProcessedShader {
  const code: string[] = [];
  const lines: SourceLine[] = [];
  const done = new Set<string>();
  const open: string[] = [];

  function add(text: string, file: string): void {
    // A block comment, nested or not, ends in the file where it began.
    let depth = 0;
    text.split(/\r\n|\n|\r/).forEach((row, i) => {
      const here = { file, line: i + 1 };
      const imported = depth === 0 ? importOn(row, here) : undefined;
      if (imported === undefined) {
        code.push(row);
        lines.push(here);
        depth = depthAfter(row, depth);
        return;
      }
      if (open.includes(imported)) {
        const circle = [...open.slice(open.indexOf(imported)), imported];
        throw new EngineError(`${at(here)}: imports go in a circle: ${circle.join(" → ")}`);
      }
      if (done.has(imported)) {
        code.push("");
        lines.push(here);
        return;
      }
      if (!Object.hasOwn(fragments, imported)) {
        const known = Object.keys(fragments).map((each) => `"${each}"`).join(", ") || "none";
        throw new EngineError(
          `${at(here)}: no fragment "${imported}"; the kernel ${name} brings: ${known}`,
        );
      }
      done.add(imported);
      open.push(imported);
      add(fragments[imported], fileOfFragment(imported));
      open.pop();
    });
    if (depth > 0) throw new EngineError(`${file}: a block comment is not closed`);
  }

  add(source, `gpu/${name.split("/")[0]}.wgsl`);
  return { name, code: code.join("\n"), lines };
}

/** `shared/philox` and `philox.wgsl` both name a file below `gpu/`. */
function fileOfFragment(name: string): string {
  return `gpu/${name.replace(/^\.?\//, "")}${name.endsWith(".wgsl") ? "" : ".wgsl"}`;
}

function importOn(row: string, here: SourceLine): string | undefined {
  if (!/^\s*#/.test(row)) return undefined;
  const found = /^\s*#import\s+"([^"]+)"\s*;?\s*(\/\/.*)?$/.exec(row);
  if (found !== null) return found[1];
  throw new EngineError(`${at(here)}: \`${row.trim()}\` is no \`#import "name"\``);
}

function at({ file, line }: SourceLine): string {
  return `${file}:${line}`;
}

/** How many block comments are open after a line; WGSL nests them. */
function depthAfter(row: string, depth: number): number {
  for (let i = 0; i < row.length; i++) {
    const two = row.slice(i, i + 2);
    if (depth === 0 && two === "//") break;
    if (two === "/*") depth++;
    else if (two === "*/" && depth > 0) depth--;
    else continue;
    i++;
  }
  return depth;
}
