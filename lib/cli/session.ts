// A session: what a command on a workflow works with, composed from all rooms. Opened, used, and disposed.

import { isAbsolute, join } from "@std/path";
import { EsbuildClosures } from "../closure/esbuild_closures.ts";
import type { Catalogue } from "../core/catalogue.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { World } from "../core/disk.ts";
import type { Executor } from "../core/executor.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Store } from "../core/store.ts";
import { CommandExecutor } from "../executors/command.ts";
import { outsideVariable } from "../executors/command_environment.ts";
import { commandFacts } from "../executors/command_facts.ts";
import { LocalExecutor, mayStartPrograms } from "../executors/local.ts";
import { rememberedAnswers } from "../executors/remembered_answers.ts";
import { sandboxedTask } from "../executors/sandboxed_task.ts";
import { WorkersExecutor } from "../executors/workers.ts";
import { githubAnnotations, renderDiagnostics } from "../report/diagnostics.ts";
import { type FsStore, openFsStore } from "../store/fs_store.ts";
import { memoryStore } from "../store/memory_store.ts";
import { expand } from "../workflow/expand.ts";
import type { Graph } from "../workflow/graph.ts";
import { diskInputFiles, type InputFiles } from "../workflow/input_files.ts";
import { loadWorkflow } from "../workflow/load.ts";
import { type ParamPlace, paramPlace } from "../workflow/param_place.ts";
import { type Plan, plan, type PlanDeps } from "../workflow/plan.ts";
import { selectMembers } from "../workflow/selection.ts";
import { denoWorld } from "../world/deno_world.ts";
import { tasks } from "#tasks/mod.ts";
import { createCatalogue } from "./catalogue.ts";
import { exitCodes } from "./command.ts";
import { chooseEngine, type EngineChoice, usesEngine } from "./engine_choice.ts";
import { engineProbe } from "./engine_probe.ts";
import { rooms } from "./rooms.ts";
import { readMachine } from "./machine.ts";
import type { Terminal } from "./terminal.ts";
import { basinVersion, denoVersion } from "./version.ts";

/** Options that every command on a workflow has. */
export interface SessionOptions {
  readonly profile?: string | undefined;
  readonly set?: readonly string[] | undefined;
  readonly results: string;
  readonly store?: string | undefined;
  readonly engine: "auto" | "webgpu" | "wasm" | "ref";
  /** Which `config/machine` holds. */
  readonly machine?: string | undefined;
  /** Classes of engines whose stored results do as well. */
  readonly accept?: readonly string[] | undefined;
}

/** An open session. If `failed` is not `null` it is the exit code, everything has been said, and the rest is absent. */
export interface Session extends AsyncDisposable {
  readonly failed: number | null;
  readonly world: World;
  readonly results: string;
  /** Absolute path of the store's folder. */
  readonly storeFolder: string;
  readonly store: Store;
  readonly executor: Executor;
  readonly graph: Graph;
  /** The engine of the run; `null` if no stage uses one. */
  readonly engine: EngineChoice | null;
  /** Where a param stands in the workflow's files. */
  readonly place: ParamPlace;
  readonly files: InputFiles;
  /** What keys are made of. */
  readonly keys: Omit<PlanDeps, "store" | "force" | "only">;
  plan(
    selection?: { readonly force?: readonly string[]; readonly only?: readonly string[] },
  ): Promise<Plan>;
  /** Indexes of the members that a glob means, in the graph as it was read or as a plan has let it grow. */
  match(glob: string, grown?: Graph): readonly number[];
}

