// Warnings on a terminal: the first of each stage as they come, the others counted at the end. All of them are in the
// events and in the report.

import type { RunEvent } from "../core/event.ts";
import { oneLine, plural, printable } from "./format.ts";

/** Warnings shown for one stage of the file, whatever its number of members. */
const shownPerStage = 2;

/**
 * Lets the first warnings of each stage through.
 *
 * @example
 * ```ts
 * import { FewWarnings } from "#lib/report/few_warnings.ts";
 * import { assertEquals } from "@std/assert";
 * const few = new FewWarnings();
 * const warn = (stage: string) => few.text({ type: "warning", at: 0, stage, message: "odd" });
 * assertEquals([warn("a[n=1]"), warn("a[n=2]"), warn("a[n=3]")], ["a[n=1]: odd", "a[n=2]: odd", null]);
 * assertEquals(few.rest(), ["a: 1 more warning, in the report"]);
 * ```
 */
export class FewWarnings {
  readonly #counts = new Map<string, number>();

  /** What to print; `null` if it is only counted. Warnings that belong to no stage are always shown. */
  text({ stage, message }: Extract<RunEvent, { type: "warning" }>): string | null {
    if (stage === undefined) return printable(message);
    const name = stage.split("[")[0];
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count > shownPerStage ? null : `${oneLine(stage)}: ${printable(message)}`;
  }

  /** A line for each stage that has more, once. */
  rest(): string[] {
    const lines = [...this.#counts].filter(([, count]) => count > shownPerStage).map(
      ([name, count]) =>
        `${oneLine(name)}: ${plural(count - shownPerStage, "more warning")}, in the report`,
    );
    this.#counts.clear();
    return lines;
  }
}

/**
 * Lets the first few of each stage of the file through.
 *
 * @example
 * ```ts
 * import { FirstFew } from "#lib/report/few_warnings.ts";
 * import { assertEquals } from "@std/assert";
 * const few = new FirstFew(2);
 * assertEquals(["a", "a", "b", "a"].map((stage) => few.lets(stage)), [true, true, true, false]);
 * assertEquals(few.rest(), [["a", 1]]);
 * ```
 */
export class FirstFew {
  readonly #counts = new Map<string, number>();
  readonly #most: number;

  /** @param most how many of each. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether this one is among the first. */
  lets(name: string): boolean {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count <= this.#most;
  }

  /** What was held back, and how often; once. */
  rest(): (readonly [name: string, count: number])[] {
    const rest = [...this.#counts].filter(([, count]) => count > this.#most)
      .map(([name, count]) => [name, count - this.#most] as const);
    this.#counts.clear();
    return rest;
  }
}
