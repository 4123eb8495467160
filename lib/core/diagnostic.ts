// Diagnostics: problems in a file, with their place in the text. Rendering them is the report room's work.

/** A place in a text file; lines and columns count from 1, `end` is exclusive. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /**
   * The text of line `line`, so that it can be shown without reading the file again; `column` is the column of
   * its first character (more than 1 where a very long line was cut).
   */
  readonly source?: { readonly text: string; readonly column: number };
}

/** One problem: what was attempted, what was found, what would be right, and where. */
export interface Diagnostic {
  /** Short stable name, e.g. `unknown-axis`, for tests and for the manual. */
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly at: Span;
  /** Other places that matter: the first declaration, the stage that was meant. */
  readonly notes?: readonly { readonly message: string; readonly at: Span }[];
  /** What to do, in one sentence. */
  readonly hint?: string;
}
