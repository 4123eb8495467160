// Files of an artifact that note which of them are opened; what is done with the notes is in recorded.ts.

import type { Files } from "../core/artifact.ts";
import { describing, type LookCount } from "./watched_params.ts";

/**
 * The files of one artifact, the handler of their proxy.
 *
 * @example
 * ```ts
 * import { WatchedFiles } from "#lib/executors/watched_files.ts";
 * import { assertEquals } from "@std/assert";
 * const files = { a: new Uint8Array(1), log: new Uint8Array(9) };
 * const watched = new WatchedFiles(files);
 * void new Proxy({ ...files }, watched).a;
 * assertEquals([...watched.opened], ["a"]);
 * ```
 */
export class WatchedFiles implements ProxyHandler<Record<string, Uint8Array>> {
  readonly names: readonly string[];
  /** Names of the files opened or sought; the empty name is the list of names. */
  readonly opened = new Set<string>();

  constructor(files: Files, readonly looks: LookCount = { count: 0 }) {
    this.names = Object.keys(files);
  }

  get(target: Record<string, Uint8Array>, name: string | symbol, receiver: unknown): unknown {
    if (typeof name === "string") this.#note(name);
    return Reflect.get(target, name, receiver);
  }

  has(target: Record<string, Uint8Array>, name: string | symbol): boolean {
    this.#seek(name);
    return Reflect.has(target, name);
  }

  ownKeys(target: Record<string, Uint8Array>): (string | symbol)[] {
    this.#note("");
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(
    target: Record<string, Uint8Array>,
    name: string | symbol,
  ): PropertyDescriptor | undefined {
    if (describing.always && typeof name === "string") this.#note(name);
    else this.#seek(name);
    return Reflect.getOwnPropertyDescriptor(target, name);
  }

  readAll(): void {
    for (const name of ["", ...this.names]) this.#note(name);
  }

  /** There is no look for presence alone. */
  #seek(name: string | symbol): void {
    if (typeof name === "string" && !this.opened.has("")) this.#note(name);
  }

  #note(name: string): void {
    this.looks.count++;
    this.opened.add(name);
  }
}
