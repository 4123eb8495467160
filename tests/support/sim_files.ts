// A model of a file system that forgets: what was not synced may be lost, kept or torn when the power goes, each
// name and each file by chance and independently, which is harsher than any real one. Changes by one process may
// reach others late. Leaves out: time, turns and failures (sim_world.ts).

/** Random numbers in [0, 1). */
export type Chance = () => number;

interface Version<T> {
  readonly at: number;
  readonly process: number;
  readonly value: T;
}

/** A file: its contents over time, and what is certain to survive. */
export interface SimFile {
  readonly kind: "file";
  readonly ino: number;
  versions: Version<Uint8Array>[];
  durable: Uint8Array;
  mtime: number;
  /** A sync failed once; as on Linux, later ones say all is well and change nothing. */
  broken: boolean;
}

/** A folder: for every name what it meant over time, and what is certain to survive. */
export interface SimFolder {
  readonly kind: "folder";
  readonly ino: number;
  names: Map<string, Version<SimNode | undefined>[]>;
  durable: Map<string, SimNode>;
  mtime: number;
}

/** A symbolic link: only its being there matters. */
export interface SimLink {
  readonly kind: "link";
  readonly ino: number;
  mtime: number;
}

/** Anything with a name. */
export type SimNode = SimFile | SimFolder | SimLink;

const empty = new Uint8Array();

/** The file system; paths are absolute. */
export class SimFiles {
  readonly #chance: Chance;
  readonly #lagMs: number;
  #numNodes = 0;
  root: SimFolder;

  /** @param lagMs how late a change may reach other processes */
  constructor(chance: Chance, lagMs: number) {
    this.#chance = chance;
    this.#lagMs = lagMs;
    this.root = this.folder(0);
  }

  folder(mtime: number): SimFolder {
    const ino = ++this.#numNodes;
    return { kind: "folder", ino, names: new Map(), durable: new Map(), mtime };
  }

  file(mtime: number): SimFile {
    const ino = ++this.#numNodes;
    return { kind: "file", ino, versions: [], durable: empty, mtime, broken: false };
  }

  /** What a process sees at a path. `process` undefined: the truth. */
  find(path: string, now: number, process?: number): SimNode | undefined {
    let node: SimNode | undefined = this.root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      if (node?.kind !== "folder") return undefined;
      const versions: Version<SimNode | undefined>[] | undefined = node.names.get(name);
      node = versions && this.#seen(versions, now, process);
    }
    return node;
  }

  /** The folder that a path lies in, and the last part of the path. */
  place(path: string, now: number): { folder: SimFolder | undefined; name: string } {
    const slash = path.lastIndexOf("/");
    const folder = this.find(path.slice(0, slash), now);
    return {
      folder: folder?.kind === "folder" ? folder : undefined,
      name: path.slice(slash + 1),
    };
  }

  setName(
    folder: SimFolder,
    name: string,
    value: SimNode | undefined,
    now: number,
    process: number,
  ) {
    const versions = folder.names.get(name) ?? [];
    folder.names.set(name, [...versions, { at: now, process, value }]);
    folder.mtime = now;
  }

  namesIn(folder: SimFolder, now: number, process: number): string[] {
    return [...folder.names].filter(([, versions]) => this.#seen(versions, now, process))
      .map(([name]) => name).sort();
  }

  write(file: SimFile, value: Uint8Array, now: number, process: number): void {
    file.versions.push({ at: now, process, value });
    file.mtime = now;
  }

  content(file: SimFile, now: number, process?: number): Uint8Array {
    return this.#seen(file.versions, now, process) ?? empty;
  }

  syncFile(file: SimFile): void {
    if (!file.broken) file.durable = file.versions.at(-1)?.value ?? empty;
  }

  syncFolder(folder: SimFolder): void {
    folder.durable = new Map();
    for (const [name, versions] of folder.names) {
      const node = versions.at(-1)?.value;
      if (node !== undefined) folder.durable.set(name, node);
    }
  }

  /** The power goes: what is left is what was synced, and by chance some of the rest. */
  cutPower(): void {
    const mood = this.#chance();
    this.#settle(this.root, mood, new Set());
  }

  #seen<T>(
    versions: readonly Version<T>[],
    now: number,
    process: number | undefined,
  ): T | undefined {
    for (let i = versions.length - 1; i >= 0; i--) {
      const { at, process: by, value } = versions[i];
      if (process === undefined || by === process || at + this.#lagMs <= now) return value;
    }
    return undefined;
  }

  /** `mood`: how likely what was not synced is kept; near 0 nothing is, near 1 everything. */
  #settle(node: SimNode, mood: number, done: Set<SimNode>): void {
    if (done.has(node) || node.kind === "link") return;
    done.add(node);
    if (node.kind === "file") {
      const left = this.#leftOf(node, mood);
      node.durable = left;
      node.versions = [{ at: -Infinity, process: 0, value: left }];
      node.broken = false;
      return;
    }
    const left = new Map<string, SimNode>();
    for (const [name, versions] of node.names) {
      const synced = node.durable.get(name);
      const since = versions.slice(versions.findLastIndex(({ value }) => value === synced) + 1);
      const choices = [synced, ...since.map(({ value }) => value)];
      const kept = this.#chance() < mood
        ? choices[choices.length - 1]
        : choices[Math.floor(this.#chance() * choices.length)];
      if (kept !== undefined) left.set(name, kept);
    }
    node.durable = left;
    node.names = new Map([...left].map(([name, value]) => [
      name,
      [{ at: -Infinity, process: 0, value }],
    ]));
    for (const child of left.values()) this.#settle(child, mood, done);
  }

  #leftOf(file: SimFile, mood: number): Uint8Array {
    const last = file.versions.at(-1)?.value ?? empty;
    if (file.broken || last.length === file.durable.length) return file.durable;
    if (this.#chance() < mood) return last;
    const from = file.durable.length;
    const end = from + Math.floor(this.#chance() * (last.length - from + 1));
    switch (Math.floor(this.#chance() * 4)) {
      case 0:
        return file.durable;
      case 1:
        return last.slice(0, end);
      case 2: // The right length, but some of it never reached the disk.
        return last.slice().fill(0, end, end + Math.ceil(this.#chance() * (last.length - end)));
      default:
        return last.slice().fill(0, from);
    }
  }
}
