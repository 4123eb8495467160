// Where imports lead inside a bundle, for esbuild and for the order of modules: a module of the project or of the
// user's folder, a package, or a built-in module. Modules are read through the table of modules, each once.

import { dirname, isAbsolute, join, resolve } from "@std/path";
import type { Loader, OnLoadResult, OnResolveResult, Plugin } from "esbuild-wasm";
import type { ImportGraph } from "./import_order.ts";
import { moduleName, type Modules, type ModuleStamp } from "./modules.ts";
import { type PackageSources, resolveBare } from "./packages.ts";

/** Where a bundle is made. */
export interface Place {
  readonly root: string;
  readonly imports: PackageSources["imports"];
  /** Folder of the task; files beside or below it may be imported. */
  readonly userFolder: string;
}

interface Source {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly stamp: ModuleStamp;
}

type Target = { readonly path: string } | Exclude<ReturnType<typeof resolveBare>, { kind: "file" }>;

/** Resolves and loads modules for one build. */
export class Resolver implements ImportGraph {
  readonly #place: Place;
  readonly #modules: Modules;
  readonly #sources = new Map<string, Source>();

  constructor(place: Place, modules: Modules) {
    this.#place = place;
    this.#modules = modules;
  }

  /** Name of the i-th generated entry. */
  entryName(index: number): string {
    return `entry:${index}`;
  }

  /** What was read, by esbuild's name for it. */
  sources(): ReadonlyMap<string, Source> {
    return new Map(Array.from(this.#sources, ([name, source]) => [`${namespace}:${name}`, source]));
  }

  // For the order of modules: of the project's own code only, by name.

  text(name: string): string | undefined {
    if (isUsers(name) || !/\.[jt]s$/.test(name)) return undefined;
    try {
      return new TextDecoder().decode(this.#load(name).bytes);
    } catch {
      return undefined;
    }
  }

  target(specifier: string, from: string): string | undefined {
    const target = this.#resolve(specifier, from);
    return "path" in target ? this.#nameOf(target.path) : undefined;
  }

  /** Project modules have no effects when imported (a rule of the rooms), so unused ones fall away. */
  plugin(entries: readonly string[]): Plugin {
    return {
      name: "basin",
      setup: (build) => {
        build.onResolve(
          { filter: /.*/ },
          ({ path, importer, kind, with: attributes }) =>
            kind === "entry-point"
              ? { path: path.slice(this.entryName(0).length - 1), namespace: "entry" }
              : this.#answer(this.#resolve(path, importer), attributes),
        );
        build.onLoad({ filter: /.*/, namespace: "entry" }, ({ path }) => ({
          contents: entries[Number(path)],
          loader: "js",
        }));
        build.onLoad({ filter: /.*/, namespace }, ({ path, pluginData }): OnLoadResult => {
          try {
            const { bytes } = this.#load(path);
            const contents = path.endsWith(".wgsl") ? withoutComments(bytes) : bytes;
            return { contents, loader: pluginData as Loader };
          } catch (error) {
            return { errors: [{ text: error instanceof Error ? error.message : String(error) }] };
          }
        });
      },
    };
  }

  #answer(target: Target, attributes: Readonly<Record<string, string>>): OnResolveResult {
    if ("path" in target) {
      const name = this.#nameOf(target.path);
      if (name.startsWith("user/..")) {
        const text = `${target.path} lies outside the folder of the task; ` +
          "only files beside or below it can be imported";
        return { errors: [{ text }] };
      }
      const pluginData = loaderOf(name, attributes);
      return { path: name, namespace, sideEffects: isUsers(name), pluginData };
    }
    switch (target.kind) {
      case "unknown":
        return { errors: [{ text: target.message }] };
      case "builtin":
      case "npm":
        return { path: target.specifier, external: true, sideEffects: false };
    }
  }

  #resolve(specifier: string, importer: string): Target {
    if (isAbsolute(specifier)) return { path: specifier };
    if (/^\.\.?\//.test(specifier)) {
      return { path: resolve(dirname(this.#pathOf(importer)), specifier) };
    }
    const found = resolveBare(specifier, this.#place.imports);
    return found.kind === "file" ? { path: join(this.#place.root, found.path) } : found;
  }

  #nameOf(path: string): string {
    return moduleName(path, this.#place.root, this.#place.userFolder);
  }

  #pathOf(name: string): string {
    const { root, userFolder } = this.#place;
    return isUsers(name) ? join(userFolder, name.slice("user/".length)) : join(root, name);
  }

  #load(name: string): Source {
    const known = this.#sources.get(name);
    if (known !== undefined) return known;
    const path = this.#pathOf(name);
    const source = { path, ...this.#modules.read(path) };
    this.#sources.set(name, source);
    return source;
  }
}

const namespace = "basin";

function isUsers(name: string): boolean {
  return name.startsWith("user/");
}

/** A shader without what follows `//`, so that words about it make nothing run again; lines stay where they were. */
function withoutComments(bytes: Uint8Array): Uint8Array | string {
  const text = new TextDecoder().decode(bytes);
  // Inside of a block, `//` is nothing special.
  return text.includes("/*") ? bytes : text.replace(/[ \t]*\/\/.*$/gm, "");
}

function loaderOf(path: string, attributes: Readonly<Record<string, string>>): Loader {
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
