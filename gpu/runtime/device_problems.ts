// What went wrong on a device, and waiting for it: errors are found long after the call that caused them, so that the
// next one who waits is told. Leaves out what is waited for (webgpu_session.ts).

import { DeviceLostError, EngineError, EngineMemoryError } from "#lib/core/engine.ts";
import type { OpenDevice } from "./device.ts";

/** The problems of one device. */
export class DeviceProblems {
  readonly #open: OpenDevice;
  readonly #name: string;
  /** Checks that go on. */
  readonly #checks = new Set<Promise<void>>();
  readonly #problems: { readonly message: string; readonly cause: boolean }[] = [];
  /** How many of them somebody was told. */
  #told = 0;
  /** Who waits, to be told when the device goes away. */
  readonly #waiting = new Set<(error: Error) => void>();

  /** @param name the device's, for messages. */
  constructor(open: OpenDevice, name: string) {
    this.#open = open;
    this.#name = name;
    void open.gone.then(() => {
      for (const tell of this.#waiting) tell(this.lostError());
    });
  }

  get lost(): boolean {
    return this.#open.lost.reason !== undefined;
  }

  /** What to throw once the device is lost. */
  lostError(): DeviceLostError {
    return new DeviceLostError(`the device ${this.#name} went away: ${this.#open.lost.reason}`);
  }

  /**
   * Takes the error scope that was opened last.
   *
   * @param cause whether it says what is wrong, instead of what follows from something else.
   */
  closeScope(what: string, cause: boolean): void {
    const closed = this.#open.device.popErrorScope();
    this.check(
      closed.then((error) => error === null ? undefined : `${what}: ${error.message.trim()}`),
      cause,
    );
  }

  /** Takes a check that goes on; it resolves to what is wrong. */
  check(check: Promise<string | undefined>, cause: boolean): void {
    const kept: Promise<void> = check.then(
      (message) => {
        if (message !== undefined) this.#problems.push({ message, cause });
      },
      (error) => void this.#problems.push({ message: String(error), cause: false }),
    ).finally(() => this.#checks.delete(kept));
    this.#checks.add(kept);
  }

  /** Forgets what went wrong so far. */
  forgive(): void {
    this.#open.uncaptured.length = 0;
    this.#told = this.#problems.length;
  }

  /**
   * Waits, then throws what went wrong since the last time that something was told.
   *
   * @throws {DeviceLostError} if the device is gone.
   * @throws {EngineMemoryError} if it has no memory left.
   * @throws {EngineError} if anything else went wrong.
   */
  async wait<T>(what: () => Promise<T>): Promise<T> {
    const told = this.#told;
    const waited = await this.#whileAlive(what());
    // Loss is told after the failure that it causes.
    if (!waited.ok) await this.#open.device.queue.onSubmittedWorkDone();
    if (this.lost) throw this.lostError();
    await Promise.all(this.#checks);
    for (const message of this.#open.uncaptured.splice(0)) {
      this.#problems.push({ message, cause: false });
    }
    const problems = this.#problems.slice(told);
    this.#told = this.#problems.length;
    // Refused shaders say more than what follows from them.
    const causes = problems.filter(({ cause }) => cause);
    const noMemory = problems.find(({ message }) => message.startsWith("GPUOutOfMemoryError"));
    if (noMemory !== undefined) {
      throw new EngineMemoryError(
        `the device ${this.#name} has no memory left: ${noMemory.message}`,
      );
    }
    const messages = (causes.length > 0 ? causes : problems).map(({ message }) => message);
    if (messages.length > 0) throw new EngineError([...new Set(messages)].slice(0, 5).join("\n"));
    if (!waited.ok) throw new EngineError(`waiting for the device failed: ${waited.error}`);
    return waited.value;
  }

  async #whileAlive<T>(
    promise: Promise<T>,
  ): Promise<{ ok: true; value: T } | { ok: false; error: unknown }> {
    // A race against `gone` would leave something behind on it each time.
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    try {
      return { ok: true, value: await Promise.race([promise, lost]) };
    } catch (error) {
      return { ok: false, error };
    } finally {
      this.#waiting.delete(reject);
    }
  }
}
