// A plan for people: one row per stage, axes collapsed, with the expected time.

import { bold, dim, green, yellow } from "@std/fmt/colors";
import {
  columnsOf,
  fit,
  formatSeconds,
  grouped,
  oneLine,
  padded,
  plural,
} from "../report/format.ts";
import type { ExpectedTime } from "../workflow/expected_time.ts";
import type { Continuing } from "../workflow/continuing.ts";
import type { Plan } from "../workflow/plan.ts";
import type { StageHistory } from "./stage_history.ts";
import { wrap } from "./wrap.ts";

/** Reasons shown; the others are counted. */
const maxReasons = 5;
/** Stages shown that run as one. */
const maxFused = 5;

/** Counts and expected work of one stage. */
export interface StagePlan {
  readonly stage: string;
  readonly task: string;
  readonly members: number;
  readonly hit: number;
  readonly run: number;
  readonly maybe: number;
  /** Worker seconds of what will or may run; `null` if a member was never seen. */
  readonly seconds: number | null;
  /** Sizes of the batches in which its members run as one, if any do. */
  readonly batches?: readonly number[];
  /** How many of those that run may continue from saved states; absent if none. */
  readonly continuing?: number;
}

/** The plan by stage, in the order of the file; stages left out by `--only` are not listed. */
export function planByStage(
  plan: Plan,
  history: Pick<StageHistory, "expected">,
  batches: Readonly<Record<string, readonly number[]>> = {},
): readonly StagePlan[] {
  const rows = new Map(plan.graph.stages.map(({ name, task }) => [
    name,
    { stage: name, task, members: 0, hit: 0, run: 0, maybe: 0, seconds: 0 as number | null },
  ]));
  plan.entries.forEach((entry, i) => {
    if (entry.verdict === "left-out") return;
    const member = plan.graph.members[i];
    const row = rows.get(member.stage)!;
    row.members++;
    row[entry.verdict]++;
    if (entry.verdict === "hit" || (entry.verdict === "run" && entry.sameAs !== undefined)) return;
    const seconds = history.expected(member.id, member.stage, member.task.name);
    row.seconds = row.seconds === null || seconds === undefined ? null : row.seconds + seconds;
  });
  const going = new Map<string, number>();
  for (const index of plan.continuing?.keys() ?? []) {
    const { stage } = plan.graph.members[index];
    going.set(stage, (going.get(stage) ?? 0) + 1);
  }
  return [...rows.values()].filter(({ members }) => members > 0).map((row) => ({
    ...row,
    ...(Object.hasOwn(batches, row.stage) ? { batches: batches[row.stage] } : {}),
    ...(going.has(row.stage) ? { continuing: going.get(row.stage)! } : {}),
  }));
}

/** What follows a member's id: from whose states it may continue. Whether they lead its way only its task can tell. */
export function continuesText(found: Continuing | undefined): string {
  if (found === undefined) return "";
  const whose = found.of === undefined ? "" : ` of ${oneLine(found.of)}`;
  return `, may continue from ${plural(found.states, "state")}${whose}`;
}

/** What the whole of a plan may take, and on how many cores. */
export type PlanTime = Pick<ExpectedTime, "atLeast" | "numUnseen"> & { readonly cores: number };

