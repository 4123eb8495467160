// The run command's work: plan, schedule, show, and leave a run folder. Everything that decides is elsewhere.

import { dirname, relative } from "@std/path";
import type { RunEvent } from "../core/event.ts";
import { stageOf } from "../report/format.ts";
import { EventFold } from "../report/record.ts";
import { Slowest } from "../report/slow_members.ts";
import { summaryText } from "../report/summary.ts";
import { scheduleInBatches } from "../scheduler/schedule.ts";
import type { RunEngine } from "../scheduler/run_engine.ts";
import type { StageMember } from "../workflow/graph.ts";
import { plan as planGraph } from "../workflow/plan.ts";
import { plannedBatches } from "../workflow/planned_batches.ts";
import { closingVerdictsOf, firstLook } from "./closing.ts";
import { exitCodes } from "./command.ts";
import type { Decoded } from "./collect.ts";
import { commandLine } from "./command_line.ts";
import { type EngineChoice, onProcessor } from "./engine_choice.ts";
import { tellGithub } from "./github.ts";
import { exitCodeOf, listenForSignals } from "./interruption.ts";
import { keepResults } from "./keep_results.ts";
import { livePage } from "./live_page.ts";
import { previousRun } from "./previous_run.ts";
import { publish, reportPath } from "./publish.ts";
import { environmentOf } from "./environment.ts";
import { firstFigure } from "./first_figure.ts";
import { planJson } from "./plan_json.ts";
import { exitCodeOfRun, nothingRan, requireStore, sinceStart } from "./run_end.ts";
import { writeRunCrate } from "./run_crate.ts";
import { runFile } from "./run_file.ts";
import { createRunFolder } from "./run_folder.ts";
import { runId } from "./run_id.ts";
import { runReporter } from "./run_reporter.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { type StageHistory, stageHistory } from "./stage_history.ts";
import { stageSizes } from "./stage_sizes.ts";
import type { Terminal } from "./terminal.ts";
import { sayUnknownStage } from "./unknown_stage.ts";
import { basinVersion, denoVersion } from "./version.ts";
import { readMachine } from "./machine.ts";
import { stageLogs } from "./stage_logs.ts";

