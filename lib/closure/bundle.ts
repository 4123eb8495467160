// One bundle: the generated entry, the resolution of imports, and esbuild's answer as code plus what it was made of.

import { dirname, isAbsolute, join, resolve } from "@std/path";
import type { Loader, Plugin } from "esbuild-wasm";
import type { Digest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import { bundler } from "./esbuild.ts";
import { moduleName, type Modules, type ModuleStamp } from "./modules.ts";
import { type PackageSources, resolveBare } from "./packages.ts";

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
  /** Stamps of the source modules by absolute path, those of unused modules left out. */
  readonly modules: Readonly<Record<string, ModuleStamp>>;
  /** npm specifiers that the code imports. */
  readonly packages: readonly string[];
}

/**
 * Bundles a task with its members; the error is one sentence.
 *
 * @example
 * ```ts
 * import { bundle } from "#lib/closure/bundle.ts";
 * import { Modules } from "#lib/closure/modules.ts";
 * import { assert } from "@std/assert";
 * const text = new TextEncoder().encode("export default { run: () => 1 } // one");
 * const stat = { size: 1, mtime: 0, ino: 1, isFile: true, isDirectory: false, isSymlink: false };
 * const modules = new Modules({ stat: () => stat, readSync: () => text }, { now: () => 0 });
 * const made = await bundle({ root: "/p", task: "/p/tasks/one.ts", members: {}, imports: {} }, modules);
 * assert(made.ok && !made.value.code.includes("// one"));
 * ```
 */
export async function bundle(
  request: BundleRequest,
  modules: Modules,
): Promise<Result<Bundled, string>> {
  const stamps = new Map<string, ModuleStamp>();
  const packages = new Set<string>();
  const { build } = await bundler();
  try {
    const result = await build({
      stdin: { contents: entryOf(request), resolveDir: "/", loader: "js", sourcefile: "entry" },
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
      charset: "utf8",
      logLevel: "silent",
      logOverride: {
        "direct-eval": "error",
        "unsupported-dynamic-import": "error",
        "unsupported-require-call": "error",
      },
      plugins: [resolver(request, modules, stamps, packages)],
    });
    const code = new TextDecoder().decode(result.outputFiles![0].contents);
    const made = /\bnew Function\b|\bFunction\(/.exec(code);
    if (made !== null) {
      return err("its code makes functions from text (Function), which no digest can cover");
    }
    return ok({
      code,
      modules: usedModules(result.metafile!, request, stamps),
      packages: usedPackages(result.metafile!, packages),
    });
  } catch (error) {
    return err(reasonOf(error));
  }
}

function entryOf({ task, members }: BundleRequest): string {
  const names = Object.keys(members).sort();
  return [
    `import task from ${JSON.stringify(task)};`,
    ...names.map((name, i) => `import m${i} from ${JSON.stringify(members[name])};`),
    `export default { task, members: { ${
      names.map((name, i) => `${JSON.stringify(name)}: m${i}`).join(", ")
    } } };`,
  ].join("\n");
}

function resolver(
  { root, task, imports }: BundleRequest,
  modules: Modules,
  stamps: Map<string, ModuleStamp>,
  packages: Set<string>,
): Plugin {
  const userFolder = dirname(task);
  const pathOf = new Map<string, string>();
  return {
    name: "basin",
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path, importer, with: attributes }) => {
        const target = isAbsolute(path)
          ? path
          : path.startsWith("./") || path.startsWith("../")
          ? resolve(dirname(pathOf.get(importer) ?? "/"), path)
          : undefined;
        if (target === undefined) {
          const found = resolveBare(path, imports);
          if (found.kind === "unknown") return { errors: [{ text: found.message }] };
          if (found.kind === "builtin") return { path, external: true, sideEffects: false };
          if (found.kind === "npm") {
            packages.add(found.specifier);
            return { path: found.specifier, external: true, sideEffects: false };
          }
          return place(join(root, found.path), attributes);
        }
        return place(target, attributes);
      });
      build.onLoad({ filter: /.*/, namespace: "basin" }, ({ path, pluginData }) => {
        const file = pathOf.get(path)!;
        const { bytes, stamp } = modules.read(file);
        stamps.set(path, stamp);
        return { contents: bytes, loader: pluginData as Loader };
      });
    },
  };

  /** Project modules have no effects when imported (a rule of the rooms), so unused ones fall away. */
  function place(path: string, attributes: Record<string, string>) {
    const name = moduleName(path, root, userFolder);
    if (name.startsWith("user/..")) {
      return {
        errors: [{
          text:
            `${path} lies outside the folder of the task; only files beside or below it can be imported`,
        }],
      };
    }
    pathOf.set(name, path);
    return {
      path: name,
      namespace: "basin",
      sideEffects: name.startsWith("user/"),
      pluginData: loaderOf(path, attributes),
    };
  }
}

function loaderOf(path: string, attributes: Record<string, string>): Loader {
  switch (attributes.type) {
    case "text":
      return "text";
    case "bytes":
      return "binary";
    case "json":
      return "json";
  }
  if (path.endsWith(".ts")) return "ts";
  return path.endsWith(".json") ? "json" : "js";
}

type Metafile = NonNullable<
  Awaited<ReturnType<Awaited<ReturnType<typeof bundler>>["build"]>>["metafile"]
>;

/** Only modules with bytes in the bundle; types and what was shaken off are not part of it. */
function usedModules(
  metafile: Metafile,
  request: BundleRequest,
  stamps: ReadonlyMap<string, ModuleStamp>,
): Record<string, ModuleStamp> {
  const output = Object.values(metafile.outputs)[0];
  const used: Record<string, ModuleStamp> = {};
  const userFolder = dirname(request.task);
  for (const input of Object.keys(output.inputs)) {
    const name = input.replace(/^basin:/, "");
    const stamp = stamps.get(name);
    if (stamp === undefined) continue;
    used[name.startsWith("user/") ? join(userFolder, name.slice(5)) : join(request.root, name)] =
      stamp;
  }
  return used;
}

function usedPackages(metafile: Metafile, packages: ReadonlySet<string>): readonly string[] {
  const output = Object.values(metafile.outputs)[0];
  return [...new Set(output.imports.map(({ path }) => path))].filter((path) => packages.has(path))
    .sort();
}

/** The first of esbuild's messages, with its place. */
function reasonOf(error: unknown): string {
  const first =
    (error as { errors?: { text: string; location?: { file: string; line: number } | null }[] })
      .errors?.[0];
  if (first === undefined) return error instanceof Error ? error.message : String(error);
  const place = first.location === undefined || first.location === null
    ? ""
    : `${first.location.file.replace(/^basin:/, "")}:${first.location.line}: `;
  return place + first.text;
}

/**
 * Digest of each module by its name in bundles.
 *
 * @example
 * ```ts
 * import { namedDigests } from "#lib/closure/bundle.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const digest = digestOf("x");
 * const modules = { "/p/lib/a.ts": { size: 1, mtime: 0, checked: 0, digest } };
 * assertEquals(namedDigests({ modules }, { root: "/p", task: "/p/tasks/t.ts" }), { "lib/a.ts": digest });
 * ```
 */
export function namedDigests(
  bundled: Pick<Bundled, "modules">,
  request: Pick<BundleRequest, "root" | "task">,
): Readonly<Record<string, Digest>> {
  return Object.fromEntries(
    Object.entries(bundled.modules)
      .map(([path, { digest }]) =>
        [moduleName(path, request.root, dirname(request.task)), digest] as const
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
