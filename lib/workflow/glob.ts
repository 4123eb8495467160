// Globs over member ids. `*` stands for any text, `?` for one character; brackets hold axes, in any order, and axes
// that a glob does not name may have any value: `train[seed=0]` means every group's seed 0.

/** A glob, ready to use. */
export type Glob = (id: string) => boolean;

/**
 * Compiles a glob: `train` (all its members), `train[seed=*]`, `*[seed=0,metric=dsa]`, `tr*n`.
 * Quotes around a value are optional; a glob with quotes or brackets left open matches nothing.
 *
 * @example
 * ```ts
 * import { compileGlob } from "#lib/workflow/glob.ts";
 * import { assert } from "@std/assert";
 * const glob = compileGlob("train[seed=0]");
 * assert(glob("train[group=master,seed=0]") && !glob("train[group=master,seed=1]"));
 * assert(compileGlob("tr*")("train") && !compileGlob("train[seed=*]")("train"));
 * ```
 */
export function compileGlob(pattern: string): Glob {
  const wanted = splitId(pattern);
  if (wanted === null) return () => false;
  return (id) => {
    const found = splitId(id);
    if (found === null || !matches(wanted.stage, found.stage)) return false;
    return wanted.axes.every(([name, value]) =>
      name === null
        ? matches(value, "") || found.axes.length > 0
        : found.axes.some((axis) => matches(name, axis[0]!) && matches(value, axis[1]))
    );
  };
}

/** An id or glob in parts. A value without `=` (`train[*]`) has no name. */
interface Parts {
  readonly stage: string;
  readonly axes: readonly (readonly [name: string | null, value: string])[];
}

function splitId(text: string): Parts | null {
  const open = text.indexOf("[");
  if (open < 0) return { stage: text, axes: [] };
  if (!text.endsWith("]")) return null;
  const stage = text.slice(0, open);
  const axes: [string | null, string][] = [];
  const end = text.length - 1;
  let at = open + 1;
  while (at < end) {
    let name: string | null = null;
    const item = /[^=,"]*/y;
    item.lastIndex = at;
    const word = item.exec(text)![0];
    if (text[at + word.length] === "=") {
      name = word.trim();
      at += word.length + 1;
    }
    if (text[at] === '"') {
      const quoted = /"(?:[^"\\]|\\.)*"/y;
      quoted.lastIndex = at;
      const found = quoted.exec(text);
      if (found === null) return null;
      axes.push([name, unquote(found[0])]);
      at += found[0].length;
    } else {
      const comma = text.indexOf(",", at);
      const stop = comma < 0 || comma > end ? end : comma;
      axes.push([name, text.slice(at, stop)]);
      at = stop;
    }
    if (text[at] === ",") at++;
    else if (at < end) return null;
  }
  return { stage, axes };
}

function unquote(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Wildcards in time proportional to the product of the lengths, whatever the pattern. */
function matches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === "*") {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
