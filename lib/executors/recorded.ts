// Recording: params and files that note what a task looks at. A result then also holds for params that differ only in
// what was never looked at (lib/core/trace.ts).
//
// Params are shown as the key has them (what is `undefined` is left out, or `null` in a list), each collection behind a
// proxy over a copy of its own. A task may change them: changes go to the copy, and what it then reads counts as read.
// Wherever it is unclear what was learnt, more is noted than was read, never less. A long list of plain values counts as
// read whole as soon as it is taken, and is a plain frozen array: reading through a proxy costs some 40 ns for a value by
// name and 120 ns for one by index, against less than 1 ns.
// Leaves out what looks past proxies without asking them: see_through.ts.

import type { Files } from "../core/artifact.ts";
import type { Reads } from "../core/trace.ts";

/** Longer lists of values that are no collections count as read whole once they are taken. */
const maxWatched = 64;
/** A task that reads in more places than this has no trace: it would be larger than most results. */
const maxLooks = 4096;

/**
 * Watches one job.
 *
 * @example
 * ```ts
 * import { Recorder } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const recorder = new Recorder({ rate: 2, label: "a", steps: [1, 2] });
 * const { rate, steps } = recorder.params as { rate: number; steps: number[] };
 * assertEquals(rate * steps.length, 4);
 * assertEquals(recorder.reads(), { params: ["#/steps", "=/rate", "=/steps"], inputs: {} });
 * ```
 */
export class Recorder {
  /** The params to hand to the task. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly #root: Watched | undefined;
  readonly #ports = new Map<string, WatchedFiles[]>();

  constructor(params: Readonly<Record<string, unknown>>) {
    this.#root = isPlain(params) ? new Watched("", params) : undefined;
    this.params = (this.#root?.proxy ?? params) as Readonly<Record<string, unknown>>;
    latest = this;
  }

  /** The files to hand out in place of those of one artifact on a port. */
  files(port: string, files: Files): Files {
    const watched = new WatchedFiles(files);
    const others = this.#ports.get(port);
    if (others === undefined) this.#ports.set(port, [watched]);
    else others.push(watched);
    return new Proxy({ ...files }, watched);
  }

