// How far a run is, by stage of the file: the fold of events behind the live view and the plain log. Counts and times
// only; what is made of them is elsewhere. Takes tens of thousands of events a second.

import type { RunEvent } from "../core/event.ts";
import { stageOf } from "./format.ts";

/** A member at work. */
export interface RunningMember {
  readonly id: string;
  readonly stage: StageProgress;
  /** Milliseconds since the run started. */
  readonly started: number;
  readonly worker: number;
  /** How many run as one with it, itself included. */
  readonly together: number;
  fraction: number;
  note: string;
}

/** Counts of the members of one stage of the file. */
export interface StageProgress {
  readonly name: string;
  /** Members, as far as they are known. */
  size: number;
  running: number;
  ran: number;
  hit: number;
  failed: number;
  skipped: number;
  /** Seconds that those which ran took, added up. */
  spent: number;
  /** Milliseconds since the run started: of the first start, and of the last end; -1 before. */
  started: number;
  ended: number;
}

/** The same for a whole run. */
export interface RunTally {
  total: number;
  done: number;
  hit: number;
  ran: number;
  failed: number;
  skipped: number;
  fused: number;
  spent: number;
}

/**
 * Members of a stage that ended, however they did.
 *
 * @example
 * ```ts
 * import { doneOf, RunProgress } from "#lib/report/run_progress.ts";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress(() => new Map([["fit", 3]]));
 * progress.add({ type: "planned", at: 0, stages: 3, hit: 0, run: 3, maybe: 0 });
 * const stage = progress.add({ type: "stage-skipped", at: 1, stage: "fit[seed=0]", because: "a failed" })!;
 * assertEquals([doneOf(stage), stage.size], [1, 3]);
 * ```
 */
export function doneOf({ ran, hit, failed, skipped }: StageProgress): number {
  return ran + hit + failed + skipped;
}

/**
 * Takes in events one by one.
 *
 * @example
 * ```ts
 * import { RunProgress } from "#lib/report/run_progress.ts";
 * import { assertEquals } from "@std/assert";
 * const progress = new RunProgress();
 * progress.add({ type: "stage-started", at: 5, stage: "fit[seed=0]", worker: 0 });
 * assertEquals([progress.stages.get("fit")?.running, progress.running.size], [1, 1]);
 * ```
 */
export class RunProgress {
  /** In the order of the file where sizes are known, else of their first event. */
  readonly stages: Map<string, StageProgress> = new Map();
  readonly running: Map<string, RunningMember> = new Map();
  readonly tally: RunTally = {
    total: 0,
    done: 0,
    hit: 0,
    ran: 0,
    failed: 0,
    skipped: 0,
    fused: 0,
    spent: 0,
  };
  jobs = 1;
  readonly #sizes: (() => ReadonlyMap<string, number>) | undefined;

  /** @param sizes members of each stage of the file, asked for whenever the run is planned. */
  constructor(sizes?: () => ReadonlyMap<string, number>) {
    this.#sizes = sizes;
  }

  /** Whether it is known how many members stages have. */
  get hasSizes(): boolean {
    return this.#sizes !== undefined;
  }

  /** Takes in the next event. @returns the stage of the file that it is about, if any. */
  add(event: RunEvent): StageProgress | undefined {
    const { tally } = this;
    switch (event.type) {
      case "run-started":
        this.jobs = event.jobs;
        return undefined;
      case "planned":
        tally.total = event.stages;
        for (const [name, size] of this.#sizes?.() ?? []) this.#stage(name).size = size;
        return undefined;
      case "stage-started": {
        const stage = this.#stage(stageOf(event.stage));
        if (stage.started < 0) stage.started = event.at;
        if (!this.running.has(event.stage)) stage.running++;
        this.running.set(event.stage, {
          id: event.stage,
          stage,
          started: event.at,
          worker: event.worker,
          together: event.fused ?? 1,
          fraction: 0,
          note: "",
        });
        return stage;
      }
      case "stage-progress": {
        const member = this.running.get(event.stage);
        if (member === undefined) return undefined;
        member.fraction = Math.min(1, Math.max(0, event.fraction));
        if (event.note !== undefined) member.note = event.note;
        return member.stage;
      }
      case "stage-retried":
        return this.#leave(event.stage).stage;
      case "stage-finished": {
        const { stage, member } = this.#leave(event.stage);
        if (event.how === "hit") {
          stage.hit++;
          tally.hit++;
        } else {
          stage.ran++;
          tally.ran++;
          stage.spent += event.seconds;
          tally.spent += event.seconds;
          if (member !== undefined && member.together > 1) tally.fused++;
        }
        return this.#end(stage, event.at);
      }
      case "stage-failed": {
        const { stage } = this.#leave(event.stage);
        stage.failed++;
        tally.failed++;
        return this.#end(stage, event.at);
      }
      case "stage-skipped": {
        const { stage } = this.#leave(event.stage);
        stage.skipped++;
        tally.skipped++;
        return this.#end(stage, event.at);
      }
      case "run-finished":
        for (const { stage } of this.running.values()) stage.running = 0;
        this.running.clear();
        return undefined;
      case "warning":
        return undefined;
      default:
        event satisfies never;
    }
  }

  #stage(name: string): StageProgress {
    const known = this.stages.get(name);
    if (known !== undefined) return known;
    const stage: StageProgress = {
      name,
      size: 0,
      running: 0,
      ran: 0,
      hit: 0,
      failed: 0,
      skipped: 0,
      spent: 0,
      started: -1,
      ended: -1,
    };
    this.stages.set(name, stage);
    return stage;
  }

  #leave(id: string): { stage: StageProgress; member: RunningMember | undefined } {
    const member = this.running.get(id);
    if (member === undefined) return { stage: this.#stage(stageOf(id)), member };
    this.running.delete(id);
    member.stage.running--;
    return { stage: member.stage, member };
  }

  #end(stage: StageProgress, at: number): StageProgress {
    stage.ended = at;
    this.tally.done++;
    const known = doneOf(stage) + stage.running;
    if (stage.size < known) stage.size = known;
    return stage;
  }
}
