// Recording: params and files that note what a task looks at. A result then also holds for params that differ only in
// what was never looked at (lib/core/trace.ts).
//
// Params are shown as the key has them (what is `undefined` is left out, or `null` in a list), each collection behind a
// proxy over a copy of its own. A task may change them: changes go to the copy, and what it then reads counts as read.
// Wherever it is unclear what was learnt, more is noted than was read, never less. A long list of plain values counts as
// read whole as soon as it is taken, and is a plain frozen array: reading through a proxy costs some 40 ns for a value by
// name and 120 ns for one by index, against less than 1 ns.
// Leaves out what looks past proxies without asking them: see_through.ts.

import type { Files } from "../core/artifact.ts";
import type { Reads } from "../core/trace.ts";
import { WatchedFiles } from "./watched_files.ts";
import { isPlain, Watched } from "./watched_params.ts";

/** A task that reads in more places than this has no trace: it would be larger than most results. */
const maxLooks = 4096;

/**
 * Watches one job.
 *
 * @example
 * ```ts
 * import { Recorder } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const recorder = new Recorder({ rate: 2, label: "a", steps: [1, 2] });
 * const { rate, steps } = recorder.params as { rate: number; steps: number[] };
 * assertEquals(rate * steps.length, 4);
 * assertEquals(recorder.reads(), { params: ["#/steps", "=/rate", "=/steps"], inputs: {} });
 * ```
 */
export class Recorder {
  /** The params to hand to the task. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly #root: Watched | undefined;
  readonly #ports = new Map<string, WatchedFiles[]>();
  readonly #looks = { count: 0 };

  /** @param beside whether the jobs watched so far go on: one batch. */
  constructor(params: Readonly<Record<string, unknown>>, beside = false) {
    this.#root = isPlain(params) ? new Watched("", params, this.#looks) : undefined;
    this.params = (this.#root?.proxy ?? params) as Readonly<Record<string, unknown>>;
    if (!beside) latest = [];
    latest.push(this);
  }

  /** The files to hand out in place of those of one artifact on a port. */
  files(port: string, files: Files): Files {
    const watched = new WatchedFiles(files, this.#looks);
    const others = this.#ports.get(port);
    if (others === undefined) this.#ports.set(port, [watched]);
    else others.push(watched);
    return new Proxy({ ...files }, watched);
  }

  /** Grows with every look that is new. */
  get numLooks(): number {
    return this.#looks.count;
  }

  /** Names of the ports whose files were handed out. */
  get ports(): Iterable<string> {
    return this.#ports.keys();
  }

  /** Counts everything as read. */
  readAll(): void {
    this.#root?.readAll();
    this.readInputs();
  }

  /** Counts all files handed out so far as read. */
  readInputs(): void {
    for (const watched of [...this.#ports.values()].flat()) watched.readAll();
  }

  /** What was looked at so far, or `undefined` if everything was, or if that cannot be told. */
  reads(): Reads | undefined {
    if (this.#root === undefined) return undefined;
    const inputs: Record<string, readonly string[]> = {};
    for (const [port, items] of this.#ports) {
      const opened = new Set(items.flatMap((item) => [...item.opened]));
      const isWhole = items.every(({ names }) => names.every((name) => opened.has(name)));
      if (!isWhole) inputs[port] = [...opened].sort();
    }
    const params: string[] = [];
    this.#root.addLooks(params);
    const isWhole = this.#root.isRead() && Object.keys(inputs).length === 0;
    return isWhole || params.length > maxLooks ? undefined : { params: params.sort(), inputs };
  }
}

/**
 * What all members of a batch have looked at, for each of them: what one reads in a companion's params (the step that all
 * have in common) it would have read in its own. Looks only become more, so that each recorder is asked again only
 * after it has seen something new.
 *
 * @example
 * ```ts
 * import { BatchReads, Recorder } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const batch = [1, 2].map((rate, i) => new Recorder({ rate, step: 3, label: "a" }, i > 0));
 * const reads = new BatchReads(batch);
 * void batch[0].params.step;
 * assertEquals(reads.now(), { params: ["=/step"], inputs: {} });
 * void batch[1].params.rate;
 * assertEquals(reads.now(), { params: ["=/rate", "=/step"], inputs: {} });
 * ```
 */
export class BatchReads {
  readonly #recorders: readonly Recorder[];
  /** Looks of each recorder that are in here. */
  readonly #seen: Int32Array;
  readonly #params = new Set<string>();
  readonly #inputs = new Map<string, Set<string> | "whole">();
  #isAll = false;

  constructor(recorders: readonly Recorder[]) {
    this.#recorders = recorders;
    this.#seen = new Int32Array(recorders.length).fill(-1);
  }

  /** What was looked at so far, or `undefined` if everything was, or if that cannot be told. */
  now(): Reads | undefined {
    for (let i = 0; i < this.#recorders.length && !this.#isAll; i++) {
      const { numLooks } = this.#recorders[i];
      if (this.#seen[i] === numLooks) continue;
      this.#seen[i] = numLooks;
      this.#add(this.#recorders[i]);
    }
    if (this.#isAll || this.#params.size > maxLooks) return undefined;
    const inputs: Record<string, readonly string[]> = {};
    for (const [port, names] of this.#inputs) {
      if (names !== "whole") inputs[port] = [...names].sort();
    }
    return { params: [...this.#params].sort(), inputs };
  }

  #add(recorder: Recorder): void {
    const reads = recorder.reads();
    if (reads === undefined) return void (this.#isAll = true);
    for (const look of reads.params) this.#params.add(look);
    for (const port of recorder.ports) {
      const opened = reads.inputs[port];
      const known = this.#inputs.get(port) ?? new Set();
      if (opened === undefined || known === "whole") this.#inputs.set(port, "whole");
      else this.#inputs.set(port, new Set([...known, ...opened]));
    }
  }
}

/**
 * Counts everything of the latest job, or batch, as read, for what looks past proxies where none can follow.
 *
 * @example
 * ```ts
 * import { readEverything, Recorder } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const recorder = new Recorder({ rate: 2 });
 * assertEquals(recorder.reads(), { params: [], inputs: {} });
 * readEverything();
 * assertEquals(recorder.reads(), undefined);
 * ```
 */
export function readEverything(): void {
  for (const recorder of latest) recorder.readAll();
}

let latest: Recorder[] = [];
