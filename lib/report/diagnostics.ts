// Diagnostics as text: place, source line with a caret, notes, hint; plain or in colour, or as annotations that
// GitHub shows beside the line. Leaves out finding problems, and where the text goes.

import type { Diagnostic, Span } from "../core/diagnostic.ts";

/** How to write. */
export interface DiagnosticStyle {
  /** ANSI colours. */
  readonly colour: boolean;
  /** A path as the reader knows it; as it is, unless given. */
  readonly path?: (file: string) => string;
}

/** Longest part of a source line that is shown. */
const maxWidth = 120;

/**
 * Diagnostics as text, an empty line between them, ending with a line end; empty for none.
 *
 * @example
 * ```ts
 * import { renderDiagnostics } from "#lib/report/diagnostics.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { file: "a.yaml", line: 2, column: 3, endLine: 2, endColumn: 7, source: { text: "  tsak: dmd", column: 1 } };
 * const problem = { code: "unknown-key", severity: "error" as const, message: "no key `tsak`", at };
 * assertEquals(
 *   renderDiagnostics([problem], { colour: false }),
 *   "a.yaml:2:3: error: no key `tsak` [unknown-key]\n  2 |   tsak: dmd\n    |   ^^^^\n",
 * );
 * ```
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  style: DiagnosticStyle,
): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, style)).join("\n");
}

/**
 * One diagnostic as text, ending with a line end.
 *
 * @example
 * ```ts
 * import { renderDiagnostic } from "#lib/report/diagnostics.ts";
 * import { assert } from "@std/assert";
 * const at = { file: "a.yaml", line: 1, column: 1, endLine: 1, endColumn: 2 };
 * const text = renderDiagnostic({ code: "x", severity: "warning", message: "odd", at, hint: "stop" }, { colour: true });
 * assert(text.includes("stop") && text.includes("\x1b["));
 * ```
 */
export function renderDiagnostic(diagnostic: Diagnostic, style: DiagnosticStyle): string {
  const { code, severity, message, at, notes = [], hint } = diagnostic;
  const paint = style.colour ? ansi : plainly;
  const mark = severity === "error" ? paint.red : paint.yellow;
  const place = (span: Span) => placeText(span, style);
  const lines = [
    `${paint.bold(place(at))}: ${mark(paint.bold(`${severity}:`))} ${oneLine(message)} ${
      paint.dim(`[${code}]`)
    }`,
    ...frame(at, mark, paint),
  ];
  for (const note of notes) {
    lines.push(
      `  ${paint.bold(place(note.at))}: ${paint.cyan("note:")} ${oneLine(note.message)}`,
      ...frame(note.at, paint.cyan, paint),
    );
  }
  if (hint !== undefined) lines.push(`  ${paint.green("hint:")} ${oneLine(hint)}`);
  return lines.join("\n") + "\n";
}

/**
 * The last line under a list of diagnostics: how many there are.
 *
 * @example
 * ```ts
 * import { diagnosticsSummary } from "#lib/report/diagnostics.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(diagnosticsSummary([{ severity: "error" }, { severity: "warning" }]), "1 error, 1 warning");
 * ```
 */
export function diagnosticsSummary(diagnostics: readonly Pick<Diagnostic, "severity">[]): string {
  const count = (severity: string) => diagnostics.filter((d) => d.severity === severity).length;
  const text = (number: number, word: string) => `${number} ${word}${number === 1 ? "" : "s"}`;
  const warnings = count("warning");
  return text(count("error"), "error") + (warnings === 0 ? "" : `, ${text(warnings, "warning")}`);
}

/**
 * Diagnostics as workflow commands that GitHub turns into annotations, one line each.
 *
 * @example
 * ```ts
 * import { githubAnnotations } from "#lib/report/diagnostics.ts";
 * import { assertEquals } from "@std/assert";
 * const at = { file: "a.yaml", line: 2, column: 3, endLine: 2, endColumn: 7 };
 * const problem = { code: "unknown-key", severity: "error" as const, message: "no key", at, hint: "did you mean `task`?" };
 * assertEquals(
 *   githubAnnotations([problem], {}),
 *   "::error file=a.yaml,line=2,col=3,endLine=2,endColumn=7,title=unknown-key::no key%0Adid you mean `task`?\n",
 * );
 * ```
 */
