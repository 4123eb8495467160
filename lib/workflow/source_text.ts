// Source text: a file's text with its lines, and places in it. Offsets are turned into lines and columns only
// when a diagnostic is shown, so that a workflow of 10,000 stages pays nothing for them.

import { dirname } from "@std/path";
import type { Span } from "../core/diagnostic.ts";

/** A range of offsets in a text, the end exclusive. */
export interface Place {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** Lines longer than this are cut to a window when they are kept for display. */
const maxLine = 400;

/**
 * The text of one file (or of the command line's overrides).
 *
 * @example
 * ```ts
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const source = new SourceText("flows/a.yaml", "x: 1\ny: 2\n");
 * assertEquals(source.folder, "flows");
 * assertEquals(source.span(5, 6).line, 2);
 * ```
 */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** Folder that relative paths written in this text start from. */
  readonly folder: string;
  #starts: number[] | undefined;

  constructor(file: string, text: string, folder: string = dirname(file)) {
    this.file = file;
    this.text = text;
    this.folder = folder;
  }

  /** Lines and columns of a range, with the text of its first line. */
  span(start: number, end: number): Span {
    const line = this.#lineOf(start);
    const endLine = this.#lineOf(Math.max(start, end));
    const starts = this.#lines();
    const column = Math.max(1, start - starts[line] + 1);
    return {
      file: this.file,
      line: line + 1,
      column,
      endLine: endLine + 1,
      endColumn: Math.max(1, Math.max(start, end) - starts[endLine] + 1),
      // Nothing is shown of a file that is empty or could not be read.
      ...(this.text === "" ? {} : { source: this.#window(line, column) }),
    };
  }

  #window(line: number, column: number): { text: string; column: number } {
    const starts = this.#lines();
    const from = starts[line];
    const to = line + 1 < starts.length ? starts[line + 1] : this.text.length;
    if (to - from <= maxLine) {
      return { text: this.text.slice(from, to).replace(/[\r\n]+$/, ""), column: 1 };
    }
    const cut = Math.max(0, column - 1 - maxLine / 4);
    const text = this.text.slice(from + cut, Math.min(to, from + cut + maxLine / 2));
    return { text: text.replace(/[\r\n]+$/, ""), column: cut + 1 };
  }

  #lineOf(offset: number): number {
    const starts = this.#lines();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #lines(): number[] {
    if (this.#starts !== undefined) return this.#starts;
    // A byte order mark is no column of the first line.
    const starts = [this.text.charCodeAt(0) === 0xfeff ? 1 : 0];
    for (let i = 0; i < this.text.length; i++) {
      const code = this.text.charCodeAt(i);
      if (code === 10 || (code === 13 && this.text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
    }
    return this.#starts = starts;
  }
}

/**
 * The span of a place.
 *
 * @example
 * ```ts
 * import { SourceText, spanOf } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const source = new SourceText("a.yaml", "name: pdm");
 * assertEquals(spanOf({ source, start: 6, end: 9 }).column, 7);
 * ```
 */
export function spanOf(place: Place): Span {
  return place.source.span(place.start, place.end);
}
