// Loading: files -> one workflow. Reads what `extends` names, lays profile and overrides over it, checks the shape.
// Leaves out what names mean: axes, stages and tasks are looked up by expand.ts.

import { join } from "@std/path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { DiskError } from "../core/disk.ts";
import { err, ok, type Result } from "../core/result.ts";
import { readParts } from "./file_parts.ts";
import { sizes } from "./limits.ts";
import { type Call, link } from "./link.ts";
import { merge, without } from "./merge.ts";
import { suggest } from "./nearest.ts";
import { applyOverrides } from "./overrides.ts";
import { parseYaml } from "./parse_yaml.ts";
import { knownKeys } from "./schema.ts";
import { Problems } from "./problems.ts";
import { type Place, SourceText } from "./source_text.ts";
import type { Setting, StageSpec } from "./stage_spec.ts";
import { childOf, type MapTree, plain, startOf, type Tree } from "./tree.ts";
import { warnOfUndeclared } from "./undeclared_files.ts";

/** What may change a workflow from outside. */
export interface LoadOptions {
  /** `path=value`, YAML on the right; see overrides.ts for what a path is. */
  readonly overrides: readonly string[];
  /** More of the same, from `--set`; applied after the others. */
  readonly sets?: readonly string[];
  readonly profile?: string;
}

/** A workflow as written, with extends, profile and overrides applied. */
export interface Workflow {
  readonly file: string;
  readonly name: string;
  readonly description: string;
  readonly profile: string | null;
  /** The whole of it; `extends` and `profiles` are gone. */
  readonly tree: MapTree;
  readonly params: MapTree | undefined;
  readonly axes: readonly Setting[];
  /** The stages that could be read, in file order, those of sub-workflows in their places. */
  readonly stages: readonly StageSpec[];
  /** Calls of sub-workflows, each after the one that it stands in. */
  readonly calls: readonly Call[];
  /** Stages that exist but could not be read. */
  readonly unreadable: ReadonlyMap<string, Place>;
  /** What is wrong so far. `expand` reports it with what it finds itself. */
  readonly problems: Problems;
}

/**
 * Loads a workflow. Text that cannot be parsed, files that cannot be read and unknown profiles fail here. What is
 * wrong with the shape is kept in `problems`, so that {@link expand} can report everything at once: a workflow
 * that loads may still be wrong, one that expands is right.
 *
 * @param readText reads a file, given a path like `file`; it throws if it cannot
 *
 * @example
 * ```ts
 * import { loadWorkflow } from "#lib/workflow/load.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const files: Record<string, string> = {
 *   "flows/a.yaml": "extends: [base.yaml]\nstages: { a: { task: dmd } }",
 *   "flows/base.yaml": "params: { seeds: 3 }",
 * };
 * const read = (path: string) => Promise.resolve(files[path]);
 * const loaded = await loadWorkflow("flows/a.yaml", read, { overrides: ["seeds=5"] });
 * assert(loaded.ok && !loaded.value.problems.failed);
 * assertEquals([loaded.value.name, loaded.value.stages.length], ["a", 1]);
 * ```
 */
export async function loadWorkflow(
  file: string,
  readText: (path: string) => Promise<string>,
  options: LoadOptions,
): Promise<Result<Workflow, Diagnostic[]>> {
  const problems = new Problems();
  try {
    const workflow = await load(file, readText, options, problems);
    return Array.isArray(workflow)
      ? err([...problems.errors(), ...workflow])
      : workflow === null
      ? err(problems.errors())
      : ok(workflow);
  } catch (error) {
    // The limits keep recursion shallow; should one have been forgotten, it is still a user's file, not a crash.
    if (!(error instanceof RangeError) || !/call stack/.test(error.message)) throw error;
    problems.error("too-deep", startOf(new SourceText(file, "")), "the file is nested too deeply");
    return err(problems.errors());
  }
}

async function load(
  file: string,
  readText: (path: string) => Promise<string>,
  options: LoadOptions,
  problems: Problems,
): Promise<Workflow | null | Diagnostic[]> {
  const reader: Reader = { readText, problems, syntax: [], trees: new Map(), chain: [] };
  const whole = await readFile(reader, file, null);
  if (whole === null) return reader.syntax;
  const profiled = applyProfile(whole, options.profile, problems);
  if (profiled === null) return null;
  const overrides = [...options.overrides, ...options.sets ?? []];
  const folder = new SourceText(file, "").folder;
  const before = problems.numErrors;
  const tree = applyOverrides(profiled, overrides, folder, problems);
  if (problems.numErrors > before) return null;

  const parts = await readParts(
    {
      problems,
      known: new Map(),
      chain: [file],
      open: (called, at) => openCalled(reader, called, at, options.profile),
    },
    file,
    tree,
  );
  if (reader.syntax.length > 0) return reader.syntax;
  const { stages, calls, unreadable } = link(parts, problems);
  await warnOfUndeclared(stages, readText, problems);
  return {
    file,
    name: nameOf(tree, file),
    description: descriptionOf(tree, whole, options.profile),
    profile: options.profile ?? null,
    tree: without(tree, ["profiles", "extends"]),
    params: parts.params,
    axes: parts.axes,
    stages,
    calls,
    unreadable,
    problems,
  };
}

/** A sub-workflow: with the profile of the same name, if it has one. */
async function openCalled(
  reader: Reader,
  file: string,
  at: Place,
  profile: string | undefined,
): Promise<MapTree | null> {
  const whole = await readFile(reader, file, at);
  if (whole === null) return null;
  const has = profile !== undefined && childOf(childOf(whole, "profiles"), profile) !== undefined;
  return has ? applyProfile(whole, profile, reader.problems) : whole;
}

