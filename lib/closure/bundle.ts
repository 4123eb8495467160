// Bundles: the generated entries, esbuild's options, and its answer as code plus what the code was made of.
// Several at a time, because tasks share most of their modules and the bundler then reads each once.

import { dirname, join } from "@std/path";
import type { Metafile } from "esbuild-wasm";
import type { Digest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import { forbiddenBuiltin } from "./builtins.ts";
import { bundler } from "./esbuild.ts";
import { importOrder } from "./import_order.ts";
import { moduleName, type Modules, type ModuleStamp } from "./modules.ts";
import type { PackageSources } from "./packages.ts";
import { makesCode } from "./makes_code.ts";
import { Resolver } from "./resolver.ts";

/** What is to be bundled. Paths are absolute. */
export interface BundleRequest {
  readonly root: string;
  /** Module of the task. */
  readonly task: string;
  /** Modules of the chosen members by `room/name`. */
  readonly members: Readonly<Record<string, string>>;
  readonly imports: PackageSources["imports"];
}

/** A bundle and its parts. */
export interface Bundled {
  readonly code: string;
  /**
   * Stamps of all modules that were looked at, by absolute path. Those that left no byte in the code decide about
   * it too: through a constant that was put in where it is used, or by passing on what others export.
   */
  readonly modules: Readonly<Record<string, ModuleStamp>>;
  /** Paths of the modules that the code consists of. */
  readonly used: readonly string[];
  /** npm specifiers that the code imports. */
  readonly packages: readonly string[];
}

/**
 * Bundles tasks with their members, all in one project, and all inside it or in one folder outside it. The
 * errors are one sentence each.
 *
 * @example
 * ```ts
 * import { bundle } from "#lib/closure/bundle.ts";
 * import { Modules } from "#lib/closure/modules.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assert } from "@std/assert";
 * const text = new TextEncoder().encode("export default { run: () => 1 } // one");
 * const stat = denoDisk().stat("deno.json")!;
 * const modules = new Modules({ stat: () => stat, readSync: () => text }, { now: () => 0 });
 * const [made] = await bundle([{ root: "/p", task: "/p/tasks/one.ts", members: {}, imports: {} }], modules);
 * assert(made.ok && !made.value.code.includes("// one"));
 * ```
 */
export async function bundle(
  requests: readonly BundleRequest[],
  modules: Modules,
): Promise<Result<Bundled, string>[]> {
  const made = await build(requests, modules);
  if (made.ok) return made.value;
  if (requests.length === 1) return [err(made.error)];
  // One of them is at fault: each for itself shows which.
  const each: Result<Bundled, string>[] = [];
  for (const request of requests) each.push(...await bundle([request], modules));
  return each;
}

async function build(
  requests: readonly BundleRequest[],
  modules: Modules,
): Promise<Result<Result<Bundled, string>[], string>> {
  const [{ root, imports, task }] = requests;
  const resolver = new Resolver({ root, imports, userFolder: dirname(task) }, modules);
  const entries = requests.map((request) => entryOf(request, resolver));
  const { build } = await bundler();
  try {
    const { outputFiles = [], metafile } = await build({
      entryPoints: entries.map((_, i) => ({ in: resolver.entryName(i), out: String(i) })),
      outdir: "/",
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      target: "esnext",
      platform: "neutral",
      minifyWhitespace: true,
      // Formatters add and drop braces; this brings both forms to one. It folds no floating-point arithmetic.
      minifySyntax: true,
      legalComments: "none",
      treeShaking: true,
      // Where a module lies differs between machines.
      define: { "import.meta.url": '"basin:task"' },
      charset: "utf8",
      logLevel: "silent",
      logOverride: {
        "direct-eval": "error",
        "ignored-bare-import": "error",
        "unsupported-dynamic-import": "error",
        "unsupported-require-call": "error",
      },
      plugins: [resolver.plugin(entries)],
    });
    return ok(
      await Promise.all(requests.map(async (_, i) => {
        const code = outputFiles.find(({ path }) => path === `/${i}.js`)!.text;
        const made = await makesCode(code);
        if (made !== undefined) {
          return err(`its code makes code from text (${made}), which no digest can cover`);
        }
        const forbidden = forbiddenBuiltin(code, outputOf(metafile!, i).imports);
        if (forbidden !== undefined) {
          return err(
            `it imports ${forbidden}, which is not there for tasks; what they need comes in as params, inputs and \`files\``,
          );
        }
        return ok({ code, ...partsOf(metafile!, i, resolver) });
      })),
    );
  } catch (error) {
    return err(reasonOf(error));
  }
}

/**
 * Imports the task and its members. Before them, everything of the project that they reach, in an order that
 * does not depend on how anybody wrote it down; nothing of it stays in the code for that.
 */
function entryOf({ root, task, members }: BundleRequest, resolver: Resolver): string {
  const names = Object.keys(members).sort();
  const roots = [task, ...names.map((name) => members[name])]
    .map((path) => moduleName(path, root, dirname(task)));
  const order = importOrder(roots, resolver).filter((name) => !roots.includes(name));
  return [
    ...order.map((name, i) => `import * as order${i} from ${JSON.stringify(join(root, name))};`),
    `import task from ${JSON.stringify(task)};`,
    ...names.map((name, i) => `import m${i} from ${JSON.stringify(members[name])};`),
    `export default { task, members: { ${
      names.map((name, i) => `${JSON.stringify(name)}: m${i}`).join(", ")
    } } };`,
  ].join("\n");
}

function partsOf(metafile: Metafile, index: number, resolver: Resolver): Omit<Bundled, "code"> {
  const output = outputOf(metafile, index);
  const reached = new Set<string>();
  const open = [output.entryPoint!];
  for (let name; (name = open.pop()) !== undefined;) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const { path, external } of metafile.inputs[name].imports) if (!external) open.push(path);
  }
  const isEntry = (name: string) => name === output.entryPoint;
  const inCode = Object.keys(output.inputs).filter((name) => !isEntry(name));
  // What they import without a byte of its own in the code was put in, or only passes on.
  const used = new Set(inCode.flatMap((name) => [
    name,
    ...metafile.inputs[name].imports.filter(({ external }) => !external).map(({ path }) => path),
  ]));
  const sources = resolver.sources();
  const modules: Record<string, ModuleStamp> = {};
  for (const name of reached) {
    if (isEntry(name)) continue;
    const { path, stamp } = sources.get(name)!;
    modules[path] = stamp;
  }
  return {
    modules,
    used: [...used].map((name) => sources.get(name)!.path).sort(),
    packages: [...new Set(output.imports.map(({ path }) => path))]
      .filter((path) => path.startsWith("npm:")).sort(),
  };
}

