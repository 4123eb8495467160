// A simulated world: processes whose disk operations take turns by chance, a clock that stands still between turns,
// kills, power cuts and failures on demand. One thread and one seed, so a failing history replays alike.

import { setImmediate } from "node:timers";
import { type Clock, type Disk, DiskError, type DiskLock, type DiskStat } from "#lib/core/disk.ts";
import { philox4x32 } from "#lib/core/random.ts";
import { type Chance, type SimFile, SimFiles } from "./sim_files.ts";

/** How a simulated world behaves. */
export interface SimOptions {
  readonly seed: number;
  /** How late changes by one process reach the others, in ms. */
  readonly lagMs?: number;
}

/** One process of a simulated world. */
export interface SimProcess {
  readonly disk: Disk;
  readonly clock: Clock;
  /** Unique names that sort by time. */
  readonly newId: () => string;
}

/** A failure to inject: the n-th operation from now on, once or from then on. */
export interface SimFailure {
  readonly at: number;
  readonly errno: string;
  readonly forever?: boolean;
  /** Only operations of these names count. */
  readonly operations?: readonly string[];
}

interface Turn {
  readonly process: number;
  readonly go: () => void;
}

interface Timer extends Turn {
  readonly at: number;
}

/** A world that can be made to fail. */
export class SimWorld {
  readonly chance: Chance;
  readonly files: SimFiles;
  now = 1_700_000_000_000;
  /** Operations so far, of those that can fail. */
  numOperations = 0;
  #failure: SimFailure | undefined;
  #numProcesses = 0;
  #numIds = 0;
  #alive = new Set<number>();
  readonly #slow = new Set<number>();
  #turns: Turn[] = [];
  #timers: Timer[] = [];
  readonly #locks = new Map<string, number>();

  constructor({ seed, lagMs = 0 }: SimOptions) {
    const words = new Uint32Array(4);
    let index = 0;
    this.chance = () => {
      philox4x32(index++, 0, 0, 0, seed >>> 0, 0x51ed, words);
      return words[0] / 4294967296;
    };
    this.files = new SimFiles(this.chance, lagMs);
  }

  /** Starts a process, by chance a slow one. */
  process(): SimProcess {
    const process = ++this.#numProcesses;
    this.#alive.add(process);
    if (this.chance() < 0.25) this.#slow.add(process);
    return {
      disk: new SimDisk(this, process),
      clock: this.#clock(process),
      newId: () => `${this.now.toString(16).padStart(12, "0")}${++this.#numIds}x${process}`,
    };
  }

  /** From now on a process rarely gets a turn while others want one. */
  slowDown({ disk }: SimProcess): void {
    this.#slow.add((disk as SimDisk).process);
  }

  /** Ends a process where it stands. What it wrote stays; its locks end. */
  kill({ disk }: SimProcess): void {
    this.#end((disk as SimDisk).process);
  }

