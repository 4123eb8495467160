// A verdict as a sign and a word: told by shape, not by colour alone.

import { escapeHtml } from "./escape_html.ts";

/**
 * A verdict with its sign. Without its word shown, the word is still there for screen readers.
 *
 * @example
 * ```ts
 * import { verdictHtml } from "#lib/report/verdict_html.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(
 *   verdictHtml("holds", true),
 *   '<span class="verdict holds"><span class="sign" aria-hidden="true">✓</span> <span class="word">holds</span></span>',
 * );
 * ```
 */
export function verdictHtml(verdict: unknown, isWorded: boolean): string {
  const kind = verdictClass(verdict);
  const word = escapeHtml(String(verdict ?? "n/a"));
  return `<span class="verdict ${kind}"><span class="sign" aria-hidden="true">${
    signs[kind]
  }</span> ${`<span class="${isWorded ? "word" : "unseen"}">${word}</span>`}</span>`;
}

const signs = { holds: "✓", fails: "✕", open: "?", untested: "–" } as const;

/**
 * The class that colours a verdict.
 *
 * @example
 * ```ts
 * import { verdictClass } from "#lib/report/verdict_html.ts";
 * import { assertEquals } from "@std/assert";
 * const words = ["holds", "fails", "undecidable", "not tested here"];
 * assertEquals(words.map(verdictClass), ["holds", "fails", "open", "untested"]);
 * ```
 */
export function verdictClass(verdict: unknown): "holds" | "fails" | "open" | "untested" {
  if (verdict === "holds" || verdict === "fails") return verdict;
  return verdict === "not tested here" ? "untested" : "open";
}
