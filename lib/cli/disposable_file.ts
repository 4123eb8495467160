// Files below `results` that only save time: absent, damaged or impossible to write, nothing is lost but that.

import { dirname } from "@std/path";
import type { Disk } from "../core/disk.ts";

/** The JSON of a file; `undefined` if it is not there or damaged. */
export function recallJson(disk: Pick<Disk, "readSync">, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(disk.readSync(path)));
  } catch {
    return undefined;
  }
}

/** Writes a file whole or not at all. Where nothing may be written, it is not. */
export async function keepFile(disk: Disk, path: string, text: string): Promise<void> {
  const part = `${path}.${crypto.randomUUID()}`;
  try {
    await disk.makeDirectory(dirname(path));
    await disk.create(part, new TextEncoder().encode(text));
    await disk.rename(part, path);
  } catch {
    // Read-only results, or none to spare: found again next time.
  }
}
