// The file that workers run: takes a question, imports the bundle it names, answers. Workers are started without
// permissions; `confine` takes away the rest before any task's code is there.
// Leaves out the pool (worker_pool.ts).

import { err, ok, type Result } from "../core/result.ts";
import type { StageFailure } from "../core/executor.ts";
import type { SavedStates } from "../core/task.ts";
import { answerForBatch } from "./batch_answer.ts";
import { captureConsole, captureStreams } from "./capture_console.ts";
import { confine } from "./confine.ts";
import { CpuMeter } from "./cpu_meter.ts";
import { describeTask, resolveTask } from "./describe_task.ts";
import { EngineKeeper } from "./engine_keeper.ts";
import { type WatchedIntrinsics, watchIntrinsics } from "./intrinsics.ts";
import { engineWorld } from "./open_engine.ts";
import type { Answered, Answers, Message, Reply, Request, Sent } from "./protocol.ts";
import { Recorder } from "./recorded.ts";
import { type BundleExport, runJob, thrown } from "./run_job.ts";
import { seeThroughRecorders } from "./see_through.ts";
import { sendable } from "./sendable.ts";
import { StateLink } from "./state_link.ts";
import { TaskLog } from "./task_log.ts";

const scope = self as unknown as {
  postMessage?: (message: unknown, transfer: Transferable[]) => void;
};
const post = scope.postMessage!.bind(self) as (reply: Reply, transfer: Transferable[]) => void;
delete scope.postMessage;
const { compareExchange } = Atomics;
// From here to `confine`: what tasks may not do.
self.addEventListener("message", (event) => {
  const { data } = event as MessageEvent<Sent>;
  if ("requests" in data) void take(data);
  else link.answer(data);
});
// Errors that nobody awaits: report them in order, instead of on standard error.
self.addEventListener("error", (event) => {
  event.preventDefault();
  crash((event as ErrorEvent).error);
});
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  crash((event as PromiseRejectionEvent).reason);
});
const world = engineWorld();
const { monotonic, cpuSeconds, forget } = confine((frame) => frame.includes("blob:"));
seeThroughRecorders();
let log = logOf(0);
const printed = captureConsole(console, (line) => log.write(line));
captureStreams(printed.print);
const cpu = new CpuMeter(cpuSeconds);
const link = new StateLink();
const engines = new EngineKeeper(async (request) => {
  const { openEngine } = await import("../../gpu/runtime/engines.ts");
  return await openEngine(request, world);
});
let intrinsics: WatchedIntrinsics;
// Every task loads it, and it keeps global variables of its own.
const ready = import("zod").then(() => void (intrinsics = watchIntrinsics()));
const progressEveryMs = 50;
/** Answers wait for each other no longer than this. */
const maxHeldMs = 1;
const never = new AbortController().signal;
/** How many requests of the message at hand were begun: written by both threads. */
let begun: NonNullable<Message["begun"]>;
/** The bundle that was served last. */
let served: string | undefined;

/** Answers the requests of a message until they are taken back, several answers at a time if that is quick. */
async function take(message: Message): Promise<void> {
  begun = message.begun ?? begun;
  await ready;
  const { requests } = message;
  const { url } = requests[0];
  if (url !== served && served !== undefined) {
    if (intrinsics.replaced() !== undefined) return post({ type: "spoiled", answers: [] }, []);
    if (intrinsics.added() !== undefined) return post({ type: "unfit" }, []);
  }
  served = url;
  let answers: Answered[] = [];
  let transfer: Transferable[] = [];
  let heldSince = monotonic();
  const num = requests.length;
  for (let i = 0; i < num && compareExchange(begun, 0, i, i + 1) === i; i++) {
    answers[answers.length] = { id: requests[i].id, answer: await answer(requests[i], transfer) };
    if (i === num - 1 || monotonic() - heldSince < maxHeldMs) continue;
    if (!send(answers, transfer, false)) return;
    answers = [];
    transfer = [];
    heldSince = monotonic();
  }
  send(answers, transfer, true);
}

/** Sends answers, unless built-in objects were replaced meanwhile; then nothing more is answered. */
function send(answers: readonly Answered[], transfer: Transferable[], last: boolean): boolean {
  if (intrinsics.replaced() !== undefined) {
    // Of several, one may have changed what another computed.
    const only = answers.length === 1;
    postOr({ type: "spoiled", answers: only ? answers : [] }, only ? transfer : []);
    return false;
  }
  postOr({ type: "answers", answers, last }, transfer);
  return true;
}

/** Params that a schema made of functions or class instances cannot leave the worker: that is an answer, too. */
function postOr(reply: Extract<Reply, { answers: unknown }>, transfer: Transferable[]): void {
  try {
    post(reply, transfer);
  } catch (error) {
    // What is not answered is asked again, alone.
    const [{ id }, ...others] = reply.answers;
    post({ ...reply, answers: others.length > 0 ? [] : [{ id, answer: err(thrown(error)) }] }, []);
  }
}

