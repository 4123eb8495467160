// One holder per key: in this process by a queue, between processes by the kernel's lock on a file, which ends with
// its holder, so that no lock is ever stale.

import { type ActionKey, hexOf } from "../core/digest.ts";
import type { Disk, DiskLock } from "../core/disk.ts";

/** Locks on keys. */
export class KeyLocks {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #held = new Map<ActionKey, Promise<void>>();

  /** @param folder where lock files lie; it must exist */
  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Waits for the key. @throws {DiskError} if no lock file can be made. */
  async lock(key: ActionKey): Promise<Disposable> {
    for (let before; (before = this.#held.get(key)) !== undefined;) await before;
    return await this.#take(key, () => this.#disk.lock(this.#path(key)));
  }

  /** The key, if nobody holds it. @throws {DiskError} */
  async tryLock(key: ActionKey): Promise<Disposable | undefined> {
    if (this.#held.has(key)) return undefined;
    return await this.#take(key, () => this.#disk.tryLock(this.#path(key)));
  }

  async #take<L extends DiskLock | undefined>(
    key: ActionKey,
    acquire: () => Promise<L>,
  ): Promise<L extends undefined ? undefined : Disposable> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held.set(key, promise);
    const free = () => {
      this.#held.delete(key);
      resolve();
    };
    let lock: L;
    try {
      lock = await acquire();
    } catch (error) {
      free();
      throw error;
    }
    if (lock === undefined) {
      free();
      return undefined as never;
    }
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      lock.release();
      free();
    };
    return { [Symbol.dispose]: release } as never;
  }

  #path(key: ActionKey): string {
    return `${this.#folder}/${hexOf(key)}`;
  }
}
