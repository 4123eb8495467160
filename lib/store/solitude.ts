// Whether this session has the store to itself. Then keys need no locks between processes: whoever comes must get past a
// lock of the kernel that this session holds, and gives up once it has seen the newcomer and has locked the keys that
// are being worked on. That lock ends with its holder, as all do, so nothing of it is ever stale.
//
// Why no two work on one key: every session registers (a folder in tmp/, and its own lock), and after that takes
// `lock/alone` once before it relies on any lock of a key. Who is alone took `lock/alone`, after that saw nobody else
// registered, and holds it still. So all others either had ended before, or have no lock of a key yet.

import { type Clock, DiskError, type DiskLock } from "../core/disk.ts";
import type { Layout } from "./layout.ts";
import type { LeasedDisk } from "./leases.ts";

/** What is needed. */
export interface SolitudeOptions {
  readonly disk: LeasedDisk;
  readonly clock: Clock;
  readonly layout: Layout;
  /** Of this process. */
  readonly session: string;
  /** Sees what others have committed. */
  readonly refresh: () => Promise<void>;
}

/** What its user does for it. */
export interface SolitudeUser {
  /** Locks what was taken without a lock of the kernel; whether all of it is locked or free by now. */
  readonly cover: () => Promise<boolean>;
}

/** Whether a session is the only one. */
export class Solitude {
  readonly #options: SolitudeOptions;
  readonly #user: SolitudeUser;
  readonly #dead = new Set<string>();
  #alone = false;
  /** Whether this session has got past whoever was alone before. */
  #passed = false;
  #lock: DiskLock | undefined;
  #entering: Promise<void> | undefined;
  #triedAt = -Infinity;
  #usedAt = -Infinity;
  #cancel = () => {};
  #ended = false;

  constructor(options: SolitudeOptions, user: SolitudeUser) {
    this.#options = options;
    this.#user = user;
  }

  /**
   * Whether nobody else works on any key, and everything that others committed is known. If so, what is taken in the
   * same turn is covered later. Told after {@link arrive}.
   */
  get alone(): boolean {
    return this.#alone;
  }

  /**
   * Gets past whoever is alone, and becomes it if nobody else is there. The session must be registered.
   *
   * @throws {DiskError}
   */
  arrive(): Promise<void> | undefined {
    const { clock, disk } = this.#options;
    const now = this.#usedAt = clock.monotonic();
    if (this.#alone || this.#ended || disk.usesLeases()) return undefined;
    if (this.#entering !== undefined) return this.#entering;
    if (!this.#passed) return this.#entering = this.#once(() => this.#pass());
    if (this.#lock !== undefined || now - this.#triedAt < retryMs) return undefined;
    this.#triedAt = now;
    return this.#entering = this.#once(() => this.#comeBack());
  }

  /** Lets others in. Nothing may be taken any more. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#alone = false;
    this.#cancel();
    // Whoever is alone may be stopped; what we wait for is let go once it comes.
    if (this.#passed) await this.#entering?.catch(() => {});
    this.#release();
  }

  async #once(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } finally {
      this.#entering = undefined;
    }
  }

  async #pass(): Promise<void> {
    const { disk, layout } = this.#options;
    const lock = await disk.lock(layout.alone);
    this.#passed = true;
    await this.#enter(lock);
  }

  /** Becomes alone again, if all others have left. That it cannot be found out does no harm. */
  async #comeBack(): Promise<void> {
    const { disk, layout } = this.#options;
    if (await this.#isCrowded()) return;
    try {
      const lock = await disk.tryLock(layout.alone);
      if (lock !== undefined) await this.#enter(lock);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  async #enter(lock: DiskLock): Promise<void> {
    try {
      if (this.#ended || await this.#isCrowded()) return lock.release();
      await this.#options.refresh();
    } catch (error) {
      lock.release();
      throw error;
    }
    if (this.#ended) return lock.release();
    this.#lock = lock;
    this.#alone = true;
    this.#watch();
  }

  #watch(): void {
    this.#cancel = this.#options.clock.after(watchMs, () => void this.#look());
  }

  async #look(): Promise<void> {
    // Whoever does not need it keeps nobody waiting, even if it is stopped.
    const idle = this.#options.clock.monotonic() - this.#usedAt >= idleMs;
    if (!idle && !(await this.#isCrowded())) {
      if (!this.#ended) this.#watch();
      return;
    }
    // From this turn on keys are taken with their locks.
    this.#alone = false;
    this.#triedAt = idle ? -Infinity : this.#options.clock.monotonic();
    await this.#leave();
  }

  async #leave(): Promise<void> {
    if (this.#ended) return;
    if (await this.#user.cover()) this.#release();
    else if (!this.#ended) {
      this.#cancel = this.#options.clock.after(watchMs, () => void this.#leave());
    }
  }

  #release(): void {
    this.#lock?.release();
    this.#lock = undefined;
  }

  /** Whether another session is registered and lives; also if that cannot be found out. */
  async #isCrowded(): Promise<boolean> {
    const { disk, layout, session } = this.#options;
    try {
      for (const name of await disk.list(layout.temporary)) {
        if (name === session || this.#dead.has(name)) continue;
        const lock = await disk.tryLock(layout.sessionLock(name));
        if (lock === undefined) return true;
        lock.release();
        this.#dead.add(name);
      }
      return false;
    } catch (error) {
      if (error instanceof DiskError) return true;
      throw error;
    }
  }
}

/** How long a newcomer may have to wait, in ms. */
const watchMs = 20;
/** How long after the last key nobody is kept waiting any more, in ms. */
const idleMs = 100;
/** How long after others were there it is looked whether they still are, in ms. */
const retryMs = 500;
