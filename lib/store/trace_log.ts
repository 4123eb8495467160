// What tasks were seen to look at, by weak key, and which result each trace leads to: one file for each session, read
// when somebody asks for the first time, so that a run in which nothing is missing pays nothing for it.
// A trace only saves work: a line that is torn or was never written costs a run of a stage, so nothing is synced.

import { joinBytes } from "../core/join_bytes.ts";
import { canonicalJson } from "../core/canonical.ts";
import type { ActionKey, Digest } from "../core/digest.ts";
import { type AppendFile, type Clock, type Disk, DiskError } from "../core/disk.ts";
import type { Reads } from "../core/trace.ts";
import type { Layout } from "./layout.ts";
import { readLine, type TraceBody, traceLine } from "./segment_line.ts";
import { WatchedFolder } from "./watched_folder.ts";

/** The traces of a store. */
export class TraceLog {
  readonly #disk: Disk;
  readonly #layout: Layout;
  readonly #session: string;
  readonly #warn: (message: string) => void;
  /** Bytes read so far, by session. */
  readonly #files = new Map<string, number>();
  /** Distinct shapes by their text, the latest last. */
  readonly #shapes = new Map<Digest, Map<string, Reads>>();
  readonly #traces = new Map<Digest, TraceBody>();
  #asked = false;
  readonly #folder: WatchedFolder;
  #listed: readonly string[] = [];
  #liveListed: readonly string[] = [];
  #live: ReadonlySet<string> = new Set();
  #queue: Uint8Array[] = [];
  #writing: Promise<void> = Promise.resolve();
  #file: AppendFile | undefined;
  #failed = false;

  constructor(
    { disk, clock, layout }: {
      readonly disk: Disk;
      readonly clock: Clock;
      readonly layout: Layout;
    },
    session: string,
    warn: (message: string) => void,
  ) {
    this.#disk = disk;
    this.#layout = layout;
    this.#folder = new WatchedFolder(disk, clock, layout.traces);
    this.#session = session;
    this.#warn = warn;
  }

  /** The distinct shapes of a weak key, the latest first. */
  shapes(weak: Digest): readonly Reads[] {
    this.#readAll();
    return [...this.#shapes.get(weak)?.values() ?? []].reverse();
  }

  /** The key of the result that a trace leads to. */
  key(trace: Digest): ActionKey | undefined {
    this.#readAll();
    return this.#traces.get(trace)?.key;
  }

  /** All traces known. */
  entries(): Iterable<readonly [Digest, TraceBody]> {
    this.#readAll();
    return this.#traces;
  }

  /** Notes a trace, here at once and in the file soon. */
  add(trace: Digest, body: TraceBody): void {
    if (this.#asked && this.#traces.get(trace)?.key === body.key) return;
    this.#note(trace, body);
    if (this.#failed) return;
    this.#queue.push(traceLine(trace, body));
    if (this.#queue.length === 1) this.#writing = this.#writing.then(() => this.#write());
  }

  /**
   * Sees which files there are.
   *
   * @param live sessions that may still write
   */
  async refresh(live: readonly string[]): Promise<void> {
    if (live !== this.#liveListed) this.#live = new Set(this.#liveListed = live);
    const names = await this.#folder.names();
    if (names === this.#listed) return;
    this.#listed = names;
    for (const name of names) {
      const session = name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
      if (session !== undefined && !this.#files.has(session)) this.#files.set(session, unread);
    }
  }

  /** Waits until everything noted is in the file. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async close(): Promise<void> {
    await this.#writing;
    this.#file?.close();
    this.#file = undefined;
    this.#failed = true;
  }

  #readAll(): void {
    this.#asked = true;
    for (const [session, at] of this.#files) {
      if (session === this.#session) continue;
      if (at === unread || this.#live.has(session)) {
        this.#files.set(session, this.#readOn(session, Math.max(at, 0)));
      }
    }
  }

  /** Reads a file from a place to the end of its last line; returns how far. */
  #readOn(session: string, from: number): number {
    const path = this.#layout.traceFile(session);
    let bytes: Uint8Array;
    try {
      if ((this.#disk.stat(path)?.size ?? 0) <= from) return from;
      bytes = this.#disk.readSync(path, { offset: from });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      return from;
    }
    let at = 0;
    for (let end; (end = bytes.indexOf(lineEnd, at)) >= 0; at = end + 1) {
      const line = readLine(bytes.subarray(at, end + 1));
      if (line?.kind === "trace") this.#note(line.name as Digest, line.body as TraceBody);
    }
    return from + at;
  }

  #note(trace: Digest, body: TraceBody): void {
    this.#traces.set(trace, body);
    const { weak, reads } = body;
    const text = canonicalJson(reads);
    const shapes = this.#shapes.get(weak) ?? new Map<string, Reads>();
    this.#shapes.set(weak, shapes);
    shapes.delete(text);
    shapes.set(text, reads);
  }

  async #write(): Promise<void> {
    const lines = this.#queue;
    this.#queue = [];
    if (this.#failed) return;
    try {
      if (this.#file === undefined) {
        await this.#disk.makeDirectory(this.#layout.traces);
        this.#file = await this.#disk.append(this.#layout.traceFile(this.#session));
      }
      await this.#file.write(joinBytes(lines));
    } catch (error) {
      this.#failed = true;
      if (!(error instanceof DiskError)) throw error;
      this.#warn(`${error.path} cannot be written (${error.errno}): traces of this run are lost`);
    }
  }
}

const suffix = ".ndjson";
const lineEnd = 10;
const unread = -1;
