// What a report shows, as plain data. The command line collects it from the store and the run folder; sections format it.

import type { Environment } from "../core/environment.ts";
import type { Scene } from "../core/figure.ts";
import type { Table } from "../core/table.ts";
import type { Comparison } from "./comparison.ts";
import type { DagStage } from "./dag.ts";
import type { RunRecord } from "./record.ts";

/** A figure of the report. */
export interface ReportFigure {
  readonly stage: string;
  readonly svg: string;
  readonly caption: string;
  /** The Vega-Lite specification, data included, as JSON text. */
  readonly spec?: string;
  /** What the viewer can turn, for figures of three dimensions. */
  readonly scene?: Scene;
  /** Files beside the page, relative to it. */
  readonly files?: { readonly svg?: string; readonly png?: string; readonly spec?: string };
}

/** A table of the report. */
export interface ReportTable {
  readonly stage: string;
  readonly table: Table;
  /** The file beside the page, relative to it. */
  readonly file?: string;
}

/** A value on an axis. */
export type AxisValue = string | number | boolean;

/** What is known of a member besides its record: where on its axes it stands, and what it found. */
export interface MemberFacts {
  readonly id: string;
  readonly coords: Readonly<Record<string, AxisValue>>;
  /** Numbers of tables with one row, by column. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What its result took when it was made, if this run did not make it. */
  readonly cost?: {
    readonly seconds: number;
    readonly cpu_seconds?: number;
    /** Bytes. */
    readonly peak_rss?: number;
  };
}

/** One param of the resolved workflow, and what it was in the run before. */
export interface ParamRow {
  /** As an override would spell it: `stages.fit.with.n_delays`. */
  readonly path: string;
  readonly value: string;
  /** Its value in the run before; absent if that was the same, or if there is none. */
  readonly before?: string;
  readonly change?: "added" | "removed" | "changed";
}

/** Params of a run. */
export interface ReportParams {
  readonly rows: readonly ParamRow[];
  /** The run that they are compared with. */
  readonly previous?: {
    readonly run: string;
    readonly started_at: string;
    /** Its profile, if it had one and the workflow is another now. */
    readonly profile?: string;
  };
  /** Unchanged ones that were too many to be listed. */
  readonly num_more?: number;
}

/** What a report shows. */
export interface ReportContent {
  readonly title: string;
  readonly description: string;
  readonly record: RunRecord;
  readonly verdicts: readonly ReportTable[];
  readonly tables: readonly ReportTable[];
  readonly figures: readonly ReportFigure[];
  /** The workflow as resolved, as YAML. */
  readonly resolved: string;
  /** The command that repeats or completes the run. */
  readonly command: string;
  /** Results at the ends of the graph that were too many or too large to be copied beside the page. */
  readonly numLeftOut?: number;
  /** Where Graphviz lays the stages (dag_layout.ts), in its plain format; empty if there is no picture. */
  readonly graph: string;
  /** The workflow's stages, axes collapsed, in topological order. */
  readonly stages?: readonly DagStage[];
  /** Facts of members, in the order of the graph. */
  readonly members?: readonly MemberFacts[];
  readonly params?: ReportParams;
  /** Machine, packages, engine and checkout of the run. */
  readonly environment?: Environment;
  /** With another run, if that was asked for. */
  readonly comparison?: Comparison;
  /** Present while the run goes on: the page loads itself again. */
  readonly live?: { readonly written_at: string; readonly every_seconds: number };
}

/** One part of the page. */
export interface Section {
  /** Address on the page, and name of its data. */
  readonly id: string;
  /** The heading, as HTML. */
  readonly title: string;
  readonly html: string;
  /** How many things it shows, said in the table of contents. */
  readonly count?: number;
  /** What its script reads, as JSON. */
  readonly data?: unknown;
}
