// Params that note what is looked at in them; what is done with the notes is in recorded.ts.

/** Longer lists of values that are no collections count as read whole once they are taken. */
const maxWatched = 64;

/**
 * What lies behind a recorder's proxy, read whole thereby, with what the task changed in it: a list or map whose members
 * may be watched in turn. `undefined` for anything else.
 *
 * @example
 * ```ts
 * import { Recorder } from "#lib/executors/recorded.ts";
 * import { unwatched } from "#lib/executors/watched_params.ts";
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
 * import { describing } from "#lib/executors/watched_params.ts";
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

/** How often something new was looked at. */
export interface LookCount {
  count: number;
}

const watchedBy = new WeakMap<object, Watched>();

/**
 * A list or map of the params, the handler of its own proxy.
 *
 * @example
 * ```ts
 * import { Watched } from "#lib/executors/watched_params.ts";
 * import { assertEquals } from "@std/assert";
 * const watched = new Watched("/net", { units: 8, rate: 1 });
 * void (watched.proxy as { units: number }).units;
 * const looks: string[] = [];
 * watched.addLooks(looks);
 * assertEquals(looks, ["=/net/units"]);
 * ```
 */
export class Watched implements ProxyHandler<object> {
  /** Grows with every look that is new, here or in what holds this. */
  readonly looks: LookCount;
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

  constructor(pointer: string, plain: object, looks: LookCount = { count: 0 }) {
    this.#pointer = pointer;
    this.looks = looks;
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
    this.looks.count++;
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
    this.looks.count++;
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
    this.looks.count++;
    if (this.#members.has(name)) this.#read.add(name);
    else this.#notePresence(name);
  }

  #notePresence(name: string | symbol): void {
    if (typeof name === "symbol") return;
    this.looks.count++;
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
    const member = new Watched(this.#below(name), value, this.looks);
    this.#members.set(name, member);
    return member.proxy;
  }

  #below(name: string): string {
    return `${this.#pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
}

/**
 * Whether a value is what a key is made of. Anything else cannot be compared, and goes to the task as it is.
 *
 * @example
 * ```ts
 * import { isPlain } from "#lib/executors/watched_params.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([{ a: [1, null] }, new Map(), { f() {} }].map(isPlain), [true, false, false]);
 * ```
 */
export function isPlain(value: unknown): boolean {
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
