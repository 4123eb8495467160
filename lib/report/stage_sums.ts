// What the members of each stage come to: how many ended how, and what they took of the machine.

import type { MemberFacts, ReportContent } from "./content.ts";
import type { DagStage } from "./dag.ts";
import { grouped, stageOf } from "./format.ts";
import type { StageRecord } from "./record.ts";

/** How members end, the most telling first. */
export const statuses = ["failed", "skipped", "unfinished", "ran", "hit"] as const;

/** What members took: measured in this run, or when their results were made. */
export interface Cost {
  readonly members: number;
  readonly seconds: number;
  /** Zero where nothing was measured. */
  readonly cpuSeconds: number;
  /** Of those with a measured time of the processor: their seconds. */
  readonly measuredSeconds: number;
  /** The largest, in bytes; absent where none was measured. */
  readonly peakRss?: number;
  readonly longest?: { readonly id: string; readonly seconds: number };
}

/** A stage and what became of its members. */
export interface StageSum {
  readonly name: string;
  /** As the workflow has it; absent if the workflow is not known. */
  readonly info?: DagStage;
  /** Axes with the number of values that its members have on them. */
  readonly axes: readonly { readonly name: string; readonly count: number }[];
  readonly counts: Readonly<Record<StageRecord["status"], number>>;
  readonly retried: number;
  /** Of members that ran. */
  readonly ran: Cost;
  /** Of results that were there, as far as it is known. */
  readonly stored: Cost;
  /** Bytes of outputs of members that ran, and of results that were there as far as it is known. */
  readonly ranBytes: number;
  readonly storedBytes: number;
}

/**
 * Sums by stage, each stage after those that it reads; stages of the workflow that nothing was heard of are there with
 * no members.
 *
 * @example
 * ```ts
 * import { stageSums } from "#lib/report/stage_sums.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const record = foldEvents([{ type: "stage-skipped", at: 0, stage: "a[n=1]", because: "b failed" }]);
 * assertEquals(stageSums({ record })[0].counts.skipped, 1);
 * ```
 */
export function stageSums(
  content: Pick<ReportContent, "record" | "stages" | "members">,
): readonly StageSum[] {
  let sums = known.get(content);
  if (sums === undefined) known.set(content, sums = sumsOf(content));
  return sums;
}

/** Several sections of a page ask for the sums of one content. */
const known = new WeakMap<object, readonly StageSum[]>();

function sumsOf(
  { record, stages, members }: Pick<ReportContent, "record" | "stages" | "members">,
): readonly StageSum[] {
  const facts = new Map<string, MemberFacts>(members?.map((one) => [one.id, one]) ?? []);
  const sums = new Map<string, Growing>();
  for (const info of sorted(stages ?? [])) sums.set(info.name, growing(info.name, info));
  for (const member of record.stages) {
    const name = stageOf(member.stage);
    let sum = sums.get(name);
    if (sum === undefined) sums.set(name, sum = growing(name));
    add(sum, member, facts.get(member.stage));
  }
  return [...sums.values()].map(({ values, ...sum }) => ({
    ...sum,
    axes: axesOf(sum.info, values),
  }));
}

/**
 * The most telling of a stage's states; `undefined` if nothing was heard of its members.
 *
 * @example
 * ```ts
 * import { stateOf } from "#lib/report/stage_sums.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stateOf({ failed: 1, skipped: 0, unfinished: 0, ran: 7, hit: 0 }), "failed");
 * ```
 */
export function stateOf(counts: StageSum["counts"]): StageRecord["status"] | undefined {
  return statuses.find((status) => counts[status] > 0);
}

/**
 * Counts by state in words; states of no member are left out.
 *
 * @example
 * ```ts
 * import { countsText } from "#lib/report/stage_sums.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(countsText({ failed: 1, skipped: 0, unfinished: 0, ran: 7, hit: 0 }), "1 failed · 7 ran");
 * ```
 */
export function countsText(counts: StageSum["counts"]): string {
  return statuses.filter((status) => counts[status] > 0)
    .map((status) =>
      `${grouped(counts[status])} ${status === "unfinished" ? "not finished" : status}`
    ).join(" · ");
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Growing extends Omit<Writable<StageSum>, "axes" | "counts" | "ran" | "stored"> {
  readonly counts: Record<StageRecord["status"], number>;
  readonly ran: Writable<Cost>;
  readonly stored: Writable<Cost>;
  readonly values: Map<string, Set<string | number | boolean>>;
}

function growing(name: string, info?: DagStage): Growing {
  const none = () => ({ members: 0, seconds: 0, cpuSeconds: 0, measuredSeconds: 0 });
  return {
    name,
    ...(info === undefined ? {} : { info }),
    counts: { failed: 0, skipped: 0, unfinished: 0, ran: 0, hit: 0 },
    retried: 0,
    ran: none(),
    stored: none(),
    ranBytes: 0,
    storedBytes: 0,
    values: new Map(),
  };
}

function add(sum: Growing, member: StageRecord, facts: MemberFacts | undefined): void {
  const { status, seconds = 0, usage, outputs } = member;
  sum.counts[status]++;
  if (member.retried !== undefined) sum.retried++;
  if (status === "ran" || status === "failed") cost(sum.ran, member.stage, seconds, usage);
  else if (facts?.cost !== undefined) {
    cost(sum.stored, member.stage, facts.cost.seconds, facts.cost);
  }
  for (const name in outputs) {
    if (status === "hit") sum.storedBytes += outputs[name].bytes;
    else sum.ranBytes += outputs[name].bytes;
  }
  for (const name in facts?.coords) {
    let values = sum.values.get(name);
    if (values === undefined) sum.values.set(name, values = new Set());
    values.add(facts.coords[name]);
  }
}

function cost(
  sum: Writable<Cost>,
  id: string,
  seconds: number,
  usage: { readonly cpu_seconds?: number; readonly peak_rss?: number } | undefined,
): void {
  sum.members++;
  sum.seconds += seconds;
  if (usage?.cpu_seconds !== undefined) {
    sum.cpuSeconds += usage.cpu_seconds;
    sum.measuredSeconds += seconds;
  }
  if (usage?.peak_rss !== undefined) sum.peakRss = Math.max(sum.peakRss ?? 0, usage.peak_rss);
  if (sum.longest === undefined || seconds > sum.longest.seconds) sum.longest = { id, seconds };
}

/** The axes as the workflow has them; of a stage that it does not have, those of its members. */
function axesOf(info: DagStage | undefined, values: Growing["values"]): StageSum["axes"] {
  const names = info?.axes ?? [...values.keys()];
  return names.map((name) => ({ name, count: values.get(name)?.size ?? 0 }));
}

/** Stages after those that they read, otherwise in the order of the workflow. */
function sorted(stages: readonly DagStage[]): readonly DagStage[] {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  const done = new Set<string>();
  const result: DagStage[] = [];
  for (const start of stages) {
    // Without recursion: a chain may be as long as there are stages.
    const stack = [start];
    while (stack.length > 0) {
      const stage = stack[stack.length - 1];
      if (done.has(stage.name)) {
        stack.pop();
        continue;
      }
      const waiting = stage.from.map((name) => byName.get(name))
        .filter((source) =>
          source !== undefined && !done.has(source.name) && !stack.includes(source)
        );
      if (waiting.length > 0) stack.push(waiting[0]!);
      else {
        done.add(stage.name);
        result.push(stage);
        stack.pop();
      }
    }
  }
  return result;
}
