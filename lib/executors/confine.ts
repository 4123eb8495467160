// Confinement: what a worker takes away from the code of tasks before any of it is loaded, so that a result depends on
// its key and on nothing else. The worker has no permissions; here goes what needs none.
//
// Refused by permissions (NotCapable): reading and writing files, network, environment, starting programs, foreign
// libraries, the names and loads of the machine. Refused when the code is bundled (lib/closure): imports computed at run
// time, URLs, `eval` and `Function`, and all of Deno's node modules but those of lib/closure/builtins.ts.
// Refused here:
// - clocks: Date without a time, performance, Intl and Temporal's "now", process.hrtime, processor time, waiting on
//   shared memory. Timers and AbortSignal.timeout go by a clock of their own, without waiting (virtual_timers.ts);
// - chance: Math.random, crypto (all but digests and what follows from given keys), names of blobs, when garbage is
//   collected;
// - the machine's looks: language and time zone (fixed_place.ts), number of processors, memory, arguments, terminal;
// - ways out: ending the worker, signals, other workers and channels to them, the cache on disk, standard streams, the
//   worker's own messages, code made from text, and the runtime's insides;
// - GPUs, but for the engine that a stage is keyed with. Packages find one without adapters.
//
// Packages ask for time and chance while they load (loggers, caches, tables of tfjs) and would break: for callers outside
// the bundle the clock stands still at its epoch, and chance is a fixed sequence for each place that draws.
//
// Not kept away: the names of operating system and architecture; what a stack trace says; the order in which the
// machine ends work that runs beside (digests, streams); memory: a full heap ends the process (worker_pool.ts).
// Variables of a task's own modules live as long as the worker, which runs other jobs of the same code: a task must not
// carry anything over in them but what is the same for every job. What a job adds to or changes in the built-in objects
// and global variables no other task sees (intrinsics.ts).

import { fixChance } from "./fixed_chance.ts";
import { fixPlace } from "./fixed_place.ts";
import { caller, replace, replaceConstructor } from "./replace.ts";
import { stopClocks } from "./stopped_clocks.ts";
import { virtualTimers } from "./virtual_timers.ts";

/** What the worker keeps for itself. */
export interface Kept {
  /** Milliseconds, for the seconds of a job. */
  readonly monotonic: () => number;
  /** Processor time of this thread, in seconds. The system may count in steps of 10 ms. */
  readonly cpuSeconds: () => number;
  /** Forgets what a finished job left behind: timers, and how often packages drew. */
  readonly forget: () => void;
}

/**
 * Confines this global scope, for good.
 *
 * @param isTaskCode tells from a line of a stack trace whether it lies in a bundle.
 *
 * @example
 * ```ts ignore
 * const { monotonic, cpuSeconds, forget } = confine((frame) => frame.includes("blob:"));
 * ```
 */
export function confine(isTaskCode: (frame: string) => boolean): Kept {
  const monotonic = performance.now.bind(performance);
  const threadCpu = process.threadCpuUsage.bind(process);
  const refuseTasks = (what: string, hint: string) => {
    if (isTaskCode(caller())) throw new Error(`${what} is not there for tasks: ${hint}`);
  };
  const { clear, ...timers } = virtualTimers();
  Object.assign(globalThis, timers);
  fixPlace();
  stopClocks(refuseTasks, timers.setTimeout);
  const restart = fixChance(refuseTasks);
  closeExits(refuseTasks);
  closeInsides(refuseTasks);
  hideMachine();
  hideGpu(refuseTasks);
  onlyPackagesMakeCode(isTaskCode);
  // Leaves its mark on `Error`, which tasks may not change unnoticed.
  caller();
  return {
    monotonic,
    cpuSeconds() {
      const { user, system } = threadCpu();
      return (user + system) / 1e6;
    },
    forget() {
      clear();
      restart();
    },
  };
}

/** Throws an error that says `what` is not there, if a task calls. */
export type RefuseTasks = (what: string, hint: string) => void;

const returnHint = "return, or throw";
const inputsHint = "what a task needs comes in as params, inputs and `files`";

function refuse(what: string, hint: string): () => never {
  return () => {
    throw new Error(`${what} is not there for tasks: ${hint}`);
  };
}

/** Ending the worker from inside would leave its job waiting for ever; more workers would have all of this back. */
function closeExits(refuseTasks: RefuseTasks): void {
  replace(globalThis, { close: refuse("close()", returnHint) });
  for (const name of ["exit", "reallyExit", "_exiting", "abort", "kill", "_kill"]) {
    replace(process, { [name]: refuse(`process.${name}()`, returnHint) });
  }
  // `Deno` itself stays: Deno's own node modules look at it. Without permissions it can do little.
  replace(Deno, { exit: refuse("Deno.exit()", returnHint) });
  for (const name of ["addSignalListener", "removeSignalListener"]) {
    replace(Deno, { [name]: refuse(`Deno.${name}()`, "Basin handles signals") });
  }
  for (const name of ["on", "once", "addListener", "prependListener", "prependOnceListener"]) {
    replace(Object.getPrototypeOf(process), {
      [name]() {
        refuseTasks(`process.${name}()`, "Basin handles signals and ends");
        return process;
      },
    });
  }
  for (const name of ["Worker", "BroadcastChannel"]) Reflect.deleteProperty(globalThis, name);
  replace(globalThis, { caches: undefined });
  replace(navigator, { locks: undefined });
  closeMessages(refuseTasks);
}

