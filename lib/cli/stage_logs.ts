// Logs of a run: what every stage prints, in `logs/` of the run folder while it runs, so that one can watch it.
// What a stage that worked has printed lies in the store too; this is where those of failed stages are found.

import type { Disk } from "../core/disk.ts";
import { fileNameOf } from "./run_folder.ts";

/** Takes what stages print. */
export interface StageLogs {
  /** Adds to the log of an attempt; attempts count from 1. */
  add(stage: string, attempt: number, bytes: Uint8Array): void;
  /** Writes what was added. */
  flush(): Promise<void>;
  /** The file of an attempt, relative to the run folder; `undefined` if it printed nothing. */
  file(stage: string, attempt?: number): string | undefined;
}

/** Keeps logs in `<folder>/logs`; a file for each attempt that printed anything. */
export function stageLogs(disk: Disk, folder: string): StageLogs {
  const pending = new Map<string, Uint8Array[]>();
  const known = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  const nameOf = (stage: string, attempt: number) =>
    `logs/${fileNameOf(stage)}${attempt > 1 ? `.attempt-${attempt}` : ""}.log`;
  const write = async (batch: readonly (readonly [string, readonly Uint8Array[]])[]) => {
    await disk.makeDirectory(`${folder}/logs`);
    for (const [name, pieces] of batch) {
      const file = await disk.append(`${folder}/${name}`);
      try {
        for (const bytes of pieces) await file.write(bytes);
      } finally {
        file.close();
      }
    }
  };
  return {
    add(stage, attempt, bytes) {
      const name = nameOf(stage, attempt);
      const pieces = pending.get(name);
      if (pieces === undefined) pending.set(name, [bytes.slice()]);
      else pieces.push(bytes.slice());
      known.add(name);
    },
    flush() {
      if (pending.size > 0) {
        const batch = [...pending];
        pending.clear();
        writing = writing.then(() => write(batch));
      }
      return writing;
    },
    file(stage, attempt = 1) {
      const name = nameOf(stage, attempt);
      return known.has(name) ? name : undefined;
    },
  };
}
