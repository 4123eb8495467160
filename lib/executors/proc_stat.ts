// What Linux tells of processes in `/proc/<id>/stat`, read from a listing of all of them.
// Source: proc_pid_stat(5).

/** One process at one moment. */
export interface ProcessStat {
  readonly id: number;
  readonly parent: number;
  readonly group: number;
  /** Processor time of its own and of its children that it has waited for, in clock ticks. */
  readonly ticks: number;
  /** When it began, in clock ticks since the machine did: tells it from a later process with its id. */
  readonly began: number;
  /** Resident memory, in pages. */
  readonly pages: number;
}

/**
 * Reads a listing; lines that are none are left out, such as the second half of a name with a line end in it.
 *
 * @example
 * ```ts
 * import { readProcStat } from "#lib/executors/proc_stat.ts";
 * import { assertEquals } from "@std/assert";
 * const line = "7 (a (b) c) S 1 7 7 0 -1 0 0 0 0 0 10 2 3 4 20 0 1 0 500 4096 25 0 0";
 * assertEquals(readProcStat(line), [{ id: 7, parent: 1, group: 7, ticks: 19, began: 500, pages: 25 }]);
 * ```
 */
export function readProcStat(listing: string): ProcessStat[] {
  const found: ProcessStat[] = [];
  for (const line of listing.split("\n")) {
    const id = parseInt(line);
    const end = line.lastIndexOf(") ");
    if (!(id > 0) || end < 0) continue;
    // From the third field on: state, parent, group, …
    const fields = line.slice(end + 2).split(" ");
    if (fields.length < 22) continue;
    const field = (number: number) => Number(fields[number - 3]);
    found.push({
      id,
      parent: field(4),
      group: field(5),
      ticks: field(14) + field(15) + field(16) + field(17),
      began: field(22),
      pages: field(24),
    });
  }
  return found;
}
