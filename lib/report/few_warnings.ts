// Warnings and failures on a terminal: the first of each stage as they come, the others counted at the end. All of them
// are in the events and in the report.

import type { RunEvent } from "../core/event.ts";
import { grouped, oneLine, plural, printable } from "./format.ts";

/** Warnings shown for one stage of the file, whatever its number of members, and in all. */
const shownPerStage = 2, shownInAll = 40;
/** Stages of which it is told one by one what was held back. */
const namedStages = 5;

/**
 * Lets the first few of each stage of the file through, and not too many in all.
 *
 * @example
 * ```ts
 * import { FirstFew } from "#lib/report/few_warnings.ts";
 * import { assertEquals } from "@std/assert";
 * const few = new FirstFew(2, 10);
 * assertEquals(["a", "a", "b", "a"].map((stage) => few.lets(stage)), [true, true, true, false]);
 * assertEquals(few.rest(), ["a: 1 more"]);
 * ```
 */
export class FirstFew {
  readonly #seen = new Map<string, number>();
  readonly #heldBack = new Map<string, number>();
  readonly #most: number;
  #left: number;

  /** @param most how many of each @param inAll how many of all */
  constructor(most: number, inAll: number) {
    this.#most = most;
    this.#left = inAll;
  }

  /** Whether this one is among the first. */
  lets(name: string): boolean {
    const count = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, count);
    if (count <= this.#most && this.#left > 0) {
      this.#left--;
      return true;
    }
    this.#heldBack.set(name, (this.#heldBack.get(name) ?? 0) + 1);
    return false;
  }

  /** A line for what was held back of each stage, or of many together; once. */
  rest(noun = ""): string[] {
    const all = [...this.#heldBack];
    this.#heldBack.clear();
    const more = (count: number) =>
      noun === "" ? `${grouped(count)} more` : plural(count, `more ${noun}`);
    const lines = all.slice(0, namedStages).map(([name, count]) =>
      `${oneLine(name)}: ${more(count)}`
    );
    const others = all.slice(namedStages);
    if (others.length > 0) {
      const count = others.reduce((sum, [, one]) => sum + one, 0);
      lines.push(`${plural(others.length, "other stage")}: ${more(count)}`);
    }
    return lines;
  }
}

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
  readonly #few = new FirstFew(shownPerStage, shownInAll);

  /** What to print; `null` if it is only counted. Warnings that belong to no stage are always shown. */
  text({ stage, message }: Extract<RunEvent, { type: "warning" }>): string | null {
    if (stage === undefined) return printable(message);
    return this.#few.lets(stage.split("[")[0]) ? `${oneLine(stage)}: ${printable(message)}` : null;
  }

  /** A line for each stage that has more, once. */
  rest(): string[] {
    return this.#few.rest("warning").map((line) => `${line}, in the report`);
  }
}
