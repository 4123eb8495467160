// The parts of one workflow file: stages, calls of sub-workflows, inputs and outputs, with names as the file has them.
// Reads the files of sub-workflows, each once. Leaves out what names mean across files (link.ts).

import { join } from "@std/path";
import { type CallSpec, readCall } from "./call_spec.ts";
import { checkSchema } from "./check_schema.ts";
import { type Named, readSettings, type Setting } from "./input_spec.ts";
import { sizes } from "./limits.ts";
import { nearest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import type { Place } from "./source_text.ts";
import { readStage, type StageSpec } from "./stage_spec.ts";
import { childOf, type MapTree, plain, startOf } from "./tree.ts";

/** One stage of a file, or a call of a sub-workflow; `parts` is null if that could not be read. */
export type Item =
  | { readonly kind: "stage"; readonly spec: StageSpec }
  | { readonly kind: "call"; readonly spec: CallSpec; readonly parts: FileParts | null };

/** One workflow file with extends and profile applied. */
export interface FileParts {
  readonly file: string;
  readonly tree: MapTree;
  readonly params: MapTree | undefined;
  readonly axes: readonly Setting[];
  /** Declared inputs with their kinds. */
  readonly inputs: readonly (Named & { readonly kind: string })[];
  /** Declared outputs; values are references to stages. */
  readonly outputs: readonly Setting[];
  /** In file order. */
  readonly items: readonly Item[];
  /** Stages that exist but could not be read. */
  readonly unreadable: ReadonlyMap<string, Place>;
}

/** What reading files needs. */
export interface PartsReader {
  readonly problems: Problems;
  /** Files that were read as sub-workflows. */
  readonly known: Map<string, FileParts | null>;
  /** The files being read, each calling the next. */
  readonly chain: string[];
  /** The tree of a sub-workflow with extends and profile applied; null if it cannot be read, which is reported. */
  open(file: string, at: Place): Promise<MapTree | null>;
}

/**
 * Reads the parts of a file and of every sub-workflow that it calls.
 *
 * @example
 * ```ts
 * import { readParts } from "#lib/workflow/file_parts.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "stages: { a: { task: dmd } }"));
 * assert(tree.ok && tree.value.kind === "map");
 * const reader = { problems: new Problems(), known: new Map(), chain: ["a.yaml"], open: () => Promise.resolve(null) };
 * assertEquals((await readParts(reader, "a.yaml", tree.value)).items.length, 1);
 * ```
 */
export async function readParts(
  reader: PartsReader,
  file: string,
  tree: MapTree,
): Promise<FileParts> {
  const { problems } = reader;
  const broken = checkSchema(tree, problems);
  const items: Item[] = [];
  const unreadable = new Map<string, Place>();
  const stages = childOf(tree, "stages");
  for (const [name, entry] of stages?.kind === "map" ? stages.entries : []) {
    const usable = !broken.has(name);
    const call = usable ? readCall(name, entry, problems) : null;
    if (call !== null) {
      const parts = await readCalled(reader, call);
      if (parts === null) unreadable.set(name, entry.key);
      items.push({ kind: "call", spec: call, parts });
      continue;
    }
    const spec = usable ? readStage(name, items.length, entry, problems) : null;
    if (spec !== null) {
      items.push({ kind: "stage", spec });
      continue;
    }
    unreadable.set(name, entry.key);
    if (!usable) continue;
    // In a profile this is most often the name of another stage, misspelt.
    const near = nearest(name, items.map((item) => item.spec.name));
    problems.error("missing-key", entry.key, `the stage \`${name}\` needs the key \`task\``, {
      hint: near === undefined ? undefined : `or is \`${near}\` meant?`,
    });
  }
  if (items.length + unreadable.size === 0) {
    const at = tree.entries.get("stages")?.key ?? startOf(tree.source);
    problems.error("no-stages", at, "the workflow has no stages", {
      hint: "add `stages:` with at least one stage under it",
    });
  }
  const params = childOf(tree, "params");
  return {
    file,
    tree,
    params: params?.kind === "map" ? params : undefined,
    axes: readSettings(childOf(tree, "axes")),
    inputs: readSettings(childOf(tree, "inputs"))
      .map(({ name, at, value }) => ({ name, at, kind: String(plain(value)) })),
    outputs: readSettings(childOf(tree, "outputs")),
    items,
    unreadable,
  };
}

/** The file that a call names. */
async function readCalled(reader: PartsReader, call: CallSpec): Promise<FileParts | null> {
  const { problems, chain, known } = reader;
  const { name: path, at } = call.workflow;
  const file = path.startsWith("/") ? path : join(at.source.folder, path);
  if (chain.includes(file)) {
    const circle = [...chain.slice(chain.indexOf(file)), file].join(" → ");
    problems.error("workflow-cycle", at, `workflows call each other in a circle: ${circle}`);
    return null;
  }
  if (chain.length > sizes.calls) {
    problems.error("too-deep", at, `sub-workflows call each other over ${sizes.calls} deep`);
    return null;
  }
  const read = known.get(file);
  if (read !== undefined) return read;
  const tree = await reader.open(file, at);
  let parts: FileParts | null = null;
  if (tree !== null) {
    chain.push(file);
    parts = await readParts(reader, file, tree);
    chain.pop();
  }
  known.set(file, parts);
  return parts;
}