/** Opens a session on `args[0]` with the overrides that follow it. */
export async function openSession(
  terminal: Terminal,
  args: readonly string[],
  options: SessionOptions,
  { store: withStore = true, jobs = terminal.numCpus }: { store?: boolean; jobs?: number } = {},
): Promise<Session> {
  const world = denoWorld();
  const results = resolvePath(terminal, options.results);
  const workers = new WorkersExecutor({ slots: jobs });
  // The terminal knows Basin's own variables; commands have those that their stages declare.
  const env = (name: string) => terminal.env(name) ?? outsideVariable(name);
  const mayStart = mayStartPrograms();
  const executor = new LocalExecutor({
    tasks: workers,
    commands: mayStart
      ? new CommandExecutor({ slots: jobs, work: join(results, "work"), world, env })
      : undefined,
  });
  const memory = join(results, "closures");
  const answers = rememberedAnswers(workers, world.disk, memory, `${denoVersion} ${basinVersion}`);
  const closures = new EsbuildClosures({
    disk: world.disk,
    clock: world.clock,
    root: terminal.root,
    memory,
  });
  const memberModule = (room: string, name: string) =>
    join(terminal.root, rooms[room].folder, `${name}.ts`);
  const catalogue = createCatalogue({
    root: terminal.root,
    tasks,
    rooms,
    userTask: (reference, module) =>
      sandboxedTask(reference, module, {
        closures,
        workers: answers,
        memberModule,
        memberNames: (room) => Object.keys(rooms[room]?.index ?? {}).sort(),
      }),
  });
  // Opened while the workflow is read: one waits for the disk, the other for the processor.
  const opening = withStore
    ? openResults(terminal, results, options.store)
    : Promise.resolve(memoryStore());
  opening.catch(() => {}); // told where it is awaited
  const read = await readGraph(terminal, world, catalogue, args, options);
  if (read === null) {
    await executor[Symbol.asyncDispose]();
    await opening.then((store) => store[Symbol.asyncDispose](), () => {});
    return failedSession(exitCodes.usage);
  }
  const { graph, place } = read;
  const chosen = withStore && usesEngine(graph)
    ? await engineOf(terminal, world, results, options)
    : ok(null);
  if (!chosen.ok) {
    terminal.err(chosen.error);
    await executor[Symbol.asyncDispose]();
    await opening.then((store) => store[Symbol.asyncDispose](), () => {});
    return failedSession(exitCodes.usage);
  }
  // Nobody waits for it, and a command that may not write goes without.
  answers.save().catch(() => {});
  const store: Store = await opening;
  const files = diskInputFiles(world.disk);
  const keys = {
    closures,
    memberModule,
    files,
    // Nothing has this class if no stage uses an engine.
    engineClass: chosen.value?.numerics ?? "none",
    ...(options.accept === undefined ? {} : { accept: options.accept }),
    deno: denoVersion,
    ...(mayStart
      ? { commands: commandFacts({ world, memory: join(results, "tools.json"), env }) }
      : {}),
  };
  return {
    failed: null,
    world,
    results,
    storeFolder: storeFolderOf(terminal, results, options.store),
    store,
    executor,
    graph,
    engine: chosen.value,
    place,
    files,
    keys,
    plan: (selection = {}) => plan(graph, { ...keys, store, ...selection }),
    match(glob, { members } = graph) {
      const { selected } = selectMembers(members, [glob]);
      return members.filter(({ index, replaced }) => selected[index] === 1 && replaced !== true)
        .map(({ index }) => index);
    },
    async [Symbol.asyncDispose]() {
      await answers.save();
      await executor[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

/** The engine that is asked for, on the command line or in the machine's settings. The error is ready to be shown. */
async function engineOf(
  terminal: Terminal,
  world: World,
  results: string,
  { engine, machine }: SessionOptions,
): Promise<Result<EngineChoice, string>> {
  const settings = readMachine(terminal, machine);
  if (settings === null) return err("");
  const asked = engine === "auto" ? settings.engine : engine;
  const chosen = await chooseEngine(asked, engineProbe(terminal, world, results));
  const from = engine === "auto" && asked !== "auto" ? ` (from ${settings.file})` : "";
  return chosen.ok ? chosen : err(`error: engine '${asked}'${from}: ${chosen.error}\n`);
}

/** Opens the store of a results folder, or a shared one. */
export function openResults(
  terminal: Terminal,
  results: string,
  store: string | undefined,
): Promise<FsStore> {
  return openFsStore(
    denoWorld(),
    storeFolderOf(terminal, results, store),
    {
      index: join(results, "index"),
      warn: (message) => terminal.err(`warning: ${message}\n`),
    },
  );
}

function storeFolderOf(terminal: Terminal, results: string, store: string | undefined): string {
  return store === undefined ? join(results, "store") : resolvePath(terminal, store);
}

/** Loads and expands the workflow; says what is wrong with it. */
async function readGraph(
  terminal: Terminal,
  { disk }: World,
  catalogue: Catalogue,
  [file, ...overrides]: readonly string[],
  options: SessionOptions,
): Promise<{ readonly graph: Graph; readonly place: ParamPlace } | null> {
  const readText = async (path: string) => new TextDecoder().decode(await disk.read(path));
  const workflow = await loadWorkflow(file, readText, {
    overrides,
    ...(options.set === undefined ? {} : { sets: options.set }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
  });
  if (!workflow.ok) return refuse(terminal, workflow.error);
  const graph = await expand(workflow.value, catalogue);
  if (!graph.ok) return refuse(terminal, graph.error);
  say(terminal, graph.value.warnings);
  return { graph: graph.value, place: paramPlace(workflow.value) };
}

function refuse(terminal: Terminal, diagnostics: readonly Diagnostic[]): null {
  say(terminal, diagnostics);
  return null;
}

function say(terminal: Terminal, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  terminal.err(
    renderDiagnostics(diagnostics, { colour: terminal.colour }),
  );
  if (terminal.env("GITHUB_ACTIONS") === "true") terminal.err(githubAnnotations(diagnostics, {}));
}

function resolvePath({ cwd }: Terminal, path: string): string {
  return isAbsolute(path) ? path : join(cwd, path);
}

/** A session that never opened. */
function failedSession(code: number): Session {
  const absent = () => {
    throw new Error("the session did not open");
  };
  return new Proxy(
    { failed: code, [Symbol.asyncDispose]: () => Promise.resolve() } as unknown as Session,
    {
      // `then` is asked for by `await`, which must not take the session for a promise.
      get: (target, name) =>
        name in target || name === "then" ? target[name as keyof Session] : absent(),
    },
  );
}
