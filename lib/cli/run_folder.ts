// The run folder: what a finished run leaves for people and other programs. It can be deleted without losing a
// computed value. The folder is this run's own; `latest` names it once everything lies in it.

import { join } from "@std/path";
import type { Disk } from "../core/disk.ts";
import type { RunEvent } from "../core/event.ts";
import { fileNameOf } from "../core/file_name.ts";

export { fileNameOf };

/** A folder `runs/<workflow>/<run id>/` being written. */
export interface RunFolder {
  readonly path: string;
  /** Appends to `events.ndjson`; written in groups. */
  event(event: RunEvent): void;
  write(name: string, content: Uint8Array | string): Promise<void>;
  /** Writes a file of JSON into the folder itself; it is there whole or not at all. */
  writeJson(name: string, value: unknown): Promise<void>;
  /** Writes a file that may be there already; whoever reads it sees the old or the new one whole. */
  replace(name: string, content: Uint8Array | string): Promise<void>;
  /** Writes what is buffered. */
  flush(): Promise<void>;
  /** Flushes and makes this run the one that `latest` names. */
  close(): Promise<void>;
}

/** Characters of events that are written together at most. */
const groupLength = 64 * 1024;

/** Creates the folder of a run under `results/runs`. */
export async function createRunFolder(
  disk: Disk,
  results: string,
  workflow: string,
  run: string,
): Promise<RunFolder> {
  const home = join(results, "runs", fileNameOf(workflow));
  const path = join(home, run);
  const made = new Set<string>();
  const folder = async (name: string) => {
    if (made.has(name)) return;
    await disk.makeDirectory(name);
    made.add(name);
  };
  await folder(path);
  const events = await disk.append(join(path, "events.ndjson"));
  let text = "";
  let writing: Promise<void> = Promise.resolve();
  const flush = () => {
    if (text !== "") {
      const bytes = new TextEncoder().encode(text);
      text = "";
      writing = writing.then(() => events.write(bytes));
    }
    return writing;
  };
  const replace = async (target: string, bytes: Uint8Array, temporary = `${target}.part`) => {
    if (disk.stat(temporary) !== undefined) await disk.remove(temporary);
    await disk.create(temporary, bytes);
    await disk.rename(temporary, target);
  };
  const write = async (name: string, content: Uint8Array | string) => {
    const slash = name.lastIndexOf("/");
    if (slash > 0) await folder(join(path, name.slice(0, slash)));
    await disk.create(join(path, name), bytesOf(content));
  };
  return {
    path,
    event(event) {
      text += JSON.stringify(event) + "\n";
      // Told where the others are: when they are flushed again, and when the folder is closed.
      if (text.length > groupLength) flush().catch(() => {});
    },
    write,
    // What others read is there whole or not at all, whenever the process is killed.
    writeJson: (name, value) => replace(join(path, name), bytesOf(JSON.stringify(value) + "\n")),
    replace: (name, content) => replace(join(path, name), bytesOf(content)),
    flush,
    async close() {
      await flush();
      events.close();
      // Under a name of this run's own: other runs may end at the same time.
      const bytes = new TextEncoder().encode(run + "\n");
      await replace(join(home, "latest"), bytes, join(path, "latest.part"));
    },
  };
}

function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
