// Finds what differs between two runs. What is known of each is the content of its page.

import { digestOf } from "../core/digest.ts";
import { type Cell, recordsOf, tableOf } from "../core/table.ts";
import { claimColumns } from "./claim_columns.ts";
import { compareSurroundings } from "./compare_surroundings.ts";
import { compareTables } from "./compare_tables.ts";
import type {
  ComparedRun,
  Comparison,
  StageChange,
  StageTotals,
  TableChange,
  VerdictChange,
  VerdictState,
} from "./comparison.ts";
import type { ParamRow, ReportContent } from "./content.ts";
import { stageOf } from "./format.ts";
import type { RunRecord } from "./record.ts";
import { countsText, type StageSum, stageSums } from "./stage_sums.ts";

/** A run to be compared, and what its folder does not hold. */
export interface RunToCompare {
  readonly content: ReportContent;
  readonly missing: readonly string[];
}

/**
 * Compares two runs.
 *
 * @param params the rows of the second run's params, with what they were in the first
 *
 * @example
 * ```ts
 * import { compareRuns } from "#lib/report/compare_runs.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertEquals } from "@std/assert";
 * const run = { content: reportContent(), missing: [] };
 * assertEquals(compareRuns(run, run, []).verdicts, []);
 * ```
 */
export function compareRuns(
  before: RunToCompare,
  now: RunToCompare,
  params: readonly ParamRow[],
): Comparison {
  const differing = params.filter(({ change }) => change !== undefined);
  return {
    before: runOf(before),
    now: runOf(now),
    ...verdictsOf(before.content, now.content),
    params: differing,
    numSameParams: params.length - differing.length,
    ...stagesOf(before.content, now.content),
    ...tablesOf(before.content, now.content),
    ...figuresOf(before.content, now.content),
    surroundings: compareSurroundings(before.content, now.content),
  };
}

function runOf({ content: { title, record, command }, missing }: RunToCompare): ComparedRun {
  const { run, started_at, ok, finished } = record;
  return { run, workflow: title, started_at, command, ok, finished, missing };
}

interface Judged {
  readonly claim: string;
  readonly statement: string;
  readonly setting: string;
  readonly state: VerdictState;
}

function verdictsOf(before: ReportContent, now: ReportContent) {
  const others = judgedOf(before);
  const changes: VerdictChange[] = [];
  let numSameVerdicts = 0;
  for (const [key, { claim, statement, setting, state }] of judgedOf(now)) {
    const other = others.get(key)?.state;
    others.delete(key);
    const about = { claim, statement, setting, now: state };
    if (other === undefined) changes.push({ ...about, change: "added" });
    else if (other.verdict !== state.verdict) {
      changes.push({ ...about, before: other, change: "verdict" });
    } else if (!isSameState(other, state)) {
      changes.push({ ...about, before: other, change: "number" });
    } else numSameVerdicts++;
  }
  for (const { state, claim, statement, setting } of others.values()) {
    changes.push({ claim, statement, setting, before: state, change: "removed" });
  }
  const order = ["verdict", "added", "removed", "number"];
  const verdicts = changes.toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change));
  return { verdicts, numSameVerdicts };
}

function isSameState(a: VerdictState, b: VerdictState): boolean {
  return (["number", "low", "high", "unit"] as const).every((name) => Object.is(a[name], b[name]));
}

/** Verdicts by stage, claim and setting. Settings that never differ within a run name nothing. */
function judgedOf({ verdicts }: ReportContent): Map<string, Judged> {
  const found = new Map<string, Judged>();
  for (const { stage, table } of verdicts) {
    const records = recordsOf(table);
    const settings = table.columns.map(({ name }) => name).filter((name) =>
      !claimColumns.has(name)
    );
    const shown = settings.filter((name) => records.some((row) => row[name] !== records[0][name]));
    for (const record of records) {
      const claim = String(record.id ?? "");
      const key = JSON.stringify([stage, claim, settings.map((name) => [name, record[name]])]);
      found.set(key, {
        claim,
        statement: String(record.statement ?? ""),
        setting: shown.filter((name) => record[name] !== null)
          .map((name) => `${name}: ${record[name]}`.replaceAll("_", " ")).join(", "),
        state: stateOf(record),
      });
    }
  }
  return found;
}

function stateOf(record: Record<string, Cell>): VerdictState {
  const number = (name: "number" | "low" | "high") =>
    typeof record[name] === "number" ? { [name]: record[name] } : {};
  return {
    verdict: String(record.verdict ?? "n/a"),
    ...number("number"),
    ...number("low"),
    ...number("high"),
    ...(typeof record.unit === "string" && record.unit !== "1" ? { unit: record.unit } : {}),
  };
}

