// Facts of all members for the report: coordinates from the graph, numbers and warnings from stored results. They are
// remembered by key from run to run, because reading thousands of small results takes a quarter of a second.

import { join } from "@std/path";
import type { Disk } from "../core/disk.ts";
import { fileNameOf } from "../core/file_name.ts";
import type { MemberFacts } from "../report/content.ts";
import type { RunRecord } from "../report/record.ts";
import type { Session } from "./session.ts";
import { type ResultFacts, storedFacts } from "./stored_facts.ts";

/** What is known of the members of a run. */
export interface SweepRows {
  /** In the order of the graph, without members that stand for others. */
  readonly members: readonly MemberFacts[];
  /** Warnings of results that were found and not made, as a record spells them. */
  readonly warnings: readonly string[];
}

/** Collects the facts of a run's members. */
export async function sweepRows(
  { graph, store, results, world }: Pick<Session, "graph" | "store" | "results" | "world">,
  { stages }: Pick<RunRecord, "stages">,
): Promise<SweepRows> {
  const records = new Map(stages.map((stage) => [stage.stage, stage]));
  const keys = stages.flatMap(({ key }) => key === undefined ? [] : [key]);
  const known = await knownFacts(
    world.disk,
    join(results, "facts"),
    graph.workflow,
    keys,
    (key) => storedFacts(store, key),
  );
  const members: MemberFacts[] = [];
  const warnings: string[] = [];
  for (const { id, coords, pending, replaced } of graph.members) {
    if (pending || replaced) continue;
    const { key, status } = records.get(id) ?? {};
    const facts = key === undefined ? undefined : known.get(key);
    if (status !== "hit" || facts === undefined) {
      members.push({ id, coords, metrics: facts?.metrics ?? {} });
      continue;
    }
    members.push({ id, coords, metrics: facts.metrics, cost: facts.cost });
    for (const warning of facts.warnings) warnings.push(`${id}: ${warning}`);
  }
  return { members, warnings };
}

/** Raised when facts are found by other rules: what is remembered then is not what would be found now. */
const format = 2;

/** The memory of a workflow: facts by key. */
interface Memory {
  readonly format: number;
  readonly facts: Readonly<Record<string, RememberedFacts>>;
}

/** Numbers, warnings and cost; without the first two if there are none, as of most. */
type RememberedFacts =
  | readonly [ResultFacts["cost"], ResultFacts["metrics"], readonly string[]]
  | readonly [ResultFacts["cost"]];

/** Facts by key. Those that are not remembered are read; those of other keys are forgotten. */
async function knownFacts(
  disk: Disk,
  folder: string,
  workflow: string,
  keys: readonly string[],
  read: (key: string) => Promise<ResultFacts | undefined>,
): Promise<ReadonlyMap<string, ResultFacts>> {
  const path = join(folder, `${fileNameOf(workflow)}.json`);
  const memory = recall(disk, path);
  const found = new Map<string, ResultFacts>();
  let isNew = false;
  for (const key of keys) {
    const known = memory.facts[key];
    if (known !== undefined) {
      const [cost, metrics = {}, warnings = []] = known;
      found.set(key, { metrics, warnings, cost });
    } else {
      const facts = await read(key);
      if (facts === undefined) continue;
      found.set(key, facts);
      isNew = true;
    }
  }
  if (isNew) await remember(disk, folder, path, found);
  return found;
}

function recall(disk: Disk, path: string): Memory {
  try {
    const memory = JSON.parse(new TextDecoder().decode(disk.readSync(path))) as Memory;
    if (memory.format === format) return memory;
  } catch {
    // Absent or damaged: found again.
  }
  return { format, facts: {} };
}

async function remember(
  disk: Disk,
  folder: string,
  path: string,
  found: ReadonlyMap<string, ResultFacts>,
): Promise<void> {
  const facts: Record<string, RememberedFacts> = {};
  for (const [key, { metrics, warnings, cost }] of found) {
    const isPlain = warnings.length === 0 && Object.keys(metrics).length === 0;
    facts[key] = isPlain ? [cost] : [cost, metrics, warnings];
  }
  const part = `${path}.${crypto.randomUUID()}`;
  try {
    await disk.makeDirectory(folder);
    const memory: Memory = { format, facts };
    await disk.create(part, new TextEncoder().encode(JSON.stringify(memory)));
    await disk.rename(part, path);
  } catch {
    // Read-only results: found again next time.
  }
}
