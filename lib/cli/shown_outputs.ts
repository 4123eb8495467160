// What of a run is shown: figures, verdicts, tables that are only drawn or checked, and what no other stage reads.
// Leaves out how they are read (collect.ts) and where copies lie (copies.ts).

import type { Manifest } from "../core/manifest.ts";
import type { ActionKey } from "../core/digest.ts";
import type { RunRecord, StageRecord } from "../report/record.ts";
import type { Graph, StageMember } from "../workflow/graph.ts";
import { fileNameOf } from "./run_folder.ts";

/** One output that people look at. */
export interface ShownOutput {
  /** Id of its member. */
  readonly id: string;
  readonly key: ActionKey;
  readonly output: string;
  readonly kind: string;
  readonly isVerdict: boolean;
  /** Beginning of the names of its copies. */
  readonly name: string;
}

/** Tables and arrays of leaf stages copied at most; a sweep of thousands is read from the store. */
const maxCopies = 500;

/** Who reads a member's outputs: figures and asserts, which only look, or others; sums of these. */
const LOOKER = 1, USER = 2;

/** Outputs that people look at, as far as they are there, in the order of the graph; and how many were too many. */
export function shownOutputs(
  graph: Pick<Graph, "members">,
  record: Pick<RunRecord, "stages">,
): { readonly shown: readonly ShownOutput[]; readonly numLeftOut: number } {
  const { looked, isLeaf } = lookedAt(graph);
  const ids = new Set(looked.map(({ id }) => id));
  const stages = new Map<string, StageRecord>();
  for (const stage of record.stages) if (ids.has(stage.stage)) stages.set(stage.stage, stage);
  let numCopies = 0;
  const shown = looked.flatMap(({ id, index, outputs, task }) => {
    const key = stages.get(id)?.key;
    if (key === undefined) return [];
    const isVerdict = task.name === "claims";
    const isShown = isLeaf(index);
    const several = Object.keys(outputs).length > 1;
    return Object.entries(outputs)
      .filter(([, kind]) => kind === "figure" || isVerdict || (isShown && numCopies++ < maxCopies))
      .map(([output, kind]): ShownOutput => ({
        id,
        key: key as ActionKey,
        output,
        kind,
        isVerdict,
        name: fileNameOf(id) + (several ? `.${output}` : ""),
      }));
  });
  return { shown, numLeftOut: Math.max(0, numCopies - maxCopies) };
}

/** What is known of an output: its digest and files. */
export function artifactOf(
  store: { recall(key: ActionKey): Manifest | undefined },
  { key, output }: Pick<ShownOutput, "key" | "output">,
): Manifest["outputs"][string] | undefined {
  return store.recall(key)?.outputs[output];
}

interface Looked {
  readonly looked: readonly StageMember[];
  isLeaf(index: number): boolean;
}

/** Graphs of long sweeps are looked through once, though their page is written many times. */
const known = new WeakMap<readonly StageMember[], Looked>();

function lookedAt({ members }: Pick<Graph, "members">): Looked {
  const before = known.get(members);
  if (before !== undefined) return before;
  const isLeaf = leavesOf(members);
  const looked = members.filter(({ index, outputs, task, pending, replaced }) =>
    // What took the place of a pending member may have its id.
    !pending && !replaced &&
    (isLeaf(index) || task.name === "claims" || Object.values(outputs).includes("figure"))
  );
  const found = { looked, isLeaf };
  known.set(members, found);
  return found;
}

/** Members that no other reads; of tables by `aggregate` also those that only figures and asserts read. */
function leavesOf(members: readonly StageMember[]): (index: number) => boolean {
  const readers = new Uint8Array(members.length);
  const isTable = new Uint8Array(members.length);
  for (const { index, inputs, task } of members) {
    if (task.name === "aggregate") isTable[index] = 1;
    const reader = task.name === "figure" || task.name === "assert" ? LOOKER : USER;
    for (const name in inputs) {
      for (const source of inputs[name].sources) {
        if ("from" in source) readers[source.from] |= reader;
      }
    }
  }
  return (index) => readers[index] === 0 || (readers[index] === LOOKER && isTable[index] === 1);
}