function stagesOf(before: ReportContent, now: ReportContent) {
  const others = new Map(stageSums(before).map((sum) => [sum.name, sum]));
  const differing = numDiffering(before.record, now.record);
  const stages: StageChange[] = [];
  let numSameStages = 0;
  for (const sum of stageSums(now)) {
    const other = others.get(sum.name);
    others.delete(sum.name);
    const count = differing.get(sum.name) ?? 0;
    const isSame = other !== undefined && count === 0 && endings(other) === endings(sum) &&
      other.ran.seconds === sum.ran.seconds;
    if (isSame) numSameStages++;
    else {
      stages.push({
        stage: sum.name,
        ...(other === undefined ? {} : { before: totalsOf(other) }),
        now: totalsOf(sum),
        numDiffering: count,
      });
    }
  }
  for (const sum of others.values()) {
    stages.push({ stage: sum.name, before: totalsOf(sum), numDiffering: 0 });
  }
  return { stages, numSameStages };
}

function endings({ counts }: StageSum): string {
  return countsText(counts);
}

function totalsOf({ counts, ran }: StageSum): StageTotals {
  const members = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { members, counts: countsText(counts), failed: counts.failed, seconds: ran.seconds };
}

/** By stage: members of both runs whose outputs have other digests. */
function numDiffering(before: RunRecord, now: RunRecord): ReadonlyMap<string, number> {
  const known = new Map(before.stages.map(({ stage, outputs }) => [stage, outputs]));
  const counts = new Map<string, number>();
  for (const { stage, outputs = {} } of now.stages) {
    const others = known.get(stage) ?? {};
    const differs = Object.entries(outputs).some(([name, { digest }]) =>
      others[name] !== undefined && others[name].digest !== digest
    );
    if (differs) counts.set(stageOf(stage), (counts.get(stageOf(stage)) ?? 0) + 1);
  }
  return counts;
}

function tablesOf(before: ReportContent, now: ReportContent) {
  const others = new Map(before.tables.map((one) => [one.stage, one.table]));
  const tables: TableChange[] = [];
  let numSameTables = 0;
  const note = (change: TableChange | undefined) => {
    if (change === undefined) numSameTables++;
    else tables.push(change);
  };
  for (const { stage, table } of now.tables) {
    const other = others.get(stage);
    others.delete(stage);
    note(other === undefined ? onlyIn("now", stage) : compareTables(stage, other, table));
  }
  for (const stage of others.keys()) note(onlyIn("before", stage));
  const shown = new Set([...before.tables, ...now.tables].map(({ stage }) => stage));
  // Runs of other versions do not tell of them.
  const metrics = before.members === undefined || now.members === undefined
    ? undefined
    : compareTables("", metricsOf(before, shown), metricsOf(now, shown));
  if (metrics !== undefined) tables.push(metrics);
  return { tables, numSameTables };
}

function onlyIn(only: "before" | "now", stage: string): TableChange {
  return {
    stage,
    only,
    cells: [],
    numDiffering: 0,
    numShared: 0,
    rowsAdded: 0,
    rowsRemoved: 0,
    columnsAdded: [],
    columnsRemoved: [],
  };
}

/** Metrics of members, one row each; those whose tables are compared by themselves are left out. */
function metricsOf({ members = [] }: ReportContent, shown: ReadonlySet<string>) {
  const rows = members.filter(({ id, metrics }) =>
    !shown.has(id) && Object.keys(metrics).length > 0
  );
  return tableOf(rows.map(({ id, metrics }) => ({ ...metrics, member: id })), {
    member: { key: true },
  });
}

function figuresOf(before: ReportContent, now: ReportContent) {
  const others = new Map(before.figures.map((figure) => [figure.stage, figure]));
  const figures: Comparison["figures"][number][] = [];
  const sameFigures: Comparison["sameFigures"][number][] = [];
  for (const figure of now.figures) {
    const { stage, svg } = figure;
    const other = others.get(stage);
    others.delete(stage);
    if (other === undefined) figures.push({ stage, now: figure });
    else if (other.svg === svg) sameFigures.push({ stage, digest: digestOf(svg) });
    else figures.push({ stage, before: other, now: figure });
  }
  for (const figure of others.values()) figures.push({ stage: figure.stage, before: figure });
  return { figures, sameFigures };
}
