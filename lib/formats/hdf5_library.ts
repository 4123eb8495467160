// The HDF5 library compiled to wasm (h5wasm), loaded on first use. Damaged files can make it trap inside of wasm: its
// memory is then put back to how it was after loading, so that the next file meets a sound library.

import type { Hdf5Group } from "./write_hdf5.ts";

/** What is used of h5wasm's module. */
export interface Library {
  readonly HEAPU8: Uint8Array;
  readonly H5G_DATASET: number;
  readonly H5F_ACC_RDONLY: number;
  readonly H5F_LIBVER_EARLIEST: number;
  readonly H5F_LIBVER_LATEST: number;
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array): void;
    readFile(path: string): Uint8Array<ArrayBuffer>;
    lookupPath(path: string): { readonly node: MemoryFile };
    unlink(path: string): void;
    getStream(fd: number): { tty: { ops: object } } | null;
  };
  open(path: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_type(file: bigint, path: string): number;
  get_dataset_metadata(file: bigint, path: string): Metadata;
  get_dataset_filters(file: bigint, path: string): readonly { id: number; name: string }[];
  get_dataset_data(
    file: bigint,
    path: string,
    count: null,
    offset: null,
    strides: null,
    pointer: bigint,
  ): number;
  _malloc(size: number): number;
  _free(pointer: number): void;
}

/** A file in the library's memory. */
export interface MemoryFile {
  /** At least `usedBytes` long. */
  contents: unknown;
  readonly usedBytes: number;
}

/** What it tells of a data set. */
export interface Metadata {
  readonly type: number;
  readonly size: number;
  readonly signed: boolean;
  readonly vlen: boolean;
  readonly shape: readonly number[] | null;
  readonly chunks: readonly number[] | null;
  readonly enum_type?: { readonly type: number };
  readonly compound_type?: { readonly members: readonly { readonly name: string }[] };
}

let loading: Promise<Library> | undefined;
let library: Library | undefined;
/** The library's memory as it is after loading. */
let fresh: Uint8Array | undefined;
/** What the library printed since it was last asked. */
let printed = "";

/**
 * The library, the same one every time.
 *
 * @example
 * ```ts
 * import { loadHdf5 } from "#lib/formats/hdf5_library.ts";
 * import { assert } from "@std/assert";
 * assert((await loadHdf5()) === (await loadHdf5()));
 * ```
 */
export function loadHdf5(): Promise<Library> {
  return loading ??= start();
}

async function start(): Promise<Library> {
  const { default: h5wasm } = await import("h5wasm");
  const started = await h5wasm.ready as unknown as Library;
  const stderr = started.FS.getStream(2);
  if (stderr !== null) {
    stderr.tty.ops = {
      ...stderr.tty.ops,
      put_char(_tty: unknown, code: number | null) {
        if (printed.length < 20_000) printed += String.fromCharCode(code ?? 10);
      },
      fsync() {},
    };
  }
  fresh = started.HEAPU8.slice();
  library = started;
  return started;
}

/** The part of the library that writes: a file that is a group, and where it lies in memory. */
export interface Writer {
  readonly File: new (
    path: string,
    mode: "w",
    options: { readonly libver: readonly [string, string] },
  ) => Hdf5Group & { flush(): void; close(): void };
  readonly FS: Library["FS"];
}

/**
 * The library for writing, loaded as the one for reading is.
 *
 * @example
 * ```ts
 * import { loadHdf5Writer } from "#lib/formats/hdf5_library.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(typeof (await loadHdf5Writer()).File, "function");
 * ```
 */
export async function loadHdf5Writer(): Promise<Writer> {
  const { FS } = await loadHdf5();
  const { default: { File } } = await import("h5wasm");
  return { File: File as unknown as Writer["File"], FS };
}

/**
 * Runs a call of the library during which its clock stands still, at the beginning of 1980: it stamps what it writes, and
 * equal content is to give equal bytes. Nothing else runs meanwhile.
 *
 * @example
 * ```ts
 * import { stamped } from "#lib/formats/hdf5_library.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(stamped(() => new Date(Date.now()).toISOString().slice(0, 4)), "1980");
 * ```
 */
export function stamped<T>(call: () => T): T {
  const clock: { now(): number } = Date;
  const { now } = clock;
  clock.now = () => Date.UTC(1980, 0, 1);
  try {
    return call();
  } finally {
    clock.now = now;
  }
}

/**
 * Runs a call of the library; what goes wrong inside is an error in words, and leaves the library sound.
 *
 * @throws {TypeError} if the call throws.
 *
 * @example
 * ```ts
 * import { guarded } from "#lib/formats/hdf5_library.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => guarded(() => { throw new Error("no such name"); }), TypeError, "(no such name)");
 * ```
 */
export function guarded<T>(call: () => T): T {
  printed = "";
  try {
    return call();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isTrap = error instanceof WebAssembly.RuntimeError || !(error instanceof Error);
    if (isTrap && library !== undefined && fresh !== undefined) {
      library.HEAPU8.fill(0);
      library.HEAPU8.set(fresh);
    }
    throw new TypeError(
      `the HDF5 file is damaged: the reader stopped at it${because() || ` (${message})`}`,
    );
  }
}

/**
 * The innermost thing that the library printed in the last call, in brackets; nothing if it was silent.
 *
 * @example
 * ```ts
 * import { because, guarded } from "#lib/formats/hdf5_library.ts";
 * import { assertEquals } from "@std/assert";
 * guarded(() => {});
 * assertEquals(because(), "");
 * ```
 */
export function because(): string {
  const lines = [...printed.matchAll(/#\d+: .*?\(\): (.*)/g)];
  const last = lines.at(-1)?.[1];
  return last === undefined ? "" : ` (${last})`;
}
