// What each worker did when, and how many members an engine worked on: bars from a run's record, so few that a page can
// draw them. Members that were fused are one bar; so are neighbours that nobody could tell apart. Results from the store
// took no worker's time and are not here.

import { stageOf } from "./format.ts";
import type { RunRecord, StageRecord } from "./record.ts";

/** One stretch of a worker's time. Seconds since the run started. */
export interface Bar {
  readonly start: number;
  readonly end: number;
  /** Seconds at work within it. */
  readonly busy: number;
  readonly members: number;
  /** The stage that took most of it. */
  readonly stage: string;
  /** How many stages are in it. */
  readonly stages: number;
  /** The member, if it is one. */
  readonly id?: string;
  /** How many members ran as one, if they did and nothing else is in it. */
  readonly fused?: number;
  readonly failed: number;
  readonly retried: number;
  /** Members that had not ended. */
  readonly open: number;
}

/** What one worker did. */
export interface Lane {
  readonly worker: number;
  readonly bars: readonly Bar[];
  /** Seconds at work. */
  readonly busy: number;
  readonly members: number;
}

/** How many members an engine worked on at a time. */
export interface EngineLane {
  /** Numerics class. */
  readonly engine: string;
  readonly members: number;
  /** Members at a time in each of equal parts of the run, at most. */
  readonly profile: readonly number[];
  /** Seconds in which it worked on any. */
  readonly busy: number;
}

/** A run's time. */
export interface Lanes {
  /** Seconds from the start of the run to the last end. */
  readonly span: number;
  readonly lanes: readonly Lane[];
  readonly engines: readonly EngineLane[];
}

/** Bars of a page. */
export const mostBars = 900;

/** Parts of an engine's profile. */
const numParts = 500;

/** Two members of one batch are told of at once: more milliseconds between them are two batches. */
const sameBatch = 50;

/**
 * The lanes of a run.
 *
 * @param most bars in all lanes together; fewer than lanes cannot be
 * @param now seconds since the start, for members that run
 *
 * @example
 * ```ts
 * import { timelineLanes } from "#lib/report/timeline_lanes.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const record = foldEvents([{ type: "stage-started", at: 500, stage: "a", worker: 0 }]);
 * assertEquals(timelineLanes(record, { now: 2 }).lanes[0].busy, 1.5);
 * ```
 */
export function timelineLanes(
  record: Pick<RunRecord, "stages">,
  { most = mostBars, now = 0 }: { readonly most?: number; readonly now?: number } = {},
): Lanes {
  const started = record.stages
    .filter((one): one is Started => one.started !== undefined && one.worker !== undefined)
    .sort((a, b) => a.started - b.started);
  const end = started.reduce((last, one) => Math.max(last, endOf(one, 0)), now);
  const byWorker = new Map<number, Batch[]>();
  const batches: Batch[] = [];
  for (const one of started) {
    const own = byWorker.get(one.worker) ?? [];
    byWorker.set(one.worker, own);
    const last = own[own.length - 1];
    if (
      last !== undefined && one.fused !== undefined && last.fused === one.fused &&
      last.members.length < one.fused && one.started - last.latest < sameBatch
    ) {
      last.members.push(one);
      last.latest = one.started;
    } else {
      const batch = { fused: one.fused, members: [one], latest: one.started };
      own.push(batch);
      batches.push(batch);
    }
  }
  const lanes = [...byWorker].sort(([a], [b]) => a - b).map(([worker, own]) => ({
    worker,
    bars: own.map((batch) => barOf(batch, end)),
  }));
  const span = Math.max(end, ...lanes.flatMap(({ bars }) => bars.map((bar) => bar.end)));
  return {
    span,
    lanes: fewer(lanes, span, most).map(({ worker, bars }) => ({
      worker,
      bars,
      busy: bars.reduce((sum, { busy }) => sum + busy, 0),
      members: bars.reduce((sum, { members }) => sum + members, 0),
    })),
    engines: engineLanes(batches, span, end),
  };
}

type Started = StageRecord & { readonly started: number; readonly worker: number };

interface Batch {
  readonly fused: number | undefined;
  readonly members: Started[];
  latest: number;
}

interface Bars {
  readonly worker: number;
  readonly bars: readonly Bar[];
}

function endOf({ started, seconds, status }: Started, now: number): number {
  const start = started / 1000;
  return status === "unfinished" ? Math.max(start, now) : start + (seconds ?? 0);
}

