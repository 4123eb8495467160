// Tiny tasks, graphs made of them, and all else that the engine wants of the world, in memory.
// A fake task hashes its params and inputs into a number, so that results differ where they should, and can be told
// to give few different values (`buckets`, for early cut-off), to fail, or to take its time.

import type { TaskHandle } from "#lib/core/catalogue.ts";
import type { Closure, ClosureSource } from "#lib/core/closure.ts";
import { type Digest, digestOf } from "#lib/core/digest.ts";
import type { Clock } from "#lib/core/disk.ts";
import { err, ok } from "#lib/core/result.ts";
import { diskInputFiles } from "#lib/workflow/input_files.ts";
import type {
  BoundPort,
  CommandSpec,
  Coords,
  Graph,
  Resources,
  RetryPolicy,
  Source,
  StageMember,
} from "#lib/workflow/graph.ts";
import type { KeyDeps } from "#lib/workflow/keys.ts";
import { DiskError } from "#lib/core/disk.ts";

/** One member of a fake graph. `from` names members that come before it. */
export interface FakeMember {
  readonly id: string;
  readonly task?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly from?: readonly string[];
  readonly files?: readonly string[];
  /** Whether the port asks for coordinates; then inputs are told apart by position. */
  readonly coords?: boolean;
  readonly numerics?: TaskHandle["numerics"];
  /** Its task may run several as one. Equal lists should be one object, so that handles are shared. */
  readonly fuse?: TaskHandle["fuse"];
  readonly timeoutSeconds?: number;
  /** Instead of a task: a `run:` stage. */
  readonly command?: CommandSpec;
  readonly resources?: readonly Resources[];
  readonly retry?: RetryPolicy;
  readonly keep?: "digest";
  /** `failed: omit` on the port `in`. */
  readonly omit?: boolean;
  /** Folder of the part that is taken, by producer. */
  readonly parts?: Readonly<Record<string, string>>;
  readonly pending?: true;
  /** The member whose table names this one: the port `rows`. */
  readonly maker?: string;
  /** Kind of the output `out`; `text` if nothing is said. */
  readonly kind?: string;
  /** Outputs instead of `out`. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Digest of what its task says of how it continues. */
  readonly continues?: Digest;
}

/** The spec of a fake command. */
export function fakeCommand(
  line: string,
  more: Partial<Pick<CommandSpec, "env" | "tools">> = {},
): CommandSpec {
  const outputs = { out: { kind: "text", path: "out/out", volatile: false } };
  return { command: { line, outputs, inputPaths: {} }, env: {}, tools: {}, ...more };
}

/** A graph of fake tasks: each has a port `in` (many) and an output `out`, both of kind `text`. */
export function fakeGraph(specs: readonly FakeMember[], workflow = "fake"): Graph {
  const indexes = new Map(specs.map(({ id }, index) => [id, index]));
  const members = specs.map((spec, index) => fakeMember(spec, index, indexes));
  const byStage = new Map<string, StageMember[]>();
  for (const member of members) {
    const known = byStage.get(member.stage);
    if (known === undefined) byStage.set(member.stage, [member]);
    else known.push(member);
  }
  const stages = [...byStage].map(([name, ofStage], i) => ({
    name,
    task: ofStage[0].task.name,
    description: "",
    axes: [],
    numMembers: ofStage.length,
    from: [],
    at: { file: `${workflow}.yaml`, line: i + 1, column: 1, endLine: i + 1, endColumn: 2 },
  }));
  return {
    workflow,
    description: "",
    file: `${workflow}.yaml`,
    profile: null,
    stages,
    members,
    warnings: [],
    resolved: "",
  };
}

function fakeMember(
  spec: FakeMember,
  index: number,
  indexes: ReadonlyMap<string, number>,
): StageMember {
  const sources: Source[] = (spec.from ?? []).map((id, i) => {
    const from = indexes.get(id);
    if (from === undefined || from >= index) throw new Error(`${spec.id}: no member ${id} before`);
    const folder = spec.parts?.[id];
    const part = folder === undefined ? {} : { part: { folder, kind: "text" } };
    return { from, output: "out", coords: { i } as Coords, ...part };
  });
  const files: Source[] = (spec.files ?? []).map((file) => ({ file, coords: {} }));
  const inputs: Record<string, BoundPort> = {};
  const port = { many: true, coords: spec.coords ?? false };
  const omit = spec.omit === true ? { omitFailed: true as const } : {};
  if (sources.length > 0) inputs.in = { kind: "text", ...port, ...omit, sources };
  if (spec.maker !== undefined) {
    const source: Source = { from: indexes.get(spec.maker)!, output: "out", coords: {} };
    inputs.rows = { kind: "table", many: false, coords: false, sources: [source] };
  }
  if (files.length > 0) inputs.files = { kind: "file", many: true, coords: false, sources: files };
  return {
    index,
    id: spec.id,
    stage: spec.id.split("[")[0],
    coords: {},
    task: fakeTask(
      spec.command === undefined ? spec.task ?? "mix" : "run",
      spec.numerics,
      spec.fuse,
    ),
    params: spec.params ?? {},
    members: {},
    inputs,
    outputs: spec.outputs ?? (spec.kind === undefined ? fakeOutputs : { out: spec.kind }),
    ...(spec.timeoutSeconds === undefined ? {} : { timeoutSeconds: spec.timeoutSeconds }),
    ...(spec.command === undefined ? {} : { command: spec.command }),
    ...(spec.resources === undefined ? {} : { resources: spec.resources }),
    ...(spec.retry === undefined ? {} : { retry: spec.retry }),
    ...(spec.keep === undefined ? {} : { keep: spec.keep }),
    ...(spec.pending === undefined ? {} : { pending: spec.pending }),
    ...(spec.continues === undefined ? {} : { continues: spec.continues }),
  };
}

