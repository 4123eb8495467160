// Problems: collects what is wrong with a workflow, and hands it out sorted by place, without repetition, and
// never more than a person can use. Spans and suggestions are worked out only for what is shown.

import type { Diagnostic } from "../core/diagnostic.ts";
import { type Place, spanOf } from "./source_text.ts";

/** What may accompany a problem. */
export interface More {
  readonly notes?: readonly { readonly message: string; readonly at: Place }[];
  /** A sentence, or how to find one. */
  readonly hint?: string | (() => string | undefined) | undefined;
}

interface Problem {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly at: Place;
  readonly more: More;
}

/** More problems than this are counted, not shown. */
const maxShown = 100;

/**
 * A growing list of problems.
 *
 * @example
 * ```ts
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assertEquals } from "@std/assert";
 * const problems = new Problems();
 * problems.error("empty-file", { source: new SourceText("a.yaml", ""), start: 0, end: 0 }, "nothing here");
 * assertEquals(problems.errors()[0].code, "empty-file");
 * ```
 */
export class Problems {
  readonly #problems = new Map<string, Problem>();
  readonly #sources = new Map<object, number>();
  #numErrors = 0;

  /** Whether an error was added. */
  get failed(): boolean {
    return this.#numErrors > 0;
  }

  /** Number of errors so far: compare before and after to see whether a step failed. */
  get numErrors(): number {
    return this.#numErrors;
  }

  /** Adds an error. An equal message at the same place is added once. */
  error(code: string, at: Place, message: string, more: More = {}): void {
    // Counted also if it is known: who looks at the count has met it once more.
    this.#add({ code, severity: "error", message, at, more });
    this.#numErrors++;
  }

  /** Adds a warning. */
  warning(code: string, at: Place, message: string, more: More = {}): void {
    this.#add({ code, severity: "warning", message, at, more });
  }

  /** Takes over the problems of another list. */
  addAll(others: Problems): void {
    for (const problem of others.#problems.values()) {
      if (this.#add(problem) && problem.severity === "error") this.#numErrors++;
    }
  }

  /** The same list from within something: what is added there tells where that is. */
  within(note: { readonly message: string; readonly at: Place }): Problems {
    return new Inner(this, note);
  }

  /** The errors with the warnings among them, sorted by place. */
  errors(): Diagnostic[] {
    return this.#shown([...this.#problems.values()]);
  }

  /** The warnings alone, sorted by place. */
  warnings(): Diagnostic[] {
    return this.#shown([...this.#problems.values()].filter((p) => p.severity === "warning"));
  }

  #add(problem: Problem): boolean {
    let source = this.#sources.get(problem.at.source);
    if (source === undefined) {
      this.#sources.set(problem.at.source, source = this.#sources.size);
    }
    const key = `${source} ${problem.at.start} ${problem.code} ${problem.message}`;
    if (this.#problems.has(key)) return false;
    this.#problems.set(key, problem);
    return true;
  }

  #shown(problems: Problem[]): Diagnostic[] {
    problems.sort((a, b) =>
      compareText(a.at.source.file, b.at.source.file) || a.at.start - b.at.start ||
      a.at.end - b.at.end || compareText(a.code, b.code) || compareText(a.message, b.message)
    );
    const shown = problems.slice(0, maxShown).map(toDiagnostic);
    if (problems.length > maxShown) {
      const first = problems[maxShown];
      const rest = problems.length - maxShown;
      shown.push(toDiagnostic({
        code: "more-problems",
        severity: problems.slice(maxShown).some((p) => p.severity === "error")
          ? "error"
          : "warning",
        message: `${rest} more ${rest === 1 ? "problem is" : "problems are"} not shown, ` +
          "the first of them here",
        at: first.at,
        more: {},
      }));
    }
    return shown;
  }
}

/** Adds to another list, each time with a note. */
class Inner extends Problems {
  readonly #outer: Problems;
  readonly #note: { readonly message: string; readonly at: Place };

  constructor(outer: Problems, note: { readonly message: string; readonly at: Place }) {
    super();
    this.#outer = outer;
    this.#note = note;
  }

  override get failed(): boolean {
    return this.#outer.failed;
  }

  override get numErrors(): number {
    return this.#outer.numErrors;
  }

  override error(code: string, at: Place, message: string, more: More = {}): void {
    this.#outer.error(code, at, message, this.#noted(at, more));
  }

  override warning(code: string, at: Place, message: string, more: More = {}): void {
    this.#outer.warning(code, at, message, this.#noted(at, more));
  }

  /** What stands in the file of the call needs no note. */
  #noted(at: Place, more: More): More {
    if (at.source === this.#note.at.source) return more;
    return { ...more, notes: [...more.notes ?? [], this.#note] };
  }
}

function toDiagnostic({ code, severity, message, at, more }: Problem): Diagnostic {
  const hint = typeof more.hint === "function" ? more.hint() : more.hint;
  return {
    code,
    severity,
    message,
    at: spanOf(at),
    ...(more.notes === undefined || more.notes.length === 0
      ? {}
      : { notes: more.notes.map((note) => ({ message: note.message, at: spanOf(note.at) })) }),
    ...(hint === undefined ? {} : { hint }),
  };
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
