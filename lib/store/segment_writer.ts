// The one segment that this process appends to. Lines that are ready together go out in one write. After a failed
// write or sync the segment is given up: what it holds from there on is anybody's guess, and a new one is begun.

import { joinBytes } from "../core/join_bytes.ts";
import type { AppendFile, Disk } from "../core/disk.ts";
import type { Segment } from "./segment.ts";
import { syncFolder } from "./sync_folder.ts";
import { durableLine } from "./segment_line.ts";

interface Waiting {
  readonly lines: readonly Uint8Array[];
  readonly resolve: (offsets: number[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Appends lines to a new segment. */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #disk: Disk;
  readonly #file: AppendFile;
  /** The folder of segments, until this segment's name in it is durable. */
  #folder: string | undefined;
  #size = 0;
  #queue: Waiting[] = [];
  #failed = false;
  /** Whether #run() will look at the queue once more. */
  #looking = false;
  #running: Promise<void> = Promise.resolve();
  /** Nothing more may be appended after a failed write; nothing may count as durable after a failed sync. */
  #writeError: unknown;
  #syncError: unknown;

  private constructor(disk: Disk, file: AppendFile, segment: Segment, folder: string) {
    this.#disk = disk;
    this.#file = file;
    this.segment = segment;
    this.#folder = folder;
  }

  /** Begins a segment. */
  static async open(disk: Disk, segment: Segment, folder: string): Promise<SegmentWriter> {
    return new SegmentWriter(disk, await disk.append(segment.path), segment, folder);
  }

  /** Appends lines together; resolves to their offsets once the system has them. */
  append(lines: readonly Uint8Array[]): Promise<number[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ lines, resolve, reject });
      if (this.#looking) return;
      this.#looking = true;
      this.#running = this.#run();
    });
  }

  /**
   * Makes everything appended so far durable. The mark that says so ends before `end`: the files that later lines speak
   * of may not be durable yet.
   */
  async sync(end = Infinity): Promise<void> {
    while (this.#looking) await this.#running;
    if (this.#syncError !== undefined) throw this.#syncError;
    const size = Math.min(end, this.#size);
    try {
      await this.#file.sync();
      if (this.#folder !== undefined) await syncFolder(this.#disk, this.#folder);
      this.#folder = undefined;
    } catch (error) {
      this.#syncError = this.#writeError = error;
      throw error;
    }
    this.segment.durable = size;
    // The mark itself need not be durable: it only tells apart what a later check may expect to be whole.
    await this.append([durableLine(size)]).catch(() => {});
  }

  /** Whether something could not be written or made durable. */
  get failed(): boolean {
    return this.#failed;
  }

  close(mtime?: number): void {
    this.#failed = this.#writeError !== undefined || this.#syncError !== undefined;
    this.#writeError ??= new Error(`${this.segment.path} was closed`);
    this.#syncError ??= this.#writeError;
    this.#file.close(mtime);
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const taken = this.#queue;
      this.#queue = [];
      try {
        if (this.#writeError !== undefined) throw this.#writeError;
        await this.#file.write(joinBytes(taken.flatMap(({ lines }) => lines)));
      } catch (error) {
        this.#writeError = error;
        for (const { reject } of taken) reject(error);
        continue;
      }
      for (const { lines, resolve } of taken) {
        resolve(lines.map((line) => (this.#size += line.length) - line.length));
      }
    }
    // In the same turn as the last look: whoever appends from here on starts anew.
    this.#looking = false;
  }
}
