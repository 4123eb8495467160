// Locks where the file system has none, as on some network ones: a file that only one can create, which its holder
// makes longer every few seconds. Whoever waits breaks it when it did not grow for a while by the waiter's own clock, so
// that no two machines' clocks are ever compared. A lease broken too early costs repeated work, never a wrong result:
// what is committed does not depend on locks.

import { type Clock, type Disk, DiskError, type DiskLock } from "../core/disk.ts";
import { uniqueName } from "./unique.ts";

/** How leases are kept. */
export interface LeaseOptions {
  /** How often a holder shows that it lives, in ms. */
  readonly beatMs?: number;
  /** How long a lease must stand still to count as abandoned, in ms. Beyond what the file system may hide changes. */
  readonly leaseMs?: number;
  /** The same for those who do not wait but look once, by the time of the file. */
  readonly deadMs?: number;
}

/** A disk whose locks always work. */
export interface LeasedDisk extends Disk {
  /** Waits until released leases are gone. */
  settled(): Promise<void>;
  /** Whether the file system was found to have no locks. */
  usesLeases(): boolean;
}

/**
 * Gives a disk locks that work everywhere: those of the kernel, and leases if it says that it has none here.
 *
 * @example
 * ```ts
 * import { withLeases } from "#lib/store/leases.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const { disk, clock } = denoWorld();
 * const leased = withLeases(disk, clock);
 * const path = await Deno.makeTempFile();
 * const lock = await leased.tryLock(path);
 * assert(lock);
 * assertEquals(await leased.tryLock(path), undefined);
 * lock.release();
 * ```
 */
export function withLeases(disk: Disk, clock: Clock, options: LeaseOptions = {}): LeasedDisk {
  if (isLeased(disk)) return disk;
  const leases = new Leases(disk, clock, options);
  return Object.assign(methodsOf(disk), {
    lock: async (path: string) => (await leases.take(path, true))!,
    tryLock: (path: string) => leases.take(path, false),
    settled: () => leases.settled(),
    usesLeases: () => leases.needed,
  });
}

/** Ending of a lease's file. */
export const leaseSuffix = ".lease";

function isLeased(disk: Disk): disk is LeasedDisk {
  return "settled" in disk;
}

/** How long a lock of the kernel that another machine may hold is respected, for a week nobody works on one thing. */
const kernelLockMs = 7 * 24 * 3_600_000;

