// Facts of all members for the report: coordinates from the graph, numbers and warnings from stored results. They are
// remembered by key from run to run, because reading thousands of small results takes a quarter of a second.

import { join } from "@std/path";
import type { ActionKey } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import { fileNameOf } from "../core/file_name.ts";
import type { MemberFacts } from "../report/content.ts";
import type { RunRecord } from "../report/record.ts";
import { keepFile, recallJson } from "./disposable_file.ts";
import { checkOf } from "./origins.ts";
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
  const questions = stages.flatMap(({ key, outputs = {} }) => {
    if (key === undefined) return [];
    // A report without a run knows keys alone.
    const named = Object.keys(outputs).length > 0
      ? outputs
      : store.recall(key as ActionKey)?.outputs ?? {};
    return [{ key, check: checkOf(named) }];
  });
  const known = await knownFacts(
    world.disk,
    join(results, "facts", `${fileNameOf(graph.workflow)}.json`),
    questions,
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
const format = 3;

/** The memory of a workflow: facts by key. */
interface Memory {
  readonly format: number;
  readonly facts: Readonly<Record<string, RememberedFacts>>;
}

/** Which result they are of, cost, numbers and warnings; without the last two if there are none, as of most. */
type RememberedFacts =
  | readonly [string, ResultFacts["cost"], ResultFacts["metrics"], readonly string[]]
  | readonly [string, ResultFacts["cost"]];

/** Facts by key. Those that are not remembered of this very result are read; those of other keys are forgotten. */
async function knownFacts(
  disk: Disk,
  path: string,
  questions: readonly { readonly key: string; readonly check: string }[],
  read: (key: string) => Promise<ResultFacts | undefined>,
): Promise<ReadonlyMap<string, ResultFacts>> {
  const memory = recallJson(disk, path) as Memory | null | undefined;
  const remembered = memory?.format === format ? memory.facts ?? {} : {};
  const found = new Map<string, ResultFacts>();
  const facts: Record<string, RememberedFacts> = {};
  let isNew = false;
  for (const { key, check } of questions) {
    const known = remembered[key];
    if (known !== undefined && known[0] === check) {
      const [, cost, metrics = {}, warnings = []] = known;
      found.set(key, { metrics, warnings, cost });
      facts[key] = known;
      continue;
    }
    const own = await read(key);
    if (own === undefined) continue;
    const { metrics, warnings, cost } = own;
    const isPlain = warnings.length === 0 && Object.keys(metrics).length === 0;
    found.set(key, own);
    facts[key] = isPlain ? [check, cost] : [check, cost, metrics, warnings];
    isNew = true;
  }
  if (isNew) await keepFile(disk, path, JSON.stringify({ format, facts } satisfies Memory));
  return found;
}
