// A terminal that is simulated: what a person sees after the escapes that the live view writes.

import { columnsOf } from "#lib/report/format.ts";

/** Columns without a bound on rows; nothing scrolls away. */
export class Screen {
  /** Characters by column; the second column of a wide one is empty. */
  #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  #wraps = true;
  /** Rows that text has run over the edge of. */
  wrapped = 0;
  readonly columns: number;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** What stands there, without blanks at the ends of rows and rows at the end. */
  get lines(): readonly string[] {
    const lines = this.#rows.map((row) =>
      Array.from(row, (character) => character ?? " ").join("").trimEnd()
    );
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  /** Obeys text. @throws {Error} at an escape that it does not know. */
  write(text: string): void {
    // deno-lint-ignore no-control-regex
    for (const [part, argument, name] of text.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|[^]/gu)) {
      if (name !== undefined) this.#obey(argument, name);
      else if (part === "\n") {
        this.#row++;
        this.#column = 0;
        while (this.#rows.length <= this.#row) this.#rows.push([]);
      } else if (part === "\r") this.#column = 0;
      else if (part === "\t") this.write(" ".repeat(8 - this.#column % 8));
      else this.#put(part);
    }
  }

  #put(character: string): void {
    if (character < " ") throw new Error(`the terminal was sent ${JSON.stringify(character)}`);
    const width = columnsOf(character);
    if (this.#column + width > this.columns) {
      if (!this.#wraps) return;
      this.wrapped++;
      this.write("\n");
    }
    const row = this.#rows[this.#row];
    if (width === 0) {
      if (this.#column > 0) row[this.#column - 1] += character;
      return;
    }
    row[this.#column] = character;
    if (width === 2) row[this.#column + 1] = "";
    this.#column += width;
  }

  #obey(argument: string, name: string): void {
    const code = argument + name;
    if (name === "m" || code === "?2026h" || code === "?2026l") return;
    if (code === "?7l") this.#wraps = false;
    else if (code === "?7h") this.#wraps = true;
    else if (code === "K") this.#rows[this.#row].length = this.#column;
    else if (name === "A") {
      this.#row -= Number(argument);
      if (this.#row < 0) throw new Error(`${argument} rows up is above the first row`);
    } else throw new Error(`the terminal was sent the escape ${code}`);
  }
}