/** Options of `run`. */
export interface RunOptions extends SessionOptions {
  readonly only?: readonly string[] | undefined;
  readonly force?: readonly string[] | undefined;
  readonly jobs?: number | undefined;
  readonly executor: "local" | "slurm";
  readonly machine?: string | undefined;
  readonly fail_fast: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Runs what is missing; returns the exit code. */
export async function runWorkflow(
  terminal: Terminal,
  args: readonly string[],
  options: RunOptions,
): Promise<number> {
  if (options.executor === "slurm") {
    terminal.err("error: the Slurm executor is not part of this version; leave --executor out\n");
    return exitCodes.usage;
  }
  const machine = readMachine(terminal, options.machine);
  if (machine === null) return exitCodes.usage;
  const jobs = options.jobs ?? machine.cpus ?? terminal.numCpus;
  await using session = await openSession(terminal, args, options, { jobs });
  if (session.failed !== null) return session.failed;
  const { world, store, results } = session;
  let { graph } = session;
  for (const glob of [...options.only ?? [], ...options.force ?? []]) {
    // Members that tables name are known once it is planned.
    if (graph.growing !== undefined || session.match(glob).length > 0) continue;
    sayUnknownStage(terminal, glob, graph);
    return exitCodes.usage;
  }
  const run = runId(world.clock.now(), crypto.getRandomValues(new Uint8Array(3)));
  // Reading every manifest takes a moment, which a run with nothing to do must not spend.
  let known: StageHistory | undefined;
  const history = () => known ??= stageHistory(store.manifests());
  const reporter = runReporter(terminal, options, {
    expected: (id) => history().expected(id, stageOf(id), ""),
    sizes: () => stageSizes(graph, options.only),
  });
  const say = (text: string) =>
    reporter.say === undefined ? terminal.err(text) : reporter.say(text);
  using interruption = listenForSignals(terminal, (text) => {
    if (!options.json) say(text);
  });
  const hasPrograms = graph.members.some(({ command }) => command !== undefined);
  const command = commandLine(args, { ...options, hasPrograms });
  const { engine } = session;
  // Before the first stage: files may be changed while it runs.
  const about = { terminal, graph, engine, args, sets: options.set, command, jobs };
  const environment = environmentOf(about);
  const previous = await previousRun(world.disk, results, graph);
  const folder = await createRunFolder(world.disk, results, graph.workflow, run);
  const logs = stageLogs(world.disk, folder.path);
  const fold = new EventFold();
  const slowest = new Slowest((id) => history().expected(id, stageOf(id), ""));
  const decoded: Decoded = new Map();
  const page = livePage({
    session: () => ({ graph, store, results, world }),
    record: () => fold.record(),
    previous,
    command,
    environment,
    folder,
    decoded,
  });
  let last: RunEvent | undefined;
  let origin = performance.now();
  const timer = setInterval(() => {
    // Events count from the start of the run, the process began earlier.
    reporter.tick?.(performance.now() - origin);
    // What goes wrong here goes wrong again when the folder is closed, and is told then.
    folder.flush().catch(() => {});
    logs.flush().catch(() => {});
    page.tick();
  }, 120);
  try {
    await folder.write("config.resolved.yaml", graph.resolved);
    const plan = await interruption.unlessStopped(planGraph(graph, {
      ...session.keys,
      store,
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(options.force === undefined ? {} : { force: options.force }),
    }));
    if (plan === undefined) {
      const interrupted = interruption.reason!;
      const event = { ...nothingRan(graph, relative(terminal.cwd, folder.path)), interrupted };
      folder.event(event);
      await folder.flush();
      if (options.json) reporter.event(event);
      else terminal.err("nothing was run yet\n");
      return exitCodeOf(interrupted);
    }
    graph = plan.graph;
    if (plan.unmatched.length > 0) {
      sayUnknownStage(terminal, plan.unmatched[0], graph);
      return exitCodes.usage;
    }
    const expectedSeconds = ({ id, stage, task }: StageMember) =>
      history().expected(id, stage, task.name);
    const places = { cores: jobs, oneDevice: session.engine?.name === "webgpu", expectedSeconds };
    await folder.write("plan.json", planJson(plan, plannedBatches(plan, places)));
    if (plan.counts.run > 0) {
      await requireStore(session);
      page.open();
      if (terminal.live && !options.json && !options.quiet) {
        terminal.err(`report, while it runs: ${reportPath(terminal, folder)}\n`);
      }
    }
    const first = firstFigure(plan);
    const stream = scheduleInBatches(graph, {
      ...(first === null ? {} : { first }),
      ...session.keys,
      ...(options.only === undefined ? {} : { only: options.only }),
      ...(options.force === undefined ? {} : { force: options.force }),
      planned: plan,
      store,
      executor: session.executor,
      clock: world.clock,
      files: session.files,
      jobs,
      machine: {
        cpus: jobs,
        ...(machine.memory === undefined ? {} : { memory: machine.memory }),
        slots: machine.slots,
      },
      log: logs.add,
      grown: (now) => graph = now,
      ...(session.engine === null ? {} : { engine: runEngine(session.engine) }),
      onFailure: options.fail_fast ? "stop" : "continue",
      expectedSeconds,
      run,
      basin: basinVersion,
      deno: denoVersion,
    }, interruption.signal);
    const show = (event: RunEvent) => {
      if (event.type === "run-started") origin = performance.now() - event.at;
      const shown = event.type === "run-finished"
        ? { ...event, run: relative(terminal.cwd, folder.path), ...sinceStart() }
        : event;
      last = shown;
      fold.add(shown);
      slowest.add(shown);
      folder.event(shown);
      page.event(shown);
      if (shown.type !== "run-finished" || !options.json) reporter.event(shown);
    };
    for await (const events of stream) for (const event of events) show(event);
  } catch (error) {
    // A store that failed is told by the caller; readers of events get their last line all the same.
    last ??= nothingRan(graph, relative(terminal.cwd, folder.path));
    if (options.json && last.type === "run-finished") reporter.event(last);
    await folder.flush().catch(() => {});
    await logs.flush().catch(() => {});
    await page.abandon();
    throw error;
  } finally {
    clearInterval(timer);
    reporter.close();
  }
  await logs.flush();
  const pageProblem = await page.close();
  const record = fold.record();
  await keepResults(terminal, session, run, record);
  const published = await publish({
    terminal,
    session: { graph, store, results, world },
    record,
    folder,
    command,
    environment,
    previous,
    decoded,
  }).catch(async (error) => {
    await page.abandon();
    throw error;
  });
  await folder.writeJson("run.json", runFile(record, { engine, environment, previous }));
  await writeRunCrate({
    terminal,
    session: { graph, store, results, world },
    record,
    folder,
    environment,
  });
  await folder.close();
  const home = dirname(folder.path);
  const verdicts = await closingVerdictsOf(world.disk, home, published.verdicts, previous?.run);
  if (options.json && last !== undefined) {
    // Said last, when the report lies there: whoever reads the line can open it.
    reporter.event(last.type === "run-finished" ? { ...last, ...sinceStart() } : last);
  } else {
    // What a person has waited, the report included.
    terminal.err(summaryText({ ...record, ...sinceStart() }, {
      columns: Math.min(terminal.columns(), 100),
      report: published.report,
      retry: command,
      verdicts,
      slowest: slowest.members,
      figure: firstLook(record, published.figures),
    }));
  }
  if (pageProblem !== undefined && !options.json) {
    terminal.err(`warning: the report could not be shown while the run went on: ${pageProblem}\n`);
  }
  tellGithub(terminal, graph, record, { verdicts, retry: command });
  return exitCodeOfRun(record, interruption.reason);
}

/** What stages compute on; a GPU that was found rather than asked for may be given up for the processor. */
function runEngine({ name, numerics, policy }: EngineChoice): RunEngine {
  const isFound = policy === "auto" && name === "webgpu";
  return { name, numerics, ...(isFound ? { fallback: onProcessor("wasm", "auto") } : {}) };
}
