// Gathers the environment of a run (core/environment.ts) within the rights that a run has: it reads files and starts
// no program. What Deno tells only with further rights (processor, memory) is recorded where these were given.

import { isAbsolute, join, relative, resolve } from "@std/path";
import { digestOf } from "../core/digest.ts";
import type {
  EngineFacts,
  Environment,
  MachineFacts,
  PackageVersion,
} from "../core/environment.ts";
import type { Graph } from "../workflow/graph.ts";
import { gitState } from "../world/git/git_state.ts";
import type { EngineChoice } from "./engine_choice.ts";
import type { Terminal } from "./terminal.ts";
import { basinVersion, denoVersion } from "./version.ts";

/** What the environment is gathered from. */
export interface EnvironmentInput {
  readonly terminal: Pick<Terminal, "root" | "cwd">;
  readonly graph: Pick<Graph, "file" | "profile" | "stages" | "members">;
  readonly engine: EngineChoice | null;
  /** The workflow file and the overrides after it, and those of `--set`. */
  readonly args: readonly string[];
  readonly sets?: readonly string[] | undefined;
  /** The command that repeats the run. */
  readonly command: string;
  readonly jobs: number;
}

/**
 * The environment of a run.
 *
 * @example
 * ```ts
 * import { environmentOf } from "#lib/cli/environment.ts";
 * import { assertEquals } from "@std/assert";
 * const graph = { file: "/p/flow.yaml", profile: null, stages: [], members: [] };
 * const terminal = { root: "/p", cwd: "/p" };
 * const args = ["/p/flow.yaml", "seed=1"];
 * const known = environmentOf({ terminal, graph, engine: null, args, command: "run /p/flow.yaml", jobs: 1 });
 * assertEquals([known.workflow, known.command], ["flow.yaml", "run flow.yaml"]);
 * ```
 */
export function environmentOf(input: EnvironmentInput): Environment {
  const { terminal: { root, cwd }, graph, engine, args, sets = [], command, jobs } = input;
  const file = resolve(cwd, graph.file);
  const lock = readText(join(root, "deno.lock"));
  const git = gitState(resolve(file, ".."), usedFiles(graph, cwd));
  const hide = (text: string) => withoutPaths(text, root);
  return {
    basin: basinVersion,
    deno: denoVersion,
    v8: Deno.version.v8,
    typescript: Deno.version.typescript,
    machine: machineFacts(),
    ...(engine === null ? {} : { engine: engineFacts(engine) }),
    packages: lock === undefined ? [] : lockedPackages(lock),
    ...(lock === undefined ? {} : { lock: digestOf(lock) }),
    ...(git === undefined ? {} : { git }),
    command: hide(command),
    workflow: relativeTo(root, file),
    ...(graph.profile === null ? {} : { profile: graph.profile }),
    overrides: [...args.slice(1), ...sets].map(hide),
    jobs,
  };
}

/**
 * A text in which paths below the project are relative to it, and of other absolute ones only the name is left.
 *
 * @example
 * ```ts
 * import { withoutPaths } from "#lib/cli/environment.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(withoutPaths("run /p/a.yaml data=/home/me/x.npy", "/p"), "run a.yaml data=…/x.npy");
 * assertEquals(withoutPaths("read /home/me: ENOENT", "/p"), "read …: ENOENT");
 * ```
 */