  /** Ends every process, and loses by chance what was not synced. */
  cutPower(): void {
    for (const process of [...this.#alive]) this.#end(process);
    this.files.cutPower();
  }

  fail(failure: SimFailure | undefined): void {
    this.#failure = failure === undefined
      ? undefined
      : { ...failure, at: failure.at + this.numOperations };
  }

  /** Lets the world go on until a promise settles, or for a number of turns. */
  async run(until: Promise<unknown> | number): Promise<void> {
    let done = false;
    const stop = () => done = true;
    if (typeof until !== "number") until.then(stop, stop);
    let idle = 0;
    for (let left = typeof until === "number" ? until : Infinity;; left--) {
      // What the last turn set off runs to its end first, so that nobody is killed in the middle of a turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (done || left <= 0) return;
      if (this.#step()) idle = 0;
      else if (++idle > 3) {
        if (typeof until === "number") return;
        throw new Error("the simulated world stands still: something waits for nothing");
      }
    }
  }

  /** Waits for its turn; then the operation happens at once, unless it is to fail. */
  async turn(process: number, operation: string, path: string): Promise<void> {
    await new Promise<void>((go) => {
      if (this.#alive.has(process)) this.#turns.push({ process, go });
    });
    this.mayFail(operation, path);
  }

  mayFail(operation: string, path: string): void {
    const failure = this.#failure;
    if (failure?.operations?.includes(operation) === false) return;
    this.numOperations++;
    if (failure === undefined || this.numOperations < failure.at) return;
    if (failure.forever || this.numOperations === failure.at) {
      throw new DiskError(operation, path, failure.errno);
    }
  }

  tryLock(path: string, process: number): boolean {
    if (this.#locks.has(path)) return false;
    this.#locks.set(path, process);
    return true;
  }

  unlock(path: string): void {
    this.#locks.delete(path);
  }

  #end(process: number): void {
    this.#alive.delete(process);
    this.#turns = this.#turns.filter((turn) => turn.process !== process);
    this.#timers = this.#timers.filter((timer) => timer.process !== process);
    for (const [path, holder] of this.#locks) if (holder === process) this.#locks.delete(path);
  }

  /** One turn of somebody, or the next timer. */
  #step(): boolean {
    this.now += Math.floor(this.chance() * 3);
    const quick = this.#turns.filter(({ process }) => !this.#slow.has(process));
    const turns = this.chance() < 0.97 && (quick.length > 0 || this.#timers.length > 0)
      ? quick
      : this.#turns;
    if (turns.length > 0 && (this.#timers.length === 0 || this.chance() < 0.95)) {
      const turn = turns[Math.floor(this.chance() * turns.length)];
      this.#turns.splice(this.#turns.indexOf(turn), 1);
      turn.go();
      return true;
    }
    this.#timers.sort((a, b) => a.at - b.at);
    const timer = this.#timers.shift();
    if (timer === undefined) return false;
    this.now = Math.max(this.now, timer.at);
    timer.go();
    return true;
  }

  #clock(process: number): Clock {
    return {
      now: () => this.now,
      monotonic: () => this.now,
      after: (ms, go) => {
        const timer = { at: this.now + ms, process, go };
        this.#timers.push(timer);
        return () => this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }
}

const simTypes = { file: "file", folder: "directory", link: "symbolic link" } as const;

class SimDisk implements Disk {
  constructor(readonly world: SimWorld, readonly process: number) {}

  async read(path: string, range?: { offset: number; length?: number }): Promise<Uint8Array> {
    await this.world.turn(this.process, "read", path);
    return this.#read(path, range);
  }

  readSync(path: string, range?: { offset: number; length?: number }): Uint8Array {
    this.world.mayFail("read", path);
    return this.#read(path, range);
  }

  async create(
    path: string,
    bytes: Uint8Array,
    options: { sync?: boolean; mode?: number; mtime?: number } = {},
  ): Promise<void> {
    await this.world.turn(this.process, "create", path);
    if (this.#find(path) !== undefined) throw new DiskError("create", path, "EEXIST");
    const file = this.#newFile(path);
    await this.#write(path, file, bytes);
    if (options.mtime !== undefined) file.mtime = options.mtime;
    if (options.sync) await this.#sync(path, file);
  }

  async readSeen(path: string, seen: DiskStat): Promise<Uint8Array> {
    await this.world.turn(this.process, "read", path);
    const stat = this.stat(path);
    if (stat?.ino !== seen.ino || stat.mtime !== seen.mtime) {
      throw new DiskError("read", path, "ESTALE");
    }
    return this.#read(path);
  }

  async append(path: string) {
    await this.world.turn(this.process, "open", path);
    const there = this.#find(path);
    const file = there?.kind === "file" ? there : this.#newFile(path);
    return {
      write: (bytes: Uint8Array) => this.#write(path, file, bytes),
      sync: () => this.#sync(path, file),
      close() {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    await this.world.turn(this.process, "rename", to);
    const node = this.#need("rename", from);
    const there = this.#find(to);
    if (there?.kind === "folder" && there.names.size > 0 && node.kind !== "folder") {
      throw new DiskError("rename", to, "EISDIR");
    }
    this.#name("rename", to, node);
    this.#name("rename", from, undefined);
  }

  async link(from: string, to: string): Promise<void> {
    await this.world.turn(this.process, "link", to);
    const node = this.#need("link", from);
    if (this.#find(to) !== undefined) throw new DiskError("link", to, "EEXIST");
    this.#name("link", to, node);
  }

  async remove(path: string): Promise<void> {
    await this.world.turn(this.process, "remove", path);
    const node = this.#need("remove", path);
    if (node.kind === "folder" && [...node.names.values()].some((all) => all.at(-1)?.value)) {
      throw new DiskError("remove", path, "ENOTEMPTY");
    }
    this.#name("remove", path, undefined);
  }

  async makeDirectory(path: string): Promise<void> {
    await this.world.turn(this.process, "mkdir", path);
    const parts = path.split("/").filter((part) => part !== "");
    for (let i = 1; i <= parts.length; i++) {
      const at = "/" + parts.slice(0, i).join("/");
      const node = this.#find(at);
      if (node === undefined) {
        this.#name("mkdir", at, this.world.files.folder(this.world.now));
      } else if (node.kind !== "folder") throw new DiskError("mkdir", at, "ENOTDIR");
    }
  }

  makeDirectorySync(path: string): void {
    this.world.mayFail("mkdir", path);
    if (this.#find(path) !== undefined) throw new DiskError("mkdir", path, "EEXIST");
    this.#name("mkdir", path, this.world.files.folder(this.world.now));
  }

  async removeAll(path: string): Promise<void> {
    if (this.stat(path)?.isDirectory) {
      for (const name of await this.list(path)) await this.removeAll(`${path}/${name}`);
    }
    if (this.#find(path) !== undefined) await this.remove(path);
  }

  async list(path: string): Promise<readonly string[]> {
    await this.world.turn(this.process, "list", path);
    const { files, now } = this.world;
    const folder = files.find(path, now, this.process);
    return folder?.kind === "folder" ? files.namesIn(folder, now, this.process) : [];
  }

  stat(path: string) {
    this.world.mayFail("stat", path);
    const { files, now } = this.world;
    const node = files.find(path, now, this.process);
    if (node === undefined) return undefined;
    return {
      size: node.kind === "file" ? files.content(node, now, this.process).length : 0,
      mtime: node.mtime,
      dev: 1,
      ino: node.ino,
      nlink: 1,
      type: simTypes[node.kind],
      isFile: node.kind === "file",
      isDirectory: node.kind === "folder",
      isSymlink: node.kind === "link",
    };
  }

  async syncFile(path: string): Promise<void> {
    const node = this.#need("sync", path);
    if (node.kind === "file") await this.#sync(path, node);
  }

  async syncDirectory(path: string): Promise<void> {
    await this.world.turn(this.process, "sync", path);
    const node = this.#need("sync", path);
    if (node.kind === "folder") this.world.files.syncFolder(node);
  }

  async lock(path: string): Promise<DiskLock> {
    while (true) {
      const lock = await this.tryLock(path);
      if (lock !== undefined) return lock;
    }
  }

  async tryLock(path: string): Promise<DiskLock | undefined> {
    await this.world.turn(this.process, "lock", path);
    if (!this.world.tryLock(path, this.process)) return undefined;
    try {
      if (this.#find(path) === undefined) this.#newFile(path);
    } catch (error) {
      this.world.unlock(path);
      throw error;
    }
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        if (this.#find(path) !== undefined) this.#name("unlock", path, undefined);
        this.world.unlock(path);
      },
    };
  }

  #read(path: string, range?: { offset: number; length?: number }): Uint8Array {
    const { files, now } = this.world;
    const node = files.find(path, now, this.process);
    if (node === undefined) throw new DiskError("read", path, "ENOENT");
    if (node.kind !== "file") throw new DiskError("read", path, "EISDIR");
    const bytes = files.content(node, now, this.process);
    const from = range?.offset ?? 0;
    return bytes.slice(from, range?.length === undefined ? undefined : from + range.length);
  }

  /** In two halves, so that it can end between them. */
  async #write(path: string, file: SimFile, bytes: Uint8Array): Promise<void> {
    const half = Math.floor(this.world.chance() * (bytes.length + 1));
    for (const part of [bytes.subarray(0, half), bytes.subarray(half)]) {
      await this.world.turn(this.process, "write", path);
      const { files, now } = this.world;
      const before = files.content(file, now);
      const whole = new Uint8Array(before.length + part.length);
      whole.set(before);
      whole.set(part, before.length);
      files.write(file, whole, now, this.process);
    }
  }

  async #sync(path: string, file: SimFile): Promise<void> {
    try {
      await this.world.turn(this.process, "sync", path);
    } catch (error) {
      file.broken = true;
      throw error;
    }
    this.world.files.syncFile(file);
  }

  #newFile(path: string): SimFile {
    const file = this.world.files.file(this.world.now);
    this.#name("create", path, file);
    return file;
  }

  #find(path: string) {
    return this.world.files.find(path, this.world.now);
  }

  #need(operation: string, path: string) {
    const node = this.#find(path);
    if (node === undefined) throw new DiskError(operation, path, "ENOENT");
    return node;
  }

  #name(operation: string, path: string, node: Parameters<SimFiles["setName"]>[2]): void {
    const { files, now } = this.world;
    const { folder, name } = files.place(path, now);
    if (folder === undefined) throw new DiskError(operation, path, "ENOENT");
    files.setName(folder, name, node, now, this.process);
  }
}