function outputOf(metafile: Metafile, index: number): Metafile["outputs"][string] {
  return metafile.outputs[`${index}.js`] ?? metafile.outputs[`/${index}.js`];
}

/** The first of esbuild's messages, with its place. */
function reasonOf(error: unknown): string {
  const first =
    (error as { errors?: { text: string; location?: { file: string; line: number } | null }[] })
      .errors?.[0];
  if (first === undefined) return error instanceof Error ? error.message : String(error);
  const file = first.location?.file.replace(/^[a-z]+:/, "").replace(/^user\//, "./");
  // The generated entries have numbers for names and mean nothing to anybody.
  if (file === undefined || /^\d+$/.test(file)) return first.text;
  return `${file}:${first.location!.line}: ${first.text}`;
}

/**
 * Digest of each module of a bundle by its name there.
 *
 * @example
 * ```ts
 * import { namedDigests } from "#lib/closure/bundle.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const digest = digestOf("x");
 * const modules = { "/p/lib/a.ts": { size: 1, mtime: 0, checked: 0, digest } };
 * const named = namedDigests({ modules, used: ["/p/lib/a.ts"] }, { root: "/p", task: "/p/tasks/t.ts" });
 * assertEquals(named, { "lib/a.ts": digest });
 * ```
 */
export function namedDigests(
  { modules, used }: Pick<Bundled, "modules" | "used">,
  { root, task }: Pick<BundleRequest, "root" | "task">,
): Readonly<Record<string, Digest>> {
  return Object.fromEntries(
    used.map((path) => [moduleName(path, root, dirname(task)), modules[path].digest] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