export function withoutPaths(text: string, root: string): string {
  if (!text.includes("/") && !text.includes("\\")) return text;
  return text.replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, "")
    .replace(/(?:\/home|\/Users|[A-Za-z]:\\Users)[/\\][^/\\\s'":;,)]+(?=$|[\s'":;,)])/g, "…")
    .replace(/(^|[\s='"(,:[])(?:file:\/\/)?(?:\/[^/\s'"():,]+)+\/([^/\s'"():,]+)/g, "$1…/$2")
    .replace(/[A-Za-z]:\\(?:[^\\\s'"]+\\)+([^\\\s'"]+)/g, "…/$1");
}

/**
 * The packages of a lock file (version 5), in order of their names.
 *
 * @example
 * ```ts
 * import { lockedPackages } from "#lib/cli/environment.ts";
 * import { assertEquals } from "@std/assert";
 * const lock = { specifiers: { "npm:a@^1": "1.2.0_b@2.0.0" }, npm: { "a@1.2.0_b@2.0.0": {}, "@x/b@2.0.0": {} } };
 * assertEquals(lockedPackages(JSON.stringify(lock)), [
 *   { name: "npm:@x/b", version: "2.0.0" },
 *   { name: "npm:a", version: "1.2.0", direct: true },
 * ]);
 * ```
 */
export function lockedPackages(lock: string): readonly PackageVersion[] {
  let locked: {
    readonly specifiers?: Readonly<Record<string, string>>;
    readonly npm?: Readonly<Record<string, { readonly integrity?: string }>>;
    readonly jsr?: Readonly<Record<string, { readonly integrity?: string }>>;
  };
  try {
    locked = JSON.parse(lock);
  } catch {
    return [];
  }
  const direct = new Set(
    Object.entries(locked.specifiers ?? {}).map(([specifier, version]) =>
      `${specifier.slice(0, specifier.indexOf("@", specifier.indexOf(":") + 2))}@${version}`
    ),
  );
  const found = new Map<string, PackageVersion>();
  for (const registry of ["npm", "jsr"] as const) {
    for (const [id, { integrity }] of Object.entries(locked[registry] ?? {})) {
      // What follows the version tells which other packages this copy was given.
      const [, plain, version] = /^(@?[^@]+)@([^_]+)/.exec(id) ?? [];
      if (version === undefined) continue;
      const name = `${registry}:${plain}`;
      const known = found.get(`${name}@${version}`);
      found.set(`${name}@${version}`, {
        name,
        version,
        ...(integrity === undefined ? {} : { integrity }),
        ...(direct.has(`${registry}:${id}`) || known?.direct ? { direct: true } : {}),
      });
    }
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

function machineFacts(): MachineFacts {
  const { os, arch } = Deno.build;
  const system = /^PRETTY_NAME="?([^"\n]+)"?$/m.exec(readText("/etc/os-release") ?? "")?.[1];
  const memory = maySee("systemMemoryInfo") ? Deno.systemMemoryInfo().total : undefined;
  return {
    os,
    ...(system === undefined ? {} : { system }),
    arch,
    ...processorName(),
    cpus: navigator.hardwareConcurrency,
    ...(memory === undefined ? {} : { memory }),
  };
}

/** Linux tells it in a file that Deno opens only for those who may do everything. */
function processorName(): { readonly processor?: string } {
  const path = "/proc/cpuinfo";
  if (Deno.build.os !== "linux" || !mayDoAll()) return {};
  const name = /^model name\s*: (.+)$/m.exec(readText(path) ?? "")?.[1]?.trim();
  return name === undefined ? {} : { processor: name };
}

function maySee(kind: "systemMemoryInfo"): boolean {
  return Deno.permissions.querySync({ name: "sys", kind }).state === "granted";
}

/** Asked for without asking the person: each right is looked up. */
function mayDoAll(): boolean {
  return (["read", "write", "net", "env", "sys", "run", "ffi"] as const)
    .every((name) => Deno.permissions.querySync({ name }).state === "granted");
}

function engineFacts({ name, numerics, policy, about }: EngineChoice): EngineFacts {
  const text = (key: string) => typeof about[key] === "string" ? { [key]: about[key] } : {};
  const vendor = /^webgpu-f32\/([a-z]+)/.exec(numerics)?.[1];
  const driver = vendor === "nvidia" ? nvidiaDriver() : undefined;
  return {
    name,
    numerics,
    policy,
    ...text("adapter"),
    ...(vendor === undefined ? {} : { vendor }),
    ...(driver === undefined ? {} : { driver }),
    ...text("backend"),
    ...(typeof about.software === "boolean" ? { software: about.software } : {}),
    ...(typeof about.limits === "object"
      ? { limits: about.limits as Readonly<Record<string, number>> }
      : {}),
  };
}

/** Deno says nothing of drivers; NVIDIA's has its version in the name of its library. */
function nvidiaDriver(): string | undefined {
  const folders = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/local/nvidia/lib64",
  ];
  for (const folder of folders) {
    try {
      const version = /\.so\.(\d+\.[\d.]+)$/.exec(Deno.realPathSync(join(folder, "libcuda.so.1")));
      if (version !== null) return version[1];
    } catch {
      // Not there.
    }
  }
  return undefined;
}

/** The workflow with the files that it extends, tasks outside of Basin, and files that stages read. */
function* usedFiles(
  { file, stages, members }: EnvironmentInput["graph"],
  cwd: string,
): Generator<string> {
  const named = new Set([file]);
  for (const { at } of stages) named.add(at.file);
  for (const { task, inputs } of members) {
    named.add(task.module);
    for (const port in inputs) {
      for (const source of inputs[port].sources) if ("file" in source) named.add(source.file);
    }
  }
  for (const path of named) yield resolve(cwd, path);
}

/**
 * A path below the project relative to it; of others only the name.
 *
 * @example
 * ```ts
 * import { relativeTo } from "#lib/cli/environment.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([relativeTo("/p", "/p/a/b"), relativeTo("/p", "/home/me/x")], ["a/b", "x"]);
 * ```
 */
export function relativeTo(root: string, file: string): string {
  const path = relative(root, file);
  return path.startsWith("..") || isAbsolute(path) ? file.slice(file.lastIndexOf("/") + 1) : path;
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
