// The file that workers run: takes a question, imports the bundle it names, answers. Workers are started without
// permissions; `confine` takes away the rest before any task's code is there.
// Leaves out the pool (worker_pool.ts).

import { err, ok, type Result } from "../core/result.ts";
import type { StageFailure } from "../core/executor.ts";
import type { OutputBytes } from "../core/store.ts";
import { captureConsole, captureStreams } from "./capture_console.ts";
import { confine } from "./confine.ts";
import { describeTask, resolveTask } from "./describe_task.ts";
import { watchIntrinsics } from "./intrinsics.ts";
import type { Answers, Reply, Request } from "./protocol.ts";
import { Recorder } from "./recorded.ts";
import { type BundleExport, type JobData, runJob, thrown } from "./run_job.ts";
import { seeThroughRecorders } from "./see_through.ts";
import { TaskLog } from "./task_log.ts";

const scope = self as unknown as {
  postMessage?: (message: unknown, transfer: Transferable[]) => void;
};
const post = scope.postMessage!.bind(self) as (reply: Reply, transfer: Transferable[]) => void;
delete scope.postMessage;
// From here to `confine`: what tasks may not do.
self.addEventListener("message", (event) => void answer((event as MessageEvent<Request>).data));
// Errors that nobody awaits: report them in order, instead of on standard error.
self.addEventListener("error", (event) => {
  event.preventDefault();
  crash((event as ErrorEvent).error);
});
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  crash((event as PromiseRejectionEvent).reason);
});
const { monotonic, cpuSeconds, forget } = confine((frame) => frame.includes("blob:"));
seeThroughRecorders();
let log = logOf(0);
const printed = captureConsole(console, (line) => log.write(line));
captureStreams(printed.print);
let changedSince: ReturnType<typeof watchIntrinsics>;
// Every task loads it, and it keeps global variables of its own.
const ready = import("zod").then(() => void (changedSince = watchIntrinsics()));
const progressEveryMs = 50;
const never = new AbortController().signal;

async function answer(request: Request): Promise<void> {
  const { id } = request;
  const transfer: Transferable[] = [];
  await ready;
  printed.take();
  log = logOf(id);
  let given: Result<Answers[keyof Answers], StageFailure>;
  try {
    const bundle = (await import(request.url)).default as BundleExport;
    given = await answerTo(request, bundle, transfer);
  } catch (error) {
    given = err(thrown(error));
  }
  if (!given.ok) given = err(withPrinted(given.error));
  log.end();
  forget();
  const change = changedSince();
  if (change?.how === "added") changedSince = watchIntrinsics();
  const rest = change === undefined ? {} : { changed: change };
  try {
    post({ type: "answer", id, answer: given, ...rest }, transfer);
  } catch (error) {
    // Params that a schema made of functions or class instances cannot leave the worker.
    post({ type: "answer", id, answer: err(thrown(error)), ...rest }, []);
  }
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
    case "run": {
      const started = monotonic();
      const cpuStarted = cpuSeconds();
      const recorder = new Recorder(request.job.params);
      const context = { signal: never, progress: progressOf(request.id) };
      const ran = await runJob(bundle, request.job as JobData, context, recorder);
      if (!ran.ok) return ran;
      const reads = recorder.reads();
      const outputs = Object.fromEntries(
        Object.entries(ran.value).map(([name, output]) => [name, owned(output, transfer)]),
      );
      const seconds = (monotonic() - started) / 1000;
      const usage = { cpu_seconds: Math.round(1e6 * (cpuSeconds() - cpuStarted)) / 1e6 };
      return ok({ outputs, seconds, usage, ...(reads === undefined ? {} : { reads }) });
    }
  }
}

/**
 * Copies of the files that can be transferred. The task may keep the originals (a cached picture, memory of a wasm
 * module), and a buffer that is taken away from it would be empty the next time, without a word.
 */
function owned(output: OutputBytes, transfer: Transferable[]): OutputBytes {
  const files: Record<string, Uint8Array> = {};
  for (const [name, bytes] of Object.entries(output.files)) {
    const copy = new Uint8Array(bytes);
    files[name] = copy;
    transfer.push(copy.buffer);
  }
  return { kind: output.kind, files };
}

function progressOf(id: number): (fraction: number, note?: string) => void {
  let last = -Infinity;
  let highest = 0;
  return (fraction, note) => {
    const now = monotonic();
    if (now - last < progressEveryMs) return;
    last = now;
    highest = Math.max(highest, Math.min(1, Number(fraction) || 0));
    post(
      {
        type: "progress",
        id,
        fraction: highest,
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
