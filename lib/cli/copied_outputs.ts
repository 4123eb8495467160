// Which files of a run folder are copies of which output, for the record of provenance.

import type { ActionKey } from "../core/digest.ts";
import type { Store } from "../core/store.ts";
import type { RunRecord } from "../report/record.ts";
import type { Graph } from "../workflow/graph.ts";
import { shownOutputs } from "./shown_outputs.ts";

/** Files and outputs, by each other. */
export interface CopiedOutputs {
  /** Takes note of a file, by its path relative to the run folder. */
  note(path: string): void;
  /** The files noted of an output. */
  filesOf(id: string, output: string): { readonly files?: readonly string[] };
  /** The digest of a file as the store has it; `undefined` if it cannot be told. */
  digestOf(path: string): string | undefined;
}

/**
 * Finds outputs by the names of their copies.
 *
 * @example
 * ```ts
 * import { copiedOutputs } from "#lib/cli/copied_outputs.ts";
 * import { memoryStore } from "#lib/store/memory_store.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const stages = [{ stage: "a", status: "ran" as const, key: "sha256:00" }];
 * const graph = fakeGraph([{ id: "a", outputs: { rows: "table" } }]);
 * const copies = copiedOutputs(graph, { stages }, memoryStore());
 * copies.note("tables/a.tsv");
 * assertEquals(copies.filesOf("a", "rows"), { files: ["tables/a.tsv"] });
 * ```
 */
export function copiedOutputs(
  graph: Pick<Graph, "members">,
  record: Pick<RunRecord, "stages">,
  store: Pick<Store, "recall">,
): CopiedOutputs {
  const { shown } = shownOutputs(graph, record);
  const folders: Readonly<Record<string, string>> = { figure: "figures", table: "tables" };
  const folderOf = (kind: string) =>
    folders[kind] ?? (kind === "file" || kind === "folder" ? "files" : "arrays");
  const byName = new Map(shown.map((one) => [`${folderOf(one.kind)}/${one.name}`, one]));
  const files = new Map<string, string[]>();
  const find = (path: string) => {
    const top = path.split("/", 2).join("/");
    for (let name = top; name.includes("/");) {
      const one = byName.get(name);
      if (one !== undefined) return { one, rest: path.slice(name.length + 1) };
      const dot = name.lastIndexOf(".");
      if (dot < 0) return undefined;
      name = name.slice(0, dot);
    }
    return undefined;
  };
  return {
    note(path) {
      const one = find(path)?.one;
      if (one === undefined) return;
      const key = `${one.id} ${one.output}`;
      const list = files.get(key);
      if (list === undefined) files.set(key, [path]);
      else list.push(path);
    },
    filesOf(id, output) {
      const own = files.get(`${id} ${output}`);
      return own === undefined ? {} : { files: own };
    },
    digestOf(path) {
      const found = find(path);
      if (found === undefined) return undefined;
      const { one: { key, output }, rest } = found;
      return store.recall(key as ActionKey)?.outputs[output]?.files[rest]?.digest;
    },
  };
}
