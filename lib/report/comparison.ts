// Two runs side by side, as plain data: what differs in verdicts, params, results, figures and surroundings. Leaves out
// how it is found (compare_runs.ts) and shown (sections/comparison.ts).

import type { ParamRow, ReportFigure } from "./content.ts";

/** One of the two runs. */
export interface ComparedRun {
  readonly run: string;
  readonly workflow: string;
  readonly started_at: string;
  readonly command: string;
  readonly ok: boolean;
  readonly finished: boolean;
  /** What its folder does not hold, in sentences. */
  readonly missing: readonly string[];
}

/** A verdict and what it rests on. */
export interface VerdictState {
  readonly verdict: string;
  readonly number?: number;
  readonly low?: number;
  readonly high?: number;
  readonly unit?: string;
}

/** A claim in one setting, judged differently or by another number. */
export interface VerdictChange {
  readonly claim: string;
  readonly statement: string;
  /** Where it was judged: `preset: corrected, cell: gru`; empty if there is one setting. */
  readonly setting: string;
  readonly before?: VerdictState;
  readonly now?: VerdictState;
  readonly change: "verdict" | "added" | "removed" | "number";
}

/** Members of a stage in one run. */
export interface StageTotals {
  readonly members: number;
  /** How they ended, in words. */
  readonly counts: string;
  readonly failed: number;
  /** Worker time of what ran. */
  readonly seconds: number;
}

/** A stage that is not what it was. */
export interface StageChange {
  readonly stage: string;
  readonly before?: StageTotals;
  readonly now?: StageTotals;
  /** Members of both runs whose results differ. */
  readonly numDiffering: number;
}

/** One number or word of a table that is not what it was. */
export interface CellChange {
  /** What the row is known by. */
  readonly row: string;
  readonly column: string;
  readonly unit?: string;
  readonly before: string;
  readonly now: string;
  /** Of numbers: the difference as a part of the number before; absent where that is none. */
  readonly relative?: number;
}

/** A table that is not what it was, or the metrics of members. */
export interface TableChange {
  /** Id of its stage; empty for metrics of members. */
  readonly stage: string;
  /** The largest relative differences first. */
  readonly cells: readonly CellChange[];
  /** Cells that differ, of how many that both have. */
  readonly numDiffering: number;
  readonly numShared: number;
  readonly rowsAdded: number;
  readonly rowsRemoved: number;
  readonly columnsAdded: readonly string[];
  readonly columnsRemoved: readonly string[];
  /** The whole table is there in one run only. */
  readonly only?: "before" | "now";
}

/** A figure in one or both runs. */
export interface FigurePair {
  readonly stage: string;
  readonly before?: ReportFigure;
  readonly now?: ReportFigure;
}

/** A figure that is the same in both runs. */
export interface SameFigure {
  readonly stage: string;
  /** Of the drawing. */
  readonly digest: string;
}

/** A fact of machine, packages, engine or checkout that is not what it was. */
export interface SurroundingChange {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

/** Two runs side by side. */
export interface Comparison {
  readonly before: ComparedRun;
  readonly now: ComparedRun;
  /** Changed verdicts first. */
  readonly verdicts: readonly VerdictChange[];
  readonly numSameVerdicts: number;
  /** Those that differ. */
  readonly params: readonly ParamRow[];
  readonly numSameParams: number;
  readonly stages: readonly StageChange[];
  readonly numSameStages: number;
  readonly tables: readonly TableChange[];
  readonly numSameTables: number;
  readonly figures: readonly FigurePair[];
  readonly sameFigures: readonly SameFigure[];
  readonly surroundings: readonly SurroundingChange[];
}