/** The worker's own messages: the next job, and the errors nobody awaited. */
function closeMessages(refuseTasks: RefuseTasks): void {
  const { prototype } = EventTarget;
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
    const real = prototype[name] as (...args: unknown[]) => unknown;
    replace(prototype, {
      [name](this: unknown, ...args: unknown[]) {
        const isWorker = this === undefined || this === null || this === globalThis;
        const what = `${name}() of the worker`;
        // The runtime tells of errors that nobody awaited in this way.
        if (isWorker && name === "dispatchEvent") refuseTasks(what, inputsHint);
        else if (isWorker) refuse(what, inputsHint)();
        return Reflect.apply(real, this, args);
      },
    });
  }
  for (const name of ["onmessage", "onmessageerror", "onerror", "onunhandledrejection"]) {
    Object.defineProperty(globalThis, name, { set: refuse(name, inputsHint), get: () => null });
  }
  replace(globalThis, { reportError: refuse("reportError()", "throw") });
}

/** Doors to the runtime's insides, through which everything could be had again. */
function closeInsides(refuseTasks: RefuseTasks): void {
  Reflect.deleteProperty(Deno, (Deno as unknown as { internal: symbol }).internal);
  const nodeModules = process as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ["getBuiltinModule", "binding", "dlopen"]) {
    const real = nodeModules[name];
    replace(process, {
      [name](...args: unknown[]) {
        refuseTasks(`process.${name}()`, inputsHint);
        return Reflect.apply(real, process, args);
      },
    });
  }
  replace(process, { setUncaughtExceptionCaptureCallback: () => {} });
  // Some of its properties cannot be changed, but it can be hidden behind another.
  const fixed = { pid: 1, ppid: 0, report: undefined };
  replace(globalThis, { process: Object.create(process, Object.getOwnPropertyDescriptors(fixed)) });
}

function hideMachine(): void {
  // One processor and one language everywhere, or results would follow the machine.
  replace(navigator, {
    hardwareConcurrency: 1,
    language: "en-US",
    languages: ["en-US"],
    platform: "",
    userAgentData: undefined,
  });
  const memory = refuse("memoryUsage()", inputsHint);
  replace(Deno, { pid: 1, ppid: 0, memoryUsage: memory, args: [], noColor: true });
  replace(Deno, { isatty: () => false, consoleSize: refuse("Deno.consoleSize()", inputsHint) });
  const plain = { argv: ["deno", "task"], execArgv: [], execPath: "deno", argv0: "deno" };
  replace(process, { ...plain, title: "deno" });
  for (const name of ["memoryUsage", "availableMemory", "constrainedMemory"]) {
    replace(process, { [name]: refuse(`process.${name}()`, inputsHint) });
  }
  replace(globalThis, { location: undefined });
}

/** What a GPU computes depends on which one it is; the engine of a stage is in its key. */
function hideGpu(refuseTasks: RefuseTasks): void {
  const none = { requestAdapter: () => Promise.resolve(null) };
  Object.defineProperty(Object.getPrototypeOf(navigator), "gpu", {
    configurable: true,
    get() {
      refuseTasks("navigator.gpu", 'say `numerics: "engine"` and use the engine of the context');
      return none;
    },
  });
}

/** `Function` and `eval` for packages, some of which compile expressions; in the text of bundles both are refused. */
function onlyPackagesMakeCode(isTaskCode: (frame: string) => boolean): void {
  const check = <T>(args: T): T => {
    const frame = caller();
    if (frame.includes("file://") && !isTaskCode(frame)) return args;
    throw new Error(
      "making code from text is not there for tasks: no digest of the code covers it",
    );
  };
  const makers = [
    async () => {},
    function* () {},
    async function* () {},
  ].map((one) => Object.getPrototypeOf(one));
  replaceConstructor(globalThis, "Function", check);
  for (const prototype of makers) {
    const checked = new Proxy(prototype.constructor, {
      apply: (target, self, args) => Reflect.apply(target, self, check(args)),
      construct: (target, args, made) => Reflect.construct(target, check(args), made),
      getPrototypeOf: () => Function,
    });
    replace(prototype, { constructor: checked });
  }
  const { eval: real } = globalThis;
  replace(globalThis, { eval: (text: unknown) => real(check(text) as string) });
}