  /** Counts everything as read. */
  readAll(): void {
    this.#root?.readAll();
    for (const watched of [...this.#ports.values()].flat()) watched.readAll();
  }

  /** What was looked at so far, or `undefined` if everything was, or if that cannot be told. */
  reads(): Reads | undefined {
    if (this.#root === undefined) return undefined;
    const inputs: Record<string, readonly string[]> = {};
    for (const [port, items] of this.#ports) {
      const opened = new Set(items.flatMap((item) => [...item.opened]));
      const isWhole = items.every(({ names }) => names.every((name) => opened.has(name)));
      if (!isWhole) inputs[port] = [...opened].sort();
    }
    const params: string[] = [];
    this.#root.addLooks(params);
    const isWhole = this.#root.isRead() && Object.keys(inputs).length === 0;
    return isWhole || params.length > maxLooks ? undefined : { params: params.sort(), inputs };
  }
}

/**
 * Counts everything of the latest job as read, for what looks past proxies where none can follow.
 *
 * @example
 * ```ts
 * import { readEverything, Recorder } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const recorder = new Recorder({ rate: 2 });
 * assertEquals(recorder.reads(), { params: [], inputs: {} });
 * readEverything();
 * assertEquals(recorder.reads(), undefined);
 * ```
 */
export function readEverything(): void {
  latest?.readAll();
}

let latest: Recorder | undefined;

/**
 * What lies behind a recorder's proxy, read whole thereby, with what the task changed in it: a list or map whose members
 * may be watched in turn. `undefined` for anything else.
 *
 * @example
 * ```ts
 * import { Recorder, unwatched } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * const { params } = new Recorder({ steps: [1, 2] });
 * assertEquals(structuredClone(unwatched(params.steps as object)), [1, 2]);
 * assertEquals(unwatched([1]), undefined);
 * ```
 */
export function unwatched(value: object): object | undefined {
  const watched = watchedBy.get(value);
  if (watched === undefined) return undefined;
  watched.readAll();
  return watched.target;
}

/**
 * Runs `ask`, in which a property's descriptor is asked for in order to see the value. Once told so by `always: false`,
 * all other descriptors count as asked for by the language itself, which wants to know what is there and no more
 * (`Object.keys`, `Object.hasOwn`, `{...}`).
 *
 * @example
 * ```ts
 * import { describing } from "#lib/executors/recorded.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describing.run(() => Object.getOwnPropertyDescriptor([7], "0")?.value), 7);
 * ```
 */
export const describing = {
  always: true,
  run<T>(ask: () => T): T {
    const before = this.always;
    this.always = true;
    try {
      return ask();
    } finally {
      this.always = before;
    }
  },
};

const watchedBy = new WeakMap<object, Watched>();

/** A list or map of the params, the handler of its own proxy. */
class Watched implements ProxyHandler<object> {
  /** A copy, which the task may change; collections in it are proxies. */
  readonly target: object;
  readonly proxy: object;
  readonly #pointer: string;
  /** What was there in the beginning: collections by name, and what kind of leaf all else is. */
  readonly #members = new Map<string, Watched | "value" | "long list">();
  readonly #read = new Set<string>();
  readonly #sought = new Set<string>();
  /** Whether the keys, or the length, were looked at. */
  #listed = false;

  constructor(pointer: string, plain: object) {
    this.#pointer = pointer;
    this.target = Array.isArray(plain)
      ? Array.from(plain, (value, i) => this.#adopted(String(i), value ?? null))
      : Object.fromEntries(
        Object.entries(plain).filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, this.#adopted(name, value)]),
      );
    this.proxy = new Proxy(this.target, this);
    watchedBy.set(this.proxy, this);
  }

  get(target: object, name: string | symbol, receiver: unknown): unknown {
    this.#noteValue(name);
    return Reflect.get(target, name, receiver);
  }

  has(target: object, name: string | symbol): boolean {
    this.#notePresence(name);
    return Reflect.has(target, name);
  }

  ownKeys(target: object): (string | symbol)[] {
    this.#listed = true;
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(
    target: object,
    name: string | symbol,
  ): PropertyDescriptor | undefined {
    if (describing.always) this.#noteValue(name);
    else this.#notePresence(name);
    return Reflect.getOwnPropertyDescriptor(target, name);
  }

  readAll(): void {
    this.#listed = true;
    for (const [name, member] of this.#members) {
      this.#read.add(name);
      if (member instanceof Watched) member.readAll();
    }
  }

  /** Whether no leaf is left unread. */
  isRead(): boolean {
    if (this.#members.size === 0) return this.#listed || this.#pointer === "";
    return this.#members.entries().every(([name, member]) =>
      this.#read.has(name) && (!(member instanceof Watched) || member.isRead())
    );
  }

  /** Adds the looks at what lies in here, but not that this is a collection at all. */
  addLooks(looks: string[]): void {
    if (this.#isWhole()) return void looks.push(`*${this.#pointer}`);
    if (this.#listed) looks.push(`#${this.#pointer}`);
    for (const name of this.#read) {
      const member = this.#members.get(name)!;
      const pointer = this.#below(name);
      if (member === "long list") looks.push(`*${pointer}`);
      else if (!(member instanceof Watched)) looks.push(`=${pointer}`);
      else {
        if (!member.#isWhole()) looks.push(`=${pointer}`);
        member.addLooks(looks);
      }
    }
    // Who knows all keys knows which are there.
    if (this.#listed) return;
    for (const name of this.#sought) {
      if (!this.#read.has(name)) looks.push(`?${this.#below(name)}`);
    }
  }

  /** Whether every key and every leaf in here was looked at. */
  #isWhole(): boolean {
    return this.#listed &&
      this.#members.entries().every(([name, member]) =>
        this.#read.has(name) && (!(member instanceof Watched) || member.#isWhole())
      );
  }

  #noteValue(name: string | symbol): void {
    if (typeof name === "symbol" || this.#read.has(name)) return;
    if (this.#members.has(name)) this.#read.add(name);
    else this.#notePresence(name);
  }

  #notePresence(name: string | symbol): void {
    if (typeof name === "symbol") return;
    if (!Array.isArray(this.target)) this.#sought.add(name);
    // Methods of lists can be no keys of a list.
    else if (name === "length") this.#listed = true;
    else if (!(name in Array.prototype)) this.#sought.add(name);
  }

  #adopted(name: string, value: unknown): unknown {
    if (typeof value !== "object" || value === null) {
      this.#members.set(name, "value");
      return value;
    }
    if (Array.isArray(value) && value.length > maxWatched && !value.some(isObject)) {
      this.#members.set(name, "long list");
      return Object.freeze(Array.from(value, (one) => one ?? null));
    }
    const member = new Watched(this.#below(name), value);
    this.#members.set(name, member);
    return member.proxy;
  }

  #below(name: string): string {
    return `${this.#pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
}

/** The files of one artifact, the handler of their proxy. */
class WatchedFiles implements ProxyHandler<Record<string, Uint8Array>> {
  readonly names: readonly string[];
  /** Names of the files opened or sought; the empty name is the list of names. */
  readonly opened = new Set<string>();

  constructor(files: Files) {
    this.names = Object.keys(files);
  }

  get(target: Record<string, Uint8Array>, name: string | symbol, receiver: unknown): unknown {
    if (typeof name === "string") this.opened.add(name);
    return Reflect.get(target, name, receiver);
  }

  has(target: Record<string, Uint8Array>, name: string | symbol): boolean {
    this.#seek(name);
    return Reflect.has(target, name);
  }

  ownKeys(target: Record<string, Uint8Array>): (string | symbol)[] {
    this.opened.add("");
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(
    target: Record<string, Uint8Array>,
    name: string | symbol,
  ): PropertyDescriptor | undefined {
    if (describing.always && typeof name === "string") this.opened.add(name);
    else this.#seek(name);
    return Reflect.getOwnPropertyDescriptor(target, name);
  }

  readAll(): void {
    for (const name of ["", ...this.names]) this.opened.add(name);
  }

  /** There is no look for presence alone. */
  #seek(name: string | symbol): void {
    if (typeof name === "string" && !this.opened.has("")) this.opened.add(name);
  }
}

/** Whether a value is what a key is made of. Anything else cannot be compared, and goes to the task as it is. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return typeof value !== "function" && typeof value !== "symbol";
  }
  const prototype = Object.getPrototypeOf(value);
  return (Array.isArray(value) || prototype === Object.prototype || prototype === null) &&
    Object.values(value).every(isPlain);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
