// A folder that is listed again only when its time says that something may have changed in it.

import type { Clock, Disk } from "../core/disk.ts";

/** The names in a folder. */
export class WatchedFolder {
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #path: string;
  #names: readonly string[] = [];
  #listedAt = -Infinity;
  #mtime = -1;
  #ino = -1;

  constructor(disk: Disk, clock: Clock, path: string) {
    this.#disk = disk;
    this.#clock = clock;
    this.#path = path;
  }

  /**
   * What is in it now. The same array as long as nothing can have changed: times are coarse, so one that was recent
   * when the folder was listed proves nothing.
   *
   * @throws {DiskError}
   */
  async names(): Promise<readonly string[]> {
    const { mtime, ino } = this.#disk.stat(this.#path) ?? { mtime: -1, ino: -1 };
    const same = mtime === this.#mtime && ino === this.#ino;
    if (same && (mtime < 0 || this.#listedAt - mtime >= racyMs)) return this.#names;
    const now = this.#clock.now();
    const names = mtime < 0 ? [] : await this.#disk.list(this.#path);
    this.#listedAt = now;
    this.#mtime = mtime;
    this.#ino = ino;
    return this.#names = names;
  }
}

const racyMs = 2000;
