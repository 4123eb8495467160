// The body of a segment's line as a value. Most bytes of a body are the contents of small files, which a plan never looks
// at: they are left where they are until somebody reads `inline`, so that looking up thousands of results parses
// kilobytes instead of megabytes.

import { Buffer } from "node:buffer";
import { reviveCanonical } from "../core/canonical.ts";

/**
 * Parses the canonical JSON of a body. The `inline` of stored files becomes a property that reads it from `bytes` on
 * demand; everything else is plain.
 *
 * @example
 * ```ts
 * import { readBody } from "#lib/store/line_body.ts";
 * import { assertEquals } from "@std/assert";
 * const text = '{"outputs":{"out":{"files":{"a":{"digest":"sha256:0","inline":"eA==","size":1}}}}}';
 * // deno-lint-ignore no-explicit-any
 * const body = readBody(new TextEncoder().encode(text)) as any;
 * assertEquals(body.outputs.out.files.a.inline, "eA==");
 * ```
 */
export function readBody(bytes: Uint8Array): unknown {
  const found = inlineContents(bytes);
  if (found.length > 0) {
    const value = parse(withoutContents(bytes, found));
    if (putBack(value, bytes, found)) return value;
  }
  return parse(decoder.decode(bytes));
}

/** Where the text of one file's content begins and ends. */
interface Range {
  readonly from: number;
  readonly to: number;
}

const decoder = new TextDecoder();
const key = Buffer.from('"inline":"');
const quote = 34;

/** In the order of the text. Inside JSON strings quotes are escaped, so only keys match. */
function inlineContents(bytes: Uint8Array): Range[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Range[] = [];
  for (let at = view.indexOf(key); at >= 0;) {
    const from = at + key.length;
    // Of the typed array: Buffer looks for single bytes one by one.
    const to = bytes.indexOf(quote, from);
    if (to < 0) break;
    found.push({ from, to });
    at = view.indexOf(key, to);
  }
  return found;
}

/** The text with a mark in place of each content: its number, which no base64 is. */
function withoutContents(bytes: Uint8Array, found: readonly Range[]): string {
  let text = "";
  let at = 0;
  found.forEach(({ from, to }, number) => {
    text += decoder.decode(bytes.subarray(at, from)) + mark(number);
    at = to;
  });
  return text + decoder.decode(bytes.subarray(at));
}

function mark(number: number): string {
  return `#${number}`;
}

function parse(text: string): unknown {
  return text.includes('$number"') ? JSON.parse(text, reviveCanonical) : JSON.parse(text);
}

/**
 * Gives the stored files their contents back. `false` if a mark lies elsewhere: a param of a task may be called
 * `inline`, too, and then the body is parsed as a whole.
 */
function putBack(value: unknown, bytes: Uint8Array, found: readonly Range[]): boolean {
  const { outputs, log } = value as {
    outputs?: Record<string, { files?: Record<string, object> }>;
    log?: object;
  };
  const lists = Object.values(outputs ?? {}).map(({ files }) => Object.values(files ?? {}));
  if (log !== undefined) lists.push([log]);
  let count = 0;
  for (const files of lists) {
    for (const file of files) {
      const inline = (file as { inline?: unknown }).inline;
      if (inline === undefined) continue;
      const number = typeof inline === "string" && inline[0] === "#" ? Number(inline.slice(1)) : -1;
      if (!(number >= 0 && number < found.length)) return false;
      const { from, to } = found[number];
      Object.defineProperty(file, "inline", {
        enumerable: true,
        get: () => decoder.decode(bytes.subarray(from, to)),
      });
      count++;
    }
  }
  return count === found.length;
}