async function answer(
  request: Request,
  transfer: Transferable[],
): Promise<Answered["answer"]> {
  printed.take();
  log = logOf(request.id);
  let given: Answered["answer"];
  try {
    const bundle = (await import(request.url)).default as BundleExport;
    given = await answerTo(request, bundle, transfer);
  } catch (error) {
    given = err(thrown(error));
  }
  if (!given.ok) given = err(withPrinted(given.error));
  log.end();
  forget();
  return given;
}

async function answerTo(
  request: Request,
  bundle: BundleExport,
  transfer: Transferable[],
): Promise<Result<Answers[keyof Answers], StageFailure>> {
  switch (request.type) {
    case "describe":
      return ok(describeTask(bundle));
    case "resolve":
      return ok(resolveTask(bundle, request.raw));
    case "run-many":
      return await answerForBatch(bundle, request.jobs, {
        ...(request.labels === undefined ? {} : {
          states: request.labels.map((labels, i) => labels && statesOf(request.id, i, labels)),
        }),
        signal: never,
        engines,
        cpu,
        now: monotonic,
        progress: progressOfMembers(request.id, request.jobs.length),
        isSpoiled: () => intrinsics.replaced() !== undefined,
        send(members, transfer) {
          log.flush();
          post({ type: "ended", id: request.id, members }, transfer);
        },
      });
    case "run": {
      const started = monotonic();
      cpu.start();
      const { job, labels, id } = request;
      const recorder = new Recorder(job.params);
      const plain = {
        signal: never,
        progress: progressOf(id),
        ...(labels === undefined ? {} : { states: statesOf(id, 0, labels) }),
      };
      const ran = await engines.use(
        job.engine,
        plain,
        (context) => runJob(bundle, job, context, recorder),
      );
      const seconds = (monotonic() - started) / 1000;
      const usage = { cpu_seconds: Math.round(1e6 * cpu.end(seconds)) / 1e6 };
      if (!ran.ok) return ran;
      const reads = recorder.reads();
      // The task may keep the originals (a cached picture, memory of a wasm module): copies leave.
      const { value, ...engine } = ran.value;
      const outputs = Object.fromEntries(
        Object.entries(value).map(([name, { kind, files }]) => [
          name,
          { kind, files: sendable(files, transfer) },
        ]),
      );
      return ok({ outputs, seconds, usage, ...engine, ...(reads === undefined ? {} : { reads }) });
    }
  }
}

/** What is saved after a built-in object was replaced might come out otherwise where it was not: it is not kept. */
function statesOf(id: number, member: number, labels: readonly string[]): SavedStates {
  return link.states(labels, (said, transfer) => {
    if (said.do === "save" && intrinsics.replaced() !== undefined) return;
    post({ type: "state", id, member, said }, transfer);
  });
}

/** All members of a batch together tell about as much as a few jobs of their own. */
function progressOfMembers(
  id: number,
  numMembers: number,
): (member: number, fraction: number, note?: string) => void {
  const told = new Map<number, ReturnType<typeof progressOf>>();
  const everyMs = progressEveryMs * Math.max(1, numMembers / 8);
  return (member, fraction, note) => {
    let tell = told.get(member);
    if (tell === undefined) told.set(member, tell = progressOf(id, member, everyMs));
    tell(fraction, note);
  };
}

function progressOf(
  id: number,
  member?: number,
  everyMs = progressEveryMs,
): (fraction: number, note?: string) => void {
  let last = -Infinity;
  let highest = 0;
  return (fraction, note) => {
    const now = monotonic();
    if (now - last < everyMs) return;
    last = now;
    highest = Math.max(highest, Math.min(1, Number(fraction) || 0));
    post(
      {
        type: "progress",
        id,
        fraction: highest,
        ...(member === undefined ? {} : { member }),
        ...(note === undefined ? {} : { note: String(note) }),
      },
      [],
    );
  };
}

function logOf(id: number): TaskLog {
  const send = (bytes: Uint8Array<ArrayBuffer>) => post({ type: "log", id, bytes }, [bytes.buffer]);
  return new TaskLog({ send, now: monotonic });
}

function crash(error: unknown): void {
  log.end();
  post({ type: "crashed", failure: withPrinted(thrown(error)) }, []);
}

/** The last lines that were printed help to find out why. */
function withPrinted(failure: StageFailure): StageFailure {
  const lines = printed.take();
  if (lines.length === 0) return failure;
  const message = `${failure.message}\nprinted before:\n${
    lines.map((line) => `  ${line}`).join("\n")
  }`;
  return { ...failure, message };
}
