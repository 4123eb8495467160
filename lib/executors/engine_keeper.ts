// The engine of one worker: opened when a job first asks for it, kept for further jobs that ask for the same, thrown away
// with whatever a failed job left on it. Leaves out how engines are opened (open_engine.ts).

import type { Engine, EngineRequest } from "../core/engine.ts";
import type { StageFailure } from "../core/executor.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { OpenEngine } from "./open_engine.ts";
import { type JobContext, thrown } from "./run_job.ts";

/** What a task gets of the world besides its engine. */
export type PlainContext = Pick<JobContext, "signal" | "progress" | "states">;

/** What a piece of work gave, with the class of the engine that it used. */
export type EngineWork<T> = Result<{ readonly value: T; readonly engine?: string }, StageFailure>;

/**
 * Keeps one engine.
 *
 * @example
 * ```ts
 * import { EngineKeeper } from "#lib/executors/engine_keeper.ts";
 * import { fakeEngine } from "#tests/support/fake_engine.ts";
 * import { ok } from "#lib/core/result.ts";
 * import { assertEquals } from "@std/assert";
 * const keeper = new EngineKeeper((request) => Promise.resolve(fakeEngine(request)));
 * const request = { name: "ref", numerics: "ref-f64", threads: 1 } as const;
 * const context = { signal: new AbortController().signal, progress: () => {} };
 * const used = await keeper.use(request, context, (context) => Promise.resolve(ok(context.engine!.name)));
 * assertEquals(used, { ok: true, value: { value: "ref", engine: "ref-f64" } });
 * const unused = await keeper.use(request, context, () => Promise.resolve(ok(1)));
 * assertEquals(unused, { ok: true, value: { value: 1 } });
 * ```
 */
export class EngineKeeper {
  readonly #open: OpenEngine;
  #request: EngineRequest | undefined;
  #engine: Engine | undefined;

  constructor(open: OpenEngine) {
    this.#open = open;
  }

  /**
   * Does a piece of work with the engine asked for, if any. Work that leaves the engine in error has failed, however
   * it ended.
   *
   * @param work is told on request which engine it has used so far.
   */
  async use<T>(
    request: EngineRequest | undefined,
    context: PlainContext,
    work: (
      context: JobContext,
      used: () => { readonly engine?: string },
    ) => Promise<Result<T, StageFailure>>,
  ): Promise<EngineWork<T>> {
    if (request === undefined) {
      const done = await work(context, () => ({}));
      return done.ok ? ok({ value: done.value }) : done;
    }
    const opened = await this.#get(request);
    if (!opened.ok) return opened;
    const engine = opened.value;
    engine.beginJob?.();
    let isUsed = false;
    const used = () => isUsed ? { engine: engine.numerics } : {};
    const own = {
      ...context,
      get engine() {
        isUsed = true;
        return engine;
      },
    };
    const done = await work(own, used);
    const problem = done.ok ? isUsed ? await unsettled(engine) : undefined : done.error;
    if (problem !== undefined) {
      await this.drop();
      return err(problem);
    }
    if (!done.ok) return done;
    return ok({ value: done.value, ...used() });
  }

  /** Throws the engine away. */
  async drop(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    try {
      await engine?.[Symbol.asyncDispose]();
    } catch {
      // It is gone either way.
    }
  }

  async #get(request: EngineRequest): Promise<Result<Engine, StageFailure>> {
    if (this.#engine !== undefined && isSame(request, this.#request!)) return ok(this.#engine);
    await this.drop();
    let engine: Engine;
    try {
      engine = await this.#open(request);
    } catch (error) {
      return err(notOpened(request, error));
    }
    this.#engine = engine;
    this.#request = request;
    if (engine.numerics === request.numerics) return ok(engine);
    await this.drop();
    return err({
      reason: "threw",
      message: `the stage is keyed for ${request.numerics}, and the engine here is ` +
        `${engine.numerics}; run again`,
    });
  }
}

/** What went wrong on an engine without the task having waited for it. */
async function unsettled(engine: Engine): Promise<StageFailure | undefined> {
  try {
    await engine.settle();
    return undefined;
  } catch (error) {
    return thrown(error);
  }
}

/** The run has found a GPU when it began: one that cannot be had now went away. */
function notOpened({ name }: EngineRequest, error: unknown): StageFailure {
  const failure = thrown(error);
  const message = `the engine ${name} could not be opened: ${failure.message}`;
  if (name === "webgpu") return { reason: "device-lost", message };
  return { ...failure, message };
}

function isSame(a: EngineRequest, b: EngineRequest): boolean {
  return a.name === b.name && a.numerics === b.numerics && a.threads === b.threads;
}
