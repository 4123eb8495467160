// Stopping a run once: who must hear of it registers, and is forgotten as soon as it no longer matters. An
// `AbortSignal` that lives as long as the run would keep every job that ever listened.

/**
 * A stop that can happen once.
 *
 * @example
 * ```ts
 * import { Stopper } from "#lib/scheduler/stopper.ts";
 * import { assertEquals } from "@std/assert";
 * const stopper = new Stopper();
 * const waiting = stopper.race(new Promise(() => {}));
 * stopper.stop("SIGINT");
 * assertEquals([await waiting, stopper.reason], [undefined, "SIGINT"]);
 * ```
 */
export class Stopper {
  readonly #listeners = new Set<(reason: string) => void>();
  #reason: string | undefined;

  /** Why, once stopped. */
  get reason(): string | undefined {
    return this.#reason;
  }

  /** Whether {@link Stopper.stop} was called. */
  get stopped(): boolean {
    return this.#reason !== undefined;
  }

  /** Stops; the first reason stays. */
  stop(reason: string): void {
    if (this.stopped) return;
    this.#reason = reason;
    for (const listener of [...this.#listeners]) listener(reason);
    this.#listeners.clear();
  }

  /** Calls back on the stop, at once if it has been; the returned function forgets. */
  onStop(listener: (reason: string) => void): () => void {
    if (this.#reason !== undefined) listener(this.#reason);
    else this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The promise's value, or `undefined` if the stop comes first. */
  race<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const forget = this.onStop(() => resolve(undefined));
      promise.then(resolve, reject).finally(forget);
    });
  }
}