const fakeOutputs = { out: "text" };
const handles = new Map<string, TaskHandle>();

/** A handle of a fake task; equal arguments give the same one. */
export function fakeTask(
  name: string,
  numerics: TaskHandle["numerics"] = "exact",
  fuse?: TaskHandle["fuse"],
): TaskHandle {
  const known = `${name} ${numerics} ${JSON.stringify(fuse)}`;
  let handle = handles.get(known);
  if (handle === undefined) {
    handle = {
      reference: name,
      name,
      summary: `The fake task ${name}.`,
      numerics,
      ...(fuse === undefined ? {} : { fuse }),
      module: `/fake/${name}.ts`,
      resolve: () => Promise.resolve(err([{ path: [], code: "fake", message: "fake" }])),
    };
    handles.set(known, handle);
  }
  return handle;
}

/** The bundle of a fake task, as the closure room would make it. */
export function fakeCode(name: string, version = 1): string {
  return `// tasks/${name}.ts
const text = {
  kind: "text",
  encode: (value) => ({ "text.txt": new TextEncoder().encode(value) }),
  decode: (files) => new TextDecoder().decode(files["text.txt"]),
};
const file = { kind: "file", encode: (data) => ({ data }), decode: (files) => files.data };
const many = (type) => ({ type, many: true, optional: true, coords: false });
function hash(value) {
  let h = 2166136261;
  for (let i = 0; i < value.length; i++) h = Math.imul(h ^ value.charCodeAt(i), 16777619);
  return h >>> 0;
}
const task = {
  name: ${JSON.stringify(name)}, summary: "", version: ${version}, numerics: "exact",
  inputs: { in: many(text), files: many(file) },
  outputs: { out: text },
  async run(context, params, inputs) {
    if (params.sleep_ms) {
      for (let i = 0; i < 5; i++) {
        await new Promise((resolve) => setTimeout(resolve, params.sleep_ms / 5));
        context.progress((i + 1) / 5);
      }
    }
    if (params.fail) throw new RangeError("told to fail");
    if (params.on_engine) void context.engine.numerics;
    const values = [...inputs.in, ...inputs.files].map(({ value }) => String(value));
    const h = hash(JSON.stringify([${JSON.stringify(name)}, ${version}, params, values]));
    return { out: String(params.buckets ? h % params.buckets : h) };
  },
  async runMany(context, members) {
    for (const member of members) {
      try {
        member.finish(await this.run(context, member.params, member.inputs));
      } catch (error) {
        member.fail(error);
      }
    }
  },
};
export default { task, members: {} };
`;
}

/** Closures of fake tasks. `versions` stands for edits: another version is other code. */
export function fakeClosures(
  versions: Readonly<Record<string, number>> = {},
  broken: Readonly<Record<string, string>> = {},
): ClosureSource & { readonly asked: string[] } {
  const asked: string[] = [];
  const known = new Map<string, Closure>();
  return {
    asked,
    closure(root) {
      asked.push(root);
      const name = root.replace(/^.*\/|\.ts$/g, "");
      if (broken[name] !== undefined) return Promise.resolve(err(broken[name]));
      const code = fakeCode(name, versions[name] ?? 1);
      const digest = digestOf(code);
      const modules = { [`tasks/${name}.ts`]: digest, "lib/shared.ts": digestOf("shared") };
      const closure = known.get(digest) ??
        { digest, modules, code: () => Promise.resolve(code) };
      known.set(digest, closure);
      return Promise.resolve(ok(closure));
    },
  };
}

/** Input files in memory. */
export function fakeFiles(files: Readonly<Record<string, string>> = {}) {
  return diskInputFiles({
    read: (path) =>
      files[path] === undefined
        ? Promise.reject(new DiskError("read", path, "ENOENT"))
        : Promise.resolve(new TextEncoder().encode(files[path])),
  });
}

/** What keys need. */
export function fakeDeps(changes: Partial<KeyDeps> = {}): KeyDeps & {
  readonly files: ReturnType<typeof fakeFiles>;
} {
  return {
    closures: fakeClosures(),
    memberModule: (room, name) => `/fake/${room}/${name}.ts`,
    files: fakeFiles(),
    engineClass: "ref-f64",
    deno: "2.9.6",
    ...changes,
  } as KeyDeps & { readonly files: ReturnType<typeof fakeFiles> };
}

/** The real clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Digest of a number as the tests write it. */
export function digestOfNumber(n: number): Digest {
  return digestOf(String(n));
}