function nameOf(tree: MapTree, file: string): string {
  const name = childOf(tree, "name");
  if (name?.kind === "scalar" && typeof name.value === "string") return name.value;
  const base = file.replace(/^.*[\\/]/, "").replace(/\.ya?ml$/, "");
  return base.replace(/[^A-Za-z0-9_.-]+/g, "_").replace(/^[.-]+/, "") || "workflow";
}

interface Reader {
  readonly readText: (path: string) => Promise<string>;
  readonly problems: Problems;
  /** Diagnostics of files whose syntax is wrong. */
  readonly syntax: Diagnostic[];
  /** Files that were read, with what they extend merged in; null if that failed. */
  readonly trees: Map<string, MapTree | null>;
  /** The files being read, each extending the next. */
  readonly chain: string[];
}

/** Reads a file and everything it extends. `named` is where another file names it. */
async function readFile(
  reader: Reader,
  file: string,
  named: Place | null,
): Promise<MapTree | null> {
  const { problems, chain, trees } = reader;
  const place = (text = "") => named ?? startOf(new SourceText(file, text));
  if (chain.includes(file)) {
    const circle = [...chain.slice(chain.indexOf(file)), file].join(" → ");
    problems.error("extends-cycle", place(), `files extend each other in a circle: ${circle}`);
    return null;
  }
  const known = trees.get(file);
  if (known !== undefined) return known;
  if (trees.size + chain.length >= sizes.files) {
    problems.error("too-many-files", place(), `over ${sizes.files} files are extended`);
    return null;
  }
  let text: string;
  try {
    text = await reader.readText(file);
  } catch (error) {
    problems.error("cannot-read", place(), `cannot read ${file}: ${reasonOf(error)}`, {
      hint: named === null
        ? undefined
        : "paths start from the folder of the file they are written in",
    });
    trees.set(file, null);
    return null;
  }
  const parsed = parseYaml(new SourceText(file, text));
  if (!parsed.ok) {
    reader.syntax.push(...parsed.error);
    trees.set(file, null);
    return null;
  }
  chain.push(file);
  const tree = await withBases(reader, parsed.value);
  chain.pop();
  trees.set(file, tree);
  return tree;
}

/** A file's tree laid over the files it extends. */
async function withBases(reader: Reader, tree: Tree): Promise<MapTree | null> {
  if (tree.kind !== "map") {
    const { source, start } = tree;
    const found = tree.kind === "list" ? "a list" : "a single value";
    reader.problems.error(
      "not-a-map",
      { source, start, end: start + 1 },
      `a workflow is a map with keys such as \`stages\`; found ${found}`,
    );
    return null;
  }
  const named = childOf(tree, "extends");
  if (named === undefined) return tree;
  const paths = named.kind === "list" ? named.items : [named];
  let base: MapTree | null | undefined;
  for (const path of paths) {
    // Values of another kind are left to the schema.
    if (path.kind !== "scalar" || typeof path.value !== "string") continue;
    const target = path.value.startsWith("/") ? path.value : join(path.source.folder, path.value);
    const read = await readFile(reader, target, path);
    if (read === null) base = null;
    else if (base !== null) base = base === undefined ? read : merge(base, read);
  }
  if (base === null) return null;
  return base === undefined ? tree : merge(without(base, ["extends"]), tree);
}

function reasonOf(error: unknown): string {
  // Deno's own errors go by name; those of core/disk.ts say what the system said.
  const name = error instanceof DiskError ? error.errno : error instanceof Error ? error.name : "";
  if (["NotFound", "ENOENT"].includes(name)) return "there is no such file";
  if (["NotCapable", "PermissionDenied", "EACCES", "EPERM"].includes(name)) {
    return "it may not be read";
  }
  if (["IsADirectory", "EISDIR"].includes(name)) return "it is a folder";
  return error instanceof Error ? error.message.split("\n")[0] : "it is not there";
}

function applyProfile(
  tree: MapTree,
  profile: string | undefined,
  problems: Problems,
): MapTree | null {
  if (profile === undefined) return tree;
  const entry = tree.entries.get("profiles");
  const profiles = entry?.value;
  const overlay = childOf(profiles, profile);
  if (overlay === undefined) {
    const known = profiles?.kind === "map" ? [...profiles.entries.keys()] : [];
    problems.error(
      "unknown-profile",
      entry?.key ?? startOf(tree.source),
      `there is no profile \`${profile}\``,
      { hint: suggest(profile, known, "profiles") },
    );
    return null;
  }
  if (overlay.kind !== "map") return tree;
  // Keys that no profile has are left to the schema, which sees all profiles. A profile says what it is for; the
  // question stays the workflow's.
  const apart = [...overlay.entries.keys()].filter((name) =>
    !knownKeys.profile.includes(name) ||
    (name === "description" && tree.entries.has("description"))
  );
  return merge(tree, without(overlay, apart));
}

/** What the workflow says of itself and, after it, what its profile says. */
function descriptionOf(tree: MapTree, whole: MapTree, profile: string | undefined): string {
  const textOf = (value: Tree | undefined) => value === undefined ? "" : String(plain(value));
  const own = textOf(childOf(tree, "description"));
  const overlay = profile === undefined ? undefined : childOf(childOf(whole, "profiles"), profile);
  const added = textOf(childOf(overlay, "description"));
  if (added === "" || own === added) return own;
  const sentence = (text: string) => text.trimEnd().replace(/[^.?!]$/, "$&.");
  return `${sentence(own)} Profile ${profile}: ${sentence(added)}`;
}
