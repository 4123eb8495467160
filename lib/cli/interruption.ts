// Signals while a command works: the first one asks it to stop, the second one ends it at once.

import { exitCodes } from "./command.ts";
import type { Terminal } from "./terminal.ts";

/** The signals that stop a run. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Whether and why a command was asked to stop. */
export interface Interruption extends Disposable {
  /** Aborted with the name of the signal. */
  readonly signal: AbortSignal;
  readonly reason: StopSignal | null;
  /** The promise's value, or `undefined` if a signal comes first; whatever it waits for is then left alone. */
  unlessStopped<T>(promise: Promise<T>): Promise<T | undefined>;
}

/** Listens until disposed; `say` is told of the first signal. */
export function listenForSignals(terminal: Terminal, say: (text: string) => void): Interruption {
  const control = new AbortController();
  let reason: StopSignal | null = null;
  const listening = terminal.onSignal((signal) => {
    if (reason !== null) Deno.exit(exitCodeOf(signal));
    reason = signal;
    say(`\n${signal}: stopping; once more to stop at once\n`);
    control.abort(signal);
  });
  return {
    signal: control.signal,
    get reason() {
      return reason;
    },
    unlessStopped(promise) {
      return new Promise((resolve, reject) => {
        control.signal.addEventListener("abort", () => resolve(undefined), { once: true });
        if (control.signal.aborted) resolve(undefined);
        promise.then(resolve, reject);
      });
    },
    [Symbol.dispose]: () => listening[Symbol.dispose](),
  };
}

/** 128 and the number of the signal, as shells have it. */
export function exitCodeOf(signal: StopSignal): number {
  return { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated, SIGHUP: 129 }[signal];
}