/** Members of a batch have a share of its time each. */
function barOf({ fused, members }: Batch, now: number): Bar {
  const start = members[0].started / 1000;
  const isOpen = members.some(({ status }) => status === "unfinished");
  const shares = members.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
  const end = isOpen ? Math.max(start, now) : start + shares;
  const count = (is: (one: Started) => boolean) => members.filter(is).length;
  const names = members.map(({ stage }) => stageOf(stage));
  return {
    start,
    end,
    busy: end - start,
    members: members.length,
    stage: names[0],
    stages: new Set(names).size,
    ...(members.length === 1 ? { id: members[0].stage } : {}),
    ...(fused === undefined ? {} : { fused }),
    failed: count(({ status }) => status === "failed"),
    retried: count(({ retried }) => retried !== undefined),
    open: count(({ status }) => status === "unfinished"),
  };
}

/** Joins neighbours, in ever coarser steps, until there are few enough. */
function fewer(lanes: readonly Bars[], span: number, most: number): readonly Bars[] {
  const count = (some: readonly Bars[]) => some.reduce((sum, { bars }) => sum + bars.length, 0);
  let result = lanes;
  for (let grain = span / 4000; count(result) > Math.max(most, lanes.length); grain *= 2) {
    result = result.map(({ worker, bars }) => ({ worker, bars: joined(bars, grain, isAlike) }));
    if (count(result) <= most) break;
    result = result.map(({ worker, bars }) => ({ worker, bars: joined(bars, grain, isShort) }));
  }
  return result;
}

type CanJoin = (a: Bar, b: Bar, grain: number) => boolean;

const isAlike: CanJoin = (a, b) =>
  a.stage === b.stage && (a.failed > 0) === (b.failed > 0) && (a.open > 0) === (b.open > 0);

/** Of different stages, and too short to be seen apart. */
const isShort: CanJoin = (a, b, grain) => a.end - a.start <= grain && b.end - b.start <= grain;

function joined(bars: readonly Bar[], grain: number, canJoin: CanJoin): readonly Bar[] {
  const result: Bar[] = [];
  for (const bar of bars) {
    const last = result[result.length - 1];
    if (last === undefined || bar.start - last.end > grain || !canJoin(last, bar, grain)) {
      result.push(bar);
    } else result[result.length - 1] = join(last, bar);
  }
  return result;
}

function join(a: Bar, b: Bar): Bar {
  return {
    start: a.start,
    end: Math.max(a.end, b.end),
    busy: a.busy + b.busy,
    members: a.members + b.members,
    stage: a.busy >= b.busy ? a.stage : b.stage,
    stages: a.stage === b.stage ? Math.max(a.stages, b.stages) : a.stages + b.stages,
    failed: a.failed + b.failed,
    retried: a.retried + b.retried,
    open: a.open + b.open,
  };
}

function engineLanes(batches: readonly Batch[], span: number, now: number): readonly EngineLane[] {
  const byEngine = new Map<string, { start: number; end: number; members: number }[]>();
  for (const batch of batches) {
    const engines = new Map<string, number>();
    for (const { engine } of batch.members) {
      if (engine !== undefined) engines.set(engine, (engines.get(engine) ?? 0) + 1);
    }
    const { start, end } = barOf(batch, now);
    for (const [engine, members] of engines) {
      const own = byEngine.get(engine) ?? [];
      byEngine.set(engine, own);
      own.push({ start, end, members });
    }
  }
  return [...byEngine].sort(([a], [b]) => a < b ? -1 : 1).map(([engine, own]) => ({
    engine,
    members: own.reduce((sum, { members }) => sum + members, 0),
    ...profileOf(own, span),
  }));
}

function profileOf(
  stretches: readonly { start: number; end: number; members: number }[],
  span: number,
): { readonly profile: readonly number[]; readonly busy: number } {
  const changes = stretches.flatMap(({ start, end, members }) => [
    { at: start, by: members },
    { at: end, by: -members },
  ]).sort((a, b) => a.at - b.at || a.by - b.by);
  const profile = new Array<number>(numParts).fill(0);
  const part = (at: number) => Math.min(numParts - 1, Math.floor(at / (span || 1) * numParts));
  let level = 0;
  let since = 0;
  let busy = 0;
  for (const { at, by } of changes) {
    if (level > 0) {
      busy += at - since;
      for (let i = part(since); i <= part(at); i++) profile[i] = Math.max(profile[i], level);
    }
    level += by;
    since = at;
  }
  return { profile, busy };
}
