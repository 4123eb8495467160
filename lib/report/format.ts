// Small formatting for people: durations, sizes, counts, and text that fits a line and cannot move the cursor.

/**
 * A duration in the largest unit that keeps two or three digits.
 *
 * @example
 * ```ts
 * import { formatSeconds } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0.004, 3.14, 75, 7260].map(formatSeconds), ["4 ms", "3.1 s", "1 min 15 s", "2 h 1 min"]);
 * ```
 */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/**
 * A duration in whole seconds, for what is shown while it grows.
 *
 * @example
 * ```ts
 * import { wholeSeconds } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0.9, 59.9, 75.5].map(wholeSeconds), ["0 s", "59 s", "1 min 15 s"]);
 * ```
 */
export function wholeSeconds(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 60 ? `${whole} s` : formatSeconds(whole);
}

/**
 * How many a second, a minute or an hour, in two digits.
 *
 * @example
 * ```ts
 * import { formatRate } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([1234, 3.14, 0.2, 0.005].map(formatRate), ["1,200/s", "3.1/s", "12/min", "18/h"]);
 * ```
 */
export function formatRate(perSecond: number): string {
  const [value, unit] = perSecond >= 0.995
    ? [perSecond, "s"]
    : perSecond * 60 >= 0.995
    ? [perSecond * 60, "min"]
    : [perSecond * 3600, "h"];
  const rounded = Number(value.toPrecision(2));
  return `${rounded < 10 ? String(rounded) : grouped(rounded)}/${unit}`;
}

/**
 * The same for what was measured: no time at all is told from a time too short to be told.
 *
 * @example
 * ```ts
 * import { shortSeconds } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0, 0.0002, 0.004].map(shortSeconds), ["0 ms", "< 1 ms", "4 ms"]);
 * ```
 */
export function shortSeconds(seconds: number): string {
  return seconds > 0 && seconds < 0.0005 ? "< 1 ms" : formatSeconds(seconds);
}

/**
 * A number of bytes in decimal units.
 *
 * @example
 * ```ts
 * import { formatBytes } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([512, 20_480, 3_500_000].map(formatBytes), ["512 B", "20 kB", "3.5 MB"]);
 * ```
 */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  for (const [unit, size] of [["kB", 1e3], ["MB", 1e6], ["GB", 1e9]] as const) {
    const value = bytes / size;
    if (value < 999.5) return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
  }
  return `${(bytes / 1e12).toFixed(1)} TB`;
}

/**
 * A count with its noun.
 *
 * @example
 * ```ts
 * import { plural } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([plural(1, "stage"), plural(12000, "stage")], ["1 stage", "12,000 stages"]);
 * ```
 */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * As `toLocaleString("en-US")` for whole numbers, which would load the languages of the world first.
 *
 * @example
 * ```ts
 * import { grouped } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([999, 42000].map(grouped), ["999", "42,000"]);
 * ```
 */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/**
 * What a plan comes to.
 *
 * @example
 * ```ts
 * import { plannedText } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * const counts = { stages: 2948, hit: 41, run: 0, maybe: 2907 };
 * assertEquals(plannedText(counts), "2,948 stages: 41 hit, 0 run, 2,907 maybe");
 * ```
 */
export function plannedText(
  { stages, hit, run, maybe }: {
    readonly stages: number;
    readonly hit: number;
    readonly run: number;
    readonly maybe: number;
  },
): string {
  return `${plural(stages, "stage")}: ${grouped(hit)} hit, ${grouped(run)} run, ${
    grouped(maybe)
  } maybe`;
}

/**
 * The stage of a member's id.
 *
 * @example
 * ```ts
 * import { stageOf } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["fit[seed=0]", "fit"].map(stageOf), ["fit", "fit"]);
 * ```
 */
export function stageOf(id: string): string {
  const end = id.indexOf("[");
  return end < 0 ? id : id.slice(0, end);
}

/**
 * Text that is safe on a terminal: control characters and bidirectional overrides are shown, not obeyed.
 *
 * @example
 * ```ts
 * import { printable } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(printable("a\u001b[2Jb\u202e"), "a\\u001b[2Jb\\u202e");
 * ```
 */
export function printable(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Printable text on one line: line ends and tabs become spaces.
 *
 * @example
 * ```ts
 * import { oneLine } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(oneLine("a\n\tb\u001b"), "a b\\u001b");
 * ```
 */
export function oneLine(text: string): string {
  return printable(text.replace(/[\r\n\t\u2028\u2029]+/g, " "));
}

/**
 * Columns that text takes on a terminal: two for East Asian wide characters and emoji, none for combining marks.
 *
 * @example
 * ```ts
 * import { columnsOf } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["abc", "漢字", "e\u0301", "😀"].map(columnsOf), [3, 4, 1, 2]);
 * ```
 */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOfOne(character);
  return columns;
}

function columnsOfOne(character: string): number {
  if (character < "\u0300") return 1;
  if (/[\p{M}\u200b-\u200d\u2060]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;

/**
 * Shortens text to a width in columns, in the middle, where ids differ least.
 *
 * @example
 * ```ts
 * import { fit } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fit("train[group=master,seed=0]", 16), "train[g…,seed=0]");
 * ```
 */
export function fit(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  if (width <= 1) return "…".slice(0, Math.max(0, width));
  const characters = [...text];
  const tail = Math.floor((width - 1) * 0.55);
  return leading(characters, width - 1 - tail).join("") + "…" +
    leading(characters.reverse(), tail).reverse().join("");
}

/** As many characters from the start as fit. */
function leading(characters: readonly string[], width: number): string[] {
  let used = 0;
  let count = 0;
  while (count < characters.length) {
    used += columnsOfOne(characters[count]);
    if (used > width) break;
    count++;
  }
  return characters.slice(0, count);
}

/**
 * Text shortened or filled with spaces to exactly a width in columns, or one less where a wide character does not fit.
 *
 * @example
 * ```ts
 * import { padded } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([padded("ab", 4), padded("abcdef", 4)], ["ab  ", "ab…f"]);
 * ```
 */
export function padded(text: string, width: number): string {
  const shown = fit(text, width);
  return shown + " ".repeat(Math.max(0, width - columnsOf(shown)));
}

/**
 * Text in lines of whole words; words that are longer than a line have their own. With `most`, these are cut in the
 * middle, and so is what is left for the last line.
 *
 * @example
 * ```ts
 * import { wrapped } from "#lib/report/format.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(wrapped("the rank is too high", 12), ["the rank is", "too high"]);
 * assertEquals(wrapped("the rank is too high", 12, 1), ["the r…o high"]);
 * ```
 */
export function wrapped(text: string, width: number, most: number = Infinity): string[] {
  const lines: string[] = [];
  let line = "";
  const words = text.split(" ");
  const shown = (one: string) => most === Infinity ? one : fit(one, width);
  for (const [i, word] of words.entries()) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (i === 0 || columnsOf(longer) <= width) line = longer;
    else if (lines.length + 1 >= most) {
      line = [line, ...words.slice(i)].join(" ");
      break;
    } else {
      lines.push(shown(line));
      line = word;
    }
  }
  return [...lines, shown(line)];
}
