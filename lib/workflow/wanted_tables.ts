// Growing a graph by the tables that `foreach` waits for: reading them from results, and giving them to the graph.
// A table that does not fit is set aside with its message; it does not keep others from being used.

import { decodeRows, table as tableType } from "../core/artifacts/table.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Table } from "../core/table.ts";
import type { Graph, WantedTable } from "./graph.ts";
import type { ResultStore } from "./known_results.ts";

/** A table that became known. */
export type KnownTable = WantedTable & { readonly table: Table };

/** A table that cannot be used, and why. */
export type RefusedTable = WantedTable & { readonly message: string };

/**
 * Reads a table among the outputs of a result, and of its artifact only what is the table.
 *
 * @returns the table, a sentence saying what is wrong with it, or `undefined` if its bytes are gone.
 *
 * @example
 * ```ts
 * import { readTable } from "#lib/workflow/wanted_tables.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { assertEquals } from "@std/assert";
 * const manifest = { outputs: {} } as never;
 * assertEquals(await readTable(new TinyStore(), manifest, "rows"), "there is no output rows");
 * ```
 */
export async function readTable(
  store: Pick<ResultStore, "read">,
  { outputs }: Pick<Manifest, "outputs">,
  output: string,
): Promise<Table | string | undefined> {
  const artifact = outputs[output];
  if (artifact === undefined) return `there is no output ${output}`;
  if (artifact.kind !== tableType.kind) return `${output} is of kind ${artifact.kind}, not a table`;
  const own = Object.entries(artifact.files).filter(([name]) => !name.includes("/"));
  const files = await store.read?.({ ...artifact, files: Object.fromEntries(own) });
  if (files === undefined) return undefined;
  try {
    return decodeRows(files);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Tables read at a time. */
const tablesAtOnce = 32;

/**
 * Reads many tables among the outputs of results.
 *
 * @returns those that can be used, those that cannot, and those whose bytes are gone.
 *
 * @example
 * ```ts
 * import { readTables } from "#lib/workflow/wanted_tables.ts";
 * import { TinyStore } from "#tests/support/tiny_store.ts";
 * import { assertEquals } from "@std/assert";
 * const wanted = { from: 0, output: "rows" };
 * const { refused } = await readTables(new TinyStore(), [{ wanted, manifest: { outputs: {} } }]);
 * assertEquals(refused, [{ ...wanted, message: "there is no output rows" }]);
 * ```
 */
export async function readTables(
  store: Pick<ResultStore, "read">,
  list: readonly { readonly wanted: WantedTable; readonly manifest: Pick<Manifest, "outputs"> }[],
): Promise<{
  readonly tables: readonly KnownTable[];
  readonly refused: readonly RefusedTable[];
  readonly gone: readonly WantedTable[];
}> {
  const tables: KnownTable[] = [];
  const refused: RefusedTable[] = [];
  const gone: WantedTable[] = [];
  for (let at = 0; at < list.length; at += tablesAtOnce) {
    const batch = list.slice(at, at + tablesAtOnce);
    const read = await Promise.all(
      batch.map(({ wanted, manifest }) => readTable(store, manifest, wanted.output)),
    );
    batch.forEach(({ wanted }, i) => {
      const table = read[i];
      if (table === undefined) gone.push(wanted);
      else if (typeof table === "string") refused.push({ ...wanted, message: table });
      else tables.push({ ...wanted, table });
    });
  }
  return { tables, refused, gone };
}

/**
 * Gives tables to a graph.
 *
 * @param never tables that will not be known.
 *
 * @example
 * ```ts
 * import { growBy } from "#lib/workflow/wanted_tables.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }]);
 * assertEquals(await growBy(graph, []), { graph, refused: [] });
 * ```
 */
export async function growBy(
  graph: Graph,
  tables: readonly KnownTable[],
  never: readonly WantedTable[] = [],
): Promise<{ readonly graph: Graph; readonly refused: readonly RefusedTable[] }> {
  const { growing } = graph;
  if (growing === undefined || tables.length + never.length === 0) return { graph, refused: [] };
  const together = await growing.grow(tables, never);
  if (together.ok) return { graph: together.value, refused: [] };
  if (tables.length <= 1) {
    const { from, output } = tables[0] ?? never[0];
    return { graph, refused: [{ from, output, message: messageOf(together.error) }] };
  }
  let grown = graph;
  const refused: RefusedTable[] = [];
  for (const table of tables) {
    const alone = await growBy(grown, [table], never);
    grown = alone.graph;
    refused.push(...alone.refused);
  }
  return { graph: grown, refused };
}

function messageOf(diagnostics: readonly Diagnostic[]): string {
  const [first, ...more] = diagnostics;
  if (first === undefined) return "the table does not fit";
  const { message, at, hint } = first;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `${message}${hint === undefined ? "" : `; ${hint}`} (${at.file}:${at.line})${rest}`;
}
