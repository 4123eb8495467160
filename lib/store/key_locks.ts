// One holder per key: in this process by a queue, between processes by the kernel's lock on a file, which ends with
// its holder, so that no lock is ever stale. A session that has the store to itself needs no files (solitude.ts).

import { type ActionKey, hexOf } from "../core/digest.ts";
import { DiskError, type DiskLock } from "../core/disk.ts";
import { Solitude, type SolitudeOptions } from "./solitude.ts";

/** A lock on a key. */
export interface KeyLock extends Disposable {
  /** Nobody else can have committed a result of the key that is not known here. */
  readonly isFresh: boolean;
}

/** A key that this process holds. */
interface Held {
  readonly free: Promise<void>;
  /** No lock of the kernel has been taken yet. */
  bare: boolean;
  released: boolean;
  lock: DiskLock | undefined;
}

/** Locks on keys. The session must have started. */
export class KeyLocks {
  readonly #options: SolitudeOptions;
  readonly #held = new Map<ActionKey, Held>();
  readonly #solitude: Solitude;

  constructor(options: SolitudeOptions) {
    this.#options = options;
    this.#solitude = new Solitude(options, { cover: () => this.#cover() });
  }

  /** Waits for the key. @throws {DiskError} if no lock file can be made. */
  async lock(key: ActionKey): Promise<KeyLock> {
    for (let before; (before = this.#held.get(key)) !== undefined;) await before.free;
    return await this.#take(key, () => this.#options.disk.lock(this.#path(key)));
  }

  /** The key, if nobody holds it. @throws {DiskError} */
  async tryLock(key: ActionKey): Promise<KeyLock | undefined> {
    if (this.#held.has(key)) return undefined;
    return await this.#take(key, () => this.#options.disk.tryLock(this.#path(key)));
  }

  /** Lets other processes in without delay. */
  async end(): Promise<void> {
    await this.#solitude.end();
  }

  async #take<L extends DiskLock | undefined>(
    key: ActionKey,
    acquire: () => Promise<L>,
  ): Promise<L extends undefined ? undefined : KeyLock> {
    const { promise: free, resolve } = Promise.withResolvers<void>();
    const held: Held = { free, bare: false, released: false, lock: undefined };
    this.#held.set(key, held);
    const release = () => {
      if (held.released) return;
      held.released = true;
      held.lock?.release();
      this.#held.delete(key);
      resolve();
    };
    try {
      const arriving = this.#solitude.arrive();
      if (arriving !== undefined) await arriving;
      held.bare = this.#solitude.alone;
      if (!held.bare) held.lock = await acquire();
    } catch (error) {
      release();
      throw error;
    }
    if (!held.bare && held.lock === undefined) {
      release();
      return undefined as never;
    }
    return { [Symbol.dispose]: release, isFresh: held.bare } as never;
  }

  /** Locks what is held without a lock of the kernel. Nobody else can hold it. */
  async #cover(): Promise<boolean> {
    const bare = [...this.#held].filter(([, held]) => held.bare);
    await Promise.all(bare.map(async ([key, held]) => {
      try {
        const lock = await this.#options.disk.lock(this.#path(key));
        if (held.released) return lock.release();
        held.lock = lock;
        held.bare = false;
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
      }
    }));
    return bare.every(([, held]) => held.released || !held.bare);
  }

  #path(key: ActionKey): string {
    return `${this.#options.layout.locks}/${hexOf(key)}`;
  }
}