/** What file systems and mounts without locks say. */
const withoutLocks: ReadonlySet<string> = new Set(["ENOLCK", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** All methods of a disk, also of one that is an instance of a class. */
function methodsOf(disk: Disk): Disk {
  const methods: Record<string, unknown> = {};
  for (let at: object = disk; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      const value = (disk as unknown as Record<string, unknown>)[name];
      if (typeof value === "function") methods[name] ??= value.bind(disk);
    }
  }
  return methods as unknown as Disk;
}

class Leases {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #beatMs: number;
  readonly #leaseMs: number;
  readonly #deadMs: number;
  /** The kernel has no locks here. */
  #needed = false;
  readonly #leaving = new Set<Promise<void>>();

  constructor(
    disk: Disk,
    clock: Clock,
    { beatMs = 10_000, leaseMs = 60_000, deadMs = 3_600_000 }: LeaseOptions,
  ) {
    this.#disk = disk;
    this.#clock = clock;
    this.#beatMs = beatMs;
    this.#leaseMs = leaseMs;
    this.#deadMs = deadMs;
  }

  get needed(): boolean {
    return this.#needed;
  }

  async take(path: string, wait: boolean): Promise<DiskLock | undefined> {
    const lease = `${path}${leaseSuffix}`;
    while (!this.#needed) {
      const was = this.#disk.stat(path);
      let lock: DiskLock | undefined;
      try {
        lock = wait ? await this.#disk.lock(path) : await this.#disk.tryLock(path);
      } catch (error) {
        if (!(error instanceof DiskError) || !withoutLocks.has(error.errno)) throw error;
        this.#needed = true;
        // The attempt may have left a file, which would look like a lock.
        if (was === undefined) await this.#disk.remove(path).catch(() => {});
        break;
      }
      // A machine without locks may hold a lease on the same thing.
      if (lock === undefined || !this.#isHeld(lease)) return lock;
      lock.release();
      const free = await this.#lease(lease, wait);
      if (free === undefined) return undefined;
      free.release();
      await this.settled();
    }
    // And a machine with locks may hold one, which cannot be seen from here.
    if (!wait && this.#isYounger(path, kernelLockMs)) return undefined;
    return await this.#lease(lease, wait);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  async #lease(path: string, wait: boolean): Promise<DiskLock | undefined> {
    const token = new TextEncoder().encode(`${uniqueName()} `);
    let seen: string | undefined;
    let since = 0;
    while (true) {
      try {
        await this.#disk.create(path, token);
        return this.#held(path, token);
      } catch (error) {
        if (!(error instanceof DiskError) || error.errno !== "EEXIST") throw error;
      }
      const now = await this.#content(path);
      if (now === undefined) continue;
      if (now !== seen) [seen, since] = [now, this.#clock.monotonic()];
      const stands = this.#clock.monotonic() - since >= this.#leaseMs;
      if (stands || (!wait && this.#isOld(path))) await this.#break(path, now);
      else if (!wait) return undefined;
      else await this.#sleep(Math.min(this.#beatMs, this.#leaseMs / 4));
    }
  }

  #held(path: string, token: Uint8Array): DiskLock {
    let released = false;
    let cancel = () => {};
    let beating: Promise<void> = Promise.resolve();
    const beat = async () => {
      try {
        // Opened anew each time: a file that was broken and taken by another must not be made to look alive.
        if (!(await this.#isOurs(path, token)) || released) return;
        const file = await this.#disk.append(path);
        try {
          await file.write(new Uint8Array([46]));
        } finally {
          file.close();
        }
      } catch {
        // The next beat may do better; without any the lease is broken by those who wait.
      }
      if (!released) cancel = this.#clock.after(this.#beatMs, begin);
    };
    const begin = () => void (beating = beat());
    cancel = this.#clock.after(this.#beatMs, begin);
    const leave = async () => {
      // A beat under way would make the file again.
      await beating;
      if (await this.#isOurs(path, token)) await this.#disk.remove(path).catch(() => {});
    };
    return {
      release: () => {
        if (released) return;
        released = true;
        cancel();
        const leaving = leave().finally(() => this.#leaving.delete(leaving));
        this.#leaving.add(leaving);
      },
    };
  }

  async #isOurs(path: string, token: Uint8Array): Promise<boolean> {
    const content = await this.#content(path).catch(() => undefined);
    return content?.startsWith(new TextDecoder().decode(token)) ?? false;
  }

  async #content(path: string): Promise<string | undefined> {
    try {
      return new TextDecoder().decode(await this.#disk.read(path));
    } catch (error) {
      if (error instanceof DiskError && error.errno === "ENOENT") return undefined;
      throw error;
    }
  }

  #isHeld(path: string): boolean {
    try {
      return this.#disk.stat(path) !== undefined;
    } catch (error) {
      // The lock of the kernel is ours already, and good enough.
      if (error instanceof DiskError) return false;
      throw error;
    }
  }

  #isOld(path: string): boolean {
    const stat = this.#disk.stat(path);
    return stat !== undefined && this.#clock.now() - stat.mtime > this.#deadMs;
  }

  #isYounger(path: string, ms: number): boolean {
    const stat = this.#disk.stat(path);
    return stat !== undefined && this.#clock.now() - stat.mtime < ms;
  }

  /** Moves the lease away, unless it turns out to be another one than was seen to stand still. */
  async #break(path: string, seen: string): Promise<void> {
    const aside = `${path}-${uniqueName()}`;
    try {
      await this.#disk.rename(path, aside);
      const found = await this.#content(aside);
      if (found !== seen && this.#disk.stat(path) === undefined) {
        await this.#disk.rename(aside, path);
      } else await this.#disk.remove(aside);
    } catch (error) {
      if (!(error instanceof DiskError) || error.errno !== "ENOENT") throw error;
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }
}
