// Code closures by esbuild, remembered on disk: a warm plan costs one stat per module and never starts the bundler.
// The memory is disposable; losing it costs about a second. Those that are asked for together are bundled together.

import { dirname, join } from "@std/path";
import type { Closure, ClosureSource } from "../core/closure.ts";
import { type Digest, digestOf, digestOfValue, hexOf } from "../core/digest.ts";
import type { Clock, Disk } from "../core/disk.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type BundleRequest, namedDigests } from "./bundle.ts";
import { BundleQueue } from "./bundle_queue.ts";
import { Modules, type ModuleStamp } from "./modules.ts";
import { integrityOf, type PackageSources } from "./packages.ts";

/** What closures are made with. */
export interface ClosureOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Absolute path of the project: `deno.json` and `deno.lock` lie there. */
  readonly root: string;
  /** Folder of the memory, or `null` to keep none. */
  readonly memory: string | null;
}

/** Raised when the bundler or its options change: remembered code then is not what would be made now. */
const memoryFormat = 5;

/** One remembered closure. */
interface Memory {
  readonly format: typeof memoryFormat;
  readonly digest: Digest;
  readonly code: Digest;
  readonly modules: Readonly<Record<string, ModuleStamp>>;
  readonly used: readonly string[];
  readonly packages: readonly string[];
  /** Digest of what the import map and the lock file say of this closure. */
  readonly surroundings: Digest;
}

/** Closures of tasks, each computed at most once per process. */
export class EsbuildClosures implements ClosureSource {
  readonly #options: ClosureOptions;
  readonly #modules: Modules;
  readonly #sources: PackageSources;
  readonly #known = new Map<string, Promise<Result<Closure, string>>>();
  readonly #bundles: BundleQueue;

  constructor(options: ClosureOptions) {
    this.#options = options;
    this.#modules = new Modules(options.disk, options.clock);
    this.#bundles = new BundleQueue(this.#modules);
    this.#sources = {
      imports: readJsonFile(options.disk, join(options.root, "deno.json")).imports ?? {},
      lock: readJsonFile(options.disk, join(options.root, "deno.lock")),
    };
  }

  closure(
    task: string,
    members: Readonly<Record<string, string>>,
  ): Promise<Result<Closure, string>> {
    const name = hexOf(digestOfValue([task, members]));
    const known = this.#known.get(name) ?? this.#find(name, task, members);
    this.#known.set(name, known);
    return known;
  }

  async #find(
    name: string,
    task: string,
    members: Readonly<Record<string, string>>,
  ): Promise<Result<Closure, string>> {
    const request = { root: this.#options.root, task, members, imports: this.#sources.imports };
    return await this.#recall(name, request) ?? await this.#make(name, request);
  }

  /** The remembered closure, if every module and package still is what it was. */
  async #recall(
    name: string,
    request: BundleRequest,
  ): Promise<Result<Closure, string> | undefined> {
    const { memory, disk } = this.#options;
    if (memory === null) return undefined;
    let remembered: Memory;
    try {
      remembered = JSON.parse(
        new TextDecoder().decode(disk.readSync(join(memory, `${name}.json`))),
      );
    } catch {
      return undefined;
    }
    if (remembered.format !== memoryFormat) return undefined;
    let moved = false;
    const stamps: Record<string, ModuleStamp> = {};
    for (const [path, before] of Object.entries(remembered.modules)) {
      const stamp = this.#modules.stamp(path, before);
      if (stamp === null || stamp.digest !== before.digest) return undefined;
      stamps[path] = stamp;
      moved ||= stamp.mtime !== before.mtime || stamp.size !== before.size;
    }
    if (this.#surroundings(remembered.packages) !== remembered.surroundings) return undefined;
    const codePath = join(memory, `${hexOf(remembered.code)}.js`);
    if (disk.stat(codePath) === undefined) return undefined;
    if (moved) await this.#keep(`${name}.json`, JSON.stringify({ ...remembered, modules: stamps }));
    return ok({
      digest: remembered.digest,
      modules: namedDigests({ modules: stamps, used: remembered.used }, request),
      packages: remembered.packages,
      code: () => this.#readCode(codePath, remembered.code, request),
    });
  }

  /** Code that is run is the code that was keyed, or none. */
  async #readCode(path: string, digest: Digest, request: BundleRequest): Promise<string> {
    try {
      const code = new TextDecoder().decode(await this.#options.disk.read(path));
      if (digestOf(code) === digest) return code;
    } catch {
      // Gone since it was looked at: made again below.
    }
    const made = await this.#bundles.add(request);
    if (!made.ok) throw new Error(made.error);
    if (digestOf(made.value.code) === digest) return made.value.code;
    throw new Error(`the code of ${request.task} changed while it was in use; start again`);
  }

  async #make(name: string, request: BundleRequest): Promise<Result<Closure, string>> {
    const made = await this.#bundles.add(request);
    if (!made.ok) return made;
    const { code, modules, used, packages } = made.value;
    const integrity: Record<string, Readonly<Record<string, string>>> = {};
    for (const specifier of packages) {
      const found = integrityOf(specifier, this.#sources.lock);
      if (typeof found === "string") return err(found);
      integrity[specifier] = found;
    }
    const codeDigest = digestOf(code);
    const digest = digestOfValue({ code: codeDigest, integrity });
    const memory: Memory = {
      format: memoryFormat,
      digest,
      code: codeDigest,
      modules,
      used,
      packages,
      surroundings: this.#surroundings(packages),
    };
    await this.#keep(`${hexOf(codeDigest)}.js`, code);
    await this.#keep(`${name}.json`, JSON.stringify(memory));
    return ok({
      digest,
      modules: namedDigests(made.value, request),
      packages,
      code: () => Promise.resolve(code),
    });
  }

  /** The import map decides where bare imports lead, the lock file what is behind them. */
  #surroundings(packages: readonly string[]): Digest {
    return digestOfValue([
      this.#sources.imports,
      packages.map((specifier) => integrityOf(specifier, this.#sources.lock)),
    ]);
  }

  /** Best effort: a memory that cannot be written only costs time. */
  async #keep(name: string, text: string): Promise<void> {
    const { memory, disk } = this.#options;
    if (memory === null) return;
    const path = join(memory, name);
    const part = `${path}.${crypto.randomUUID()}`;
    try {
      await disk.makeDirectory(dirname(path));
      await disk.create(part, new TextEncoder().encode(text));
      await disk.rename(part, path);
    } catch {
      // Read-only results: the next process bundles again.
    }
  }
}

// deno-lint-ignore no-explicit-any
function readJsonFile(disk: Pick<Disk, "readSync">, path: string): any {
  return JSON.parse(new TextDecoder().decode(disk.readSync(path)));
}
