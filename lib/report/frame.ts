// A few lines at the bottom of the terminal that are drawn in place: only what changed is written, all at once.
// Leaves out what the lines say.

import { stripAnsiCode } from "@std/fmt/colors";
import { columnsOf } from "./format.ts";

/** Synchronised update: terminals that know it show the whole change at once, others pass over it. */
const begin = "\x1b[?2026h", end = "\x1b[?2026l";
/** Whether lines may wrap: a character wider than it was counted is cut instead. */
const cut = "\x1b[?7l", wrap = "\x1b[?7h";

/**
 * Draws lines, and text that stays above them. The cursor is left in the line below.
 *
 * @example
 * ```ts
 * import { Frame } from "#lib/report/frame.ts";
 * import { assertEquals } from "@std/assert";
 * let text = "";
 * const frame = new Frame((part) => text += part, () => 80);
 * frame.draw(["one", "two"]);
 * text = "";
 * frame.draw(["one", "two"]);
 * assertEquals(text, "");
 * ```
 */
export class Frame {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #drawn: readonly string[] = [];
  #width = 0;
  /** Free lines above the first. */
  #slack = 0;

  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  /**
   * Shows these lines, each narrower than the terminal. The last stays where it is if there are fewer than before,
   * unless that takes more than `most` lines.
   */
  draw(lines: readonly string[], most: number = Infinity): void {
    const width = this.#columns();
    const tall = Math.max(lines.length, Math.min(most, this.#drawn.length));
    const next = [...new Array<string>(tall - lines.length).fill(""), ...lines];
    const isSame = width === this.#width && next.length === this.#drawn.length;
    let text: string;
    if (isSame) {
      const changed = next.map((line, i) => line !== this.#drawn[i]);
      if (!changed.includes(true)) return;
      text = `\x1b[${next.length}A\r` +
        next.map((line, i) => changed[i] ? `${line}\x1b[K\n` : "\n").join("");
    } else text = this.#erase() + next.map((line) => `${line}\n`).join("");
    this.#write(begin + cut + text + wrap + end);
    this.#drawn = next;
    this.#width = width;
    this.#slack = next.length - lines.length;
  }

  /** Writes text that stays, above the lines. It takes the room that the lines have left free. */
  above(text: string): void {
    const width = this.#columns();
    const free = Math.max(0, this.#slack - rowsOf(text.split("\n"), width));
    const lines = this.#drawn.slice(this.#slack - free);
    const shown = lines.length === 0 ? "" : cut + lines.map((line) => `${line}\n`).join("") + wrap;
    this.#write(`${begin}${this.#erase()}${text}\n${shown}${end}`);
    this.#drawn = lines;
    this.#slack = free;
    this.#width = width;
  }

  /** Takes the lines away. */
  clear(): void {
    const text = this.#erase();
    if (text !== "") this.#write(text);
    this.#drawn = [];
    this.#slack = 0;
  }

  /** Terminals that have become narrower have wrapped what they showed. */
  #erase(): string {
    if (this.#drawn.length === 0) return "";
    const width = this.#columns();
    const { length } = this.#drawn;
    const rows = width >= this.#width ? length : rowsOf(this.#drawn, width);
    // Row by row: some terminals keep a copy of a screen that is cleared from its top.
    return `\x1b[${rows}A\r${"\x1b[K\n".repeat(rows)}\x1b[K\x1b[${rows}A`;
  }
}

/** Rows that lines take once they are wrapped. */
function rowsOf(lines: readonly string[], width: number): number {
  return lines.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(columnsOf(stripAnsiCode(line)) / width)),
    0,
  );
}
