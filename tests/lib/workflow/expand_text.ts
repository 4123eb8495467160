// Expands workflows written in tests: a graph, or the text of what is wrong.

import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import type { Graph, StageMember } from "#lib/workflow/graph.ts";
import { type LoadOptions, loadWorkflow } from "#lib/workflow/load.ts";
import { fakeCatalogue } from "./fake_catalogue.ts";

/** Files by path; a workflow of one file is `w.yaml`. */
export type TestFiles = Readonly<Record<string, string>>;

/** The graph of a workflow, or its rendered diagnostics. */
export async function tryExpand(
  files: string | TestFiles,
  options: Partial<LoadOptions> = {},
): Promise<Graph | string> {
  const all = typeof files === "string" ? { "w.yaml": files } : files;
  const readText = (path: string) =>
    Object.hasOwn(all, path)
      ? Promise.resolve(all[path])
      : Promise.reject(new Deno.errors.NotFound(path));
  const loaded = await loadWorkflow(Object.keys(all)[0], readText, { overrides: [], ...options });
  const graph = loaded.ok ? await expand(loaded.value, fakeCatalogue()) : loaded;
  return graph.ok ? graph.value : renderDiagnostics(graph.error, { colour: false });
}

/** The graph of a workflow that is right. */
export async function graphOf(
  files: string | TestFiles,
  options: Partial<LoadOptions> = {},
): Promise<Graph> {
  const graph = await tryExpand(files, options);
  if (typeof graph === "string") throw new Error(graph);
  return graph;
}

/** What is wrong with a workflow, as text. */
export async function problemsOf(
  files: string | TestFiles,
  options: Partial<LoadOptions> = {},
): Promise<string> {
  const graph = await tryExpand(files, options);
  if (typeof graph !== "string") throw new Error("the workflow is right");
  return graph;
}

/** Ids of the members of a stage. */
export function idsOf(graph: Graph, stage: string): string[] {
  return graph.members.filter((member) => member.stage === stage).map((member) => member.id);
}

/** A member by id, the one that counts. */
export function memberOf(graph: Graph, id: string): StageMember {
  const member = graph.members.find((candidate) => candidate.id === id && !candidate.replaced);
  if (member === undefined) {
    throw new Error(`no member ${id} among ${graph.members.map((other) => other.id).join(" ")}`);
  }
  return member;
}

/** What is bound to a port, as `id.output` or `file`, with coordinates where there are some. */
export function sourcesOf(graph: Graph, id: string, port: string): string[] {
  const bound = memberOf(graph, id).inputs[port];
  return bound === undefined ? [] : bound.sources.map((source) => {
    const from = "from" in source
      ? `${graph.members[source.from].id}.${source.output}`
      : source.file;
    const coords = Object.entries(source.coords).map(([name, value]) => `${name}=${value}`);
    return coords.length === 0 ? from : `${from} @${coords.join(",")}`;
  });
}