/** The plan as text; with the least time that it may take, if that is given. */
export function planText(
  plan: Plan,
  rows: readonly StagePlan[],
  columns: number,
  time?: PlanTime,
): string {
  const { counts } = plan;
  const width = Math.min(columns, 100);
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map(columnsOf));
  const tasks = rows.map(({ task }) => oneLine(task));
  const taskWidth = Math.max(4, Math.min(longest(tasks), 16));
  // Counts take 20 columns, the expected time 12, the gaps 8.
  const names = rows.map(({ stage }) => oneLine(stage));
  const nameWidth = Math.max(5, Math.min(longest(names), width - taskWidth - 40));
  const totals = `: ${plural(counts.stages, "stage")} — ` +
    `${grouped(counts.hit)} hit, ${grouped(counts.run)} run, ${grouped(counts.maybe)} maybe`;
  const lines = [
    bold(fit(oneLine(plan.graph.workflow), width - columnsOf(totals))) + totals,
    dim(
      `  ${"stage".padEnd(nameWidth)}  ${"task".padEnd(taskWidth)}  ${"hit".padStart(6)} ${
        "run".padStart(6)
      } ${"maybe".padStart(6)}  expected`,
    ),
  ];
  for (const [i, row] of rows.entries()) {
    const cell = (count: number, colour: (text: string) => string) => {
      const text = (count === 0 ? "·" : String(count)).padStart(6);
      return count === 0 ? dim(text) : colour(text);
    };
    const expected = row.run + row.maybe === 0
      ? ""
      : row.seconds === null
      ? dim("not seen yet")
      : formatSeconds(row.seconds);
    lines.push(
      `  ${padded(names[i], nameWidth)}  ${padded(tasks[i], taskWidth)}  ` +
        `${cell(row.hit, (text) => text)} ${cell(row.run, green)} ${cell(row.maybe, yellow)}${
          expected === "" ? "" : `  ${expected}`
        }`,
    );
  }
  const known = rows.every(({ seconds }) => seconds !== null);
  const total = rows.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
  if (counts.run + counts.maybe > 0) {
    if (known) {
      const least = time === undefined
        ? ""
        : `, at least ${formatSeconds(time.atLeast)} on ${plural(time.cores, "core")}`;
      lines.push(`about ${formatSeconds(total)} of worker time${least}`);
    } else if (time !== undefined && time.atLeast > 0) {
      const seen = `at least ${formatSeconds(time.atLeast)} on ${plural(time.cores, "core")}`;
      lines.push(`${seen}, without ${plural(time.numUnseen, "stage")} not seen yet`);
    }
    if (counts.maybe > 0) {
      lines.push(`a "maybe" runs only if what it reads comes out different`);
    }
  }
  lines.push(...batchLines(rows).map((line) => fit(line, width)));
  lines.push(...continuingLines(plan, rows).map((line) => fit(line, width)));
  const reasons = reasonsOf(plan);
  for (const reason of reasons.slice(0, maxReasons)) {
    const [first, ...rest] = wrap(oneLine(reason), width - 2);
    lines.push(yellow(first), ...rest.map((line) => yellow(`  ${line}`)));
  }
  if (reasons.length > maxReasons) {
    lines.push(dim(`… and ${plural(reasons.length - maxReasons, "more reason")} like these`));
  }
  return lines.join("\n") + "\n";
}

/** Which stages run as one, a line each. */
function batchLines(rows: readonly StagePlan[]): readonly string[] {
  const fused = rows.filter(({ batches }) => batches !== undefined);
  const lines = fused.slice(0, maxFused).map(({ stage, batches = [] }) => {
    const total = batches.reduce((sum, size) => sum + size, 0);
    const largest = Math.max(...batches);
    const num = batches.length;
    const sizes = num === 1
      ? ""
      : batches.every((size) => size === largest)
      ? ` of ${largest}`
      : ` of at most ${largest}`;
    return `${oneLine(stage)}: ${total} run, fused in ${
      num === 1 ? "1 batch" : `${num} batches`
    }${sizes}`;
  });
  if (fused.length > maxFused) {
    lines.push(`… and ${plural(fused.length - maxFused, "more fused stage")}`);
  }
  return lines;
}

/** Which stages go on from states, a line each. */
function continuingLines(
  { graph, continuing }: Pick<Plan, "graph" | "continuing">,
  rows: readonly StagePlan[],
): readonly string[] {
  if (continuing === undefined) return [];
  const owners = new Map<string, Set<string>>();
  for (const [index, { of }] of continuing) {
    const { stage } = graph.members[index];
    if (!owners.has(stage)) owners.set(stage, new Set());
    if (of !== undefined) owners.get(stage)!.add(of);
  }
  const going = rows.filter((row) => row.continuing !== undefined);
  const lines = going.slice(0, maxFused).map(({ stage, run, continuing }) => {
    const [first, ...others] = owners.get(stage) ?? [];
    const more = others.length === 0 ? "" : ` and ${others.length} more`;
    const from = first === undefined ? "saved states" : `states of ${oneLine(first)}${more}`;
    const who = run === 1 ? "run" : `${continuing} of ${run} run`;
    return `${oneLine(stage)}: ${who}, may continue from ${from}`;
  });
  if (going.length > maxFused) {
    lines.push(`… and ${plural(going.length - maxFused, "more stage")} that may continue`);
  }
  return lines;
}

/** Why stages cannot be planned: they have no key, or a table names what cannot be. Each once. */
function reasonsOf({ graph, entries, refused = [] }: Plan): readonly string[] {
  const reasons = new Set<string>();
  entries.forEach((entry, i) => {
    if (entry.verdict !== "run" || entry.note === undefined) return;
    reasons.add(`${graph.members[i].stage}: ${entry.note}`);
  });
  for (const { from, output, message } of refused) {
    reasons.add(`the table ${output} of ${graph.members[from].id} cannot be used: ${message}`);
  }
  return [...reasons];
}
