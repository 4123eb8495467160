// Texts for `/bin/sh -c` with values put in: in what surroundings a value stands, and how it is quoted there.
// A value is quoted as a whole word, so it must not stand inside quotes of the text. Conservative: surroundings that
// cannot be made safe are named, and the command is refused.
// Source: POSIX.1-2024, Shell Command Language, 2.2 (Quoting), 2.7.4 (Here-Document).

/** Where a value stands in a shell text. Only in a `word` can it be quoted. */
export type Surroundings =
  | "word"
  | "single quotes"
  | "double quotes"
  | "backquotes"
  | "a comment"
  | "a here-document"
  | "an escape"
  | "an expansion";

/**
 * The surroundings of each value in a text. `pieces` are the literal parts of the text; `null` stands for a value.
 *
 * @returns one entry for each `null`, in order
 *
 * @example
 * ```ts
 * import { surroundings } from "#lib/workflow/shell_text.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(surroundings(["echo ", null, ' "', null, '"']), ["word", "double quotes"]);
 * assertEquals(surroundings(['x="$(cat ', null, ')"']), ["word"]);
 * ```
 */
export function surroundings(pieces: readonly (string | null)[]): Surroundings[] {
  const scanner = new Scanner();
  const found: Surroundings[] = [];
  for (const piece of pieces) {
    if (piece === null) found.push(scanner.value());
    else for (const letter of piece) scanner.read(letter);
  }
  return found;
}

/**
 * A value as one word of a shell text. Plain words stay as they are, so that commands can be read.
 *
 * @example
 * ```ts
 * import { shellWord } from "#lib/workflow/shell_text.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["in/fit.py", "a b", "it's", ""].map(shellWord), ["in/fit.py", "'a b'", "'it'\\''s'", "''"]);
 * ```
 */
export function shellWord(text: string): string {
  const isPlain = /^[A-Za-z0-9_./:@,+-]+$/.test(text) && !reserved.has(text);
  return isPlain ? text : quoted(text);
}

/**
 * A value in quotes, whatever it is.
 *
 * @example
 * ```ts
 * import { quoted } from "#lib/workflow/shell_text.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(quoted("2"), "'2'");
 * ```
 */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Words that mean something where a command begins. */
const reserved: ReadonlySet<string> = new Set(
  "case do done elif else esac fi for if in then until while function select time".split(" "),
);

/** Reads a shell text letter by letter, as far as quoting goes. */
class Scanner {
  /** Open quotes and substitutions, the innermost last. */
  readonly #open: ("double" | "paren")[] = [];
  /** Open brackets of the innermost substitution, for `$(f (x))`. */
  readonly #brackets: number[] = [0];
  #mode: "text" | "single" | "comment" | "document" = "text";
  #inBackquotes = false;
  #escaped = false;
  /** The letters before, as far as they matter: the last two outside quotes. */
  #before = "";
  /** A `<<` was read: what follows it on the line so far. */
  #delimiter: string | null = null;
  readonly #documents: { end: string; tabs: boolean }[] = [];
  #line = "";

  value(): Surroundings {
    const was = this.#surroundings();
    this.#escaped = false;
    this.#before = "x";
    this.#line += "x";
    if (this.#delimiter !== null) this.#delimiter += "x";
    return was;
  }

  #surroundings(): Surroundings {
    if (this.#mode === "single") return "single quotes";
    if (this.#mode === "comment") return "a comment";
    if (this.#mode === "document") return "a here-document";
    if (this.#escaped) return "an escape";
    if (this.#inBackquotes) return "backquotes";
    if (this.#open[this.#open.length - 1] === "double") return "double quotes";
    return /\$\{?$/.test(this.#before) ? "an expansion" : "word";
  }

  read(letter: string): void {
    if (this.#mode === "document") return this.#readDocument(letter);
    if (this.#mode === "single") {
      if (letter === "'") this.#mode = "text";
      if (this.#delimiter !== null) this.#delimiter += letter;
      return;
    }
    if (letter === "\n") this.#endLine();
    if (this.#mode === "comment") return;
    if (this.#escaped) {
      this.#escaped = false;
      this.#before = "x";
      return;
    }
    if (letter === "\\") {
      this.#escaped = true;
      return;
    }
    this.#readDelimiter(letter);
    const inDouble = this.#open[this.#open.length - 1] === "double";
    if (letter === "`") this.#inBackquotes = !this.#inBackquotes;
    else if (letter === '"') {
      if (inDouble) this.#open.pop();
      else this.#open.push("double");
    } else if (letter === "(" && (!inDouble || this.#before.endsWith("$"))) {
      if (this.#before.endsWith("$")) {
        this.#open.push("paren");
        this.#brackets.push(0);
      } else this.#brackets[this.#brackets.length - 1]++;
    } else if (!inDouble) this.#readPlain(letter);
    this.#before = (this.#before + letter).slice(-2);
  }

  #readPlain(letter: string): void {
    if (letter === "'") this.#mode = "single";
    else if (letter === "#" && /(^|[\s;&|()])$/.test(this.#before)) this.#mode = "comment";
    else if (letter === ")") {
      const depth = this.#brackets[this.#brackets.length - 1];
      if (depth > 0) this.#brackets[this.#brackets.length - 1]--;
      else if (this.#open[this.#open.length - 1] === "paren") {
        this.#open.pop();
        this.#brackets.pop();
      }
    }
  }

  /** The word behind `<<`, up to the end of the line; `<<<` is another thing. */
  #readDelimiter(letter: string): void {
    if (this.#delimiter === null) {
      if (letter === "<" && this.#before.endsWith("<")) this.#delimiter = "";
    } else if (this.#delimiter === "" && letter === "<") this.#delimiter = null;
    else this.#delimiter += letter;
  }

  #endLine(): void {
    if (this.#mode === "comment") this.#mode = "text";
    const match = /^(-?)[ \t]*(?:'([^']*)'|"([^"]*)"|([^\s;&|<>()]+))/.exec(this.#delimiter ?? "");
    this.#delimiter = null;
    if (match === null) return;
    const [, dash, single, double, plain] = match;
    this.#documents.push({
      end: single ?? double ?? plain.replaceAll("\\", ""),
      tabs: dash === "-",
    });
    this.#mode = "document";
    this.#line = "";
  }

  #readDocument(letter: string): void {
    if (letter !== "\n") {
      this.#line += letter;
      return;
    }
    const [{ end, tabs }] = this.#documents;
    if ((tabs ? this.#line.replace(/^\t+/, "") : this.#line) === end) {
      this.#documents.shift();
      this.#mode = this.#documents.length > 0 ? "document" : "text";
    }
    this.#line = "";
    this.#before = "\n";
  }
}