export function githubAnnotations(
  diagnostics: readonly Diagnostic[],
  style: Pick<DiagnosticStyle, "path">,
): string {
  return diagnostics.map(({ code, severity, message, at, notes = [], hint }) => {
    const properties = [
      `file=${escapeProperty(style.path?.(at.file) ?? at.file)}`,
      `line=${at.line}`,
      `col=${at.column}`,
      `endLine=${at.endLine}`,
      `endColumn=${at.endColumn}`,
      `title=${escapeProperty(code)}`,
    ];
    const text = [
      message,
      ...notes.map((note) => `${placeText(note.at, style)}: ${note.message}`),
      ...(hint === undefined ? [] : [hint]),
    ].join("\n");
    return `::${severity} ${properties.join(",")}::${escapeData(text)}\n`;
  }).join("");
}

function placeText(span: Span, style: Pick<DiagnosticStyle, "path">): string {
  return `${style.path?.(span.file) ?? span.file}:${span.line}:${span.column}`;
}

/** The source line and a caret under the place, if the text is known. */
function frame(span: Span, mark: (text: string) => string, paint: Paint): string[] {
  if (span.source === undefined) return [];
  const { text, column } = span.source;
  const start = Math.max(0, span.column - column);
  const cut = text.length <= maxWidth
    ? 0
    : Math.max(0, Math.min(start - 20, text.length - maxWidth));
  const shown = text.slice(cut, cut + maxWidth);
  const end = span.endLine > span.line ? text.length : span.endColumn - column;
  const before = shown.slice(0, start - cut);
  const under = text.slice(start, Math.min(Math.max(end, start + 1), cut + maxWidth));
  const number = String(span.line);
  const blank = " ".repeat(number.length);
  const carets = "^".repeat(Math.max(1, widthOf(under.trimEnd())));
  return [
    `  ${paint.dim(`${number} |`)} ${expandTabs(shown)}`.trimEnd(),
    `  ${paint.dim(`${blank} |`)} ${" ".repeat(widthOf(before))}${mark(carets)}`,
  ];
}

/** Tabs are shown as one space, so that carets stay below what they point at; control characters as a sign. */
function expandTabs(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll("\t", " ").replace(/[\0-\x1f\x7f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

/** Columns that a text takes in a terminal: wide signs two, combining marks none. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) {
    if (/\p{M}/u.test(letter) || letter === "\u200d") continue;
    const code = letter.codePointAt(0)!;
    const isWide = code >= 0x1100 &&
      (code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf) || (code >= 0xac00 && code <= 0xd7a3) ||
        (code >= 0xf900 && code <= 0xfaff) || (code >= 0xfe30 && code <= 0xfe6f) ||
        (code >= 0xff00 && code <= 0xff60) || (code >= 0x1f300 && code <= 0x1faff));
    width += isWide ? 2 : 1;
  }
  return width;
}

/** No line end or escape sequence from a file reaches the terminal. */
function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (sign) => {
    const code = sign.charCodeAt(0).toString(16).padStart(4, "0");
    return sign === "\n" ? "\\n" : sign === "\t" ? "\\t" : `\\u${code}`;
  });
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** Ways of writing a piece of text. */
type Paint = Readonly<
  Record<"bold" | "dim" | "red" | "yellow" | "green" | "cyan", (text: string) => string>
>;

const same = (text: string): string => text;
const plainly: Paint = { bold: same, dim: same, red: same, yellow: same, green: same, cyan: same };

function sequence(start: number, end: number): (text: string) => string {
  return (text) => `\x1b[${start}m${text}\x1b[${end}m`;
}

const ansi: Paint = {
  bold: sequence(1, 22),
  dim: sequence(2, 22),
  red: sequence(31, 39),
  yellow: sequence(33, 39),
  green: sequence(32, 39),
  cyan: sequence(36, 39),
};
