// Artifacts: the values on output ports. An artifact type says how a value is named, written and read.
// An artifact is a small set of files that other programs can open (.npy + sidecar, .tsv + sidecar, .svg),
// and its identity is the digest of those files.

import { type Digest, digestOf, digestOfValue } from "./digest.ts";
import { canonicalJson, reviveCanonical } from "./canonical.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { describeShape, type Tensor } from "./tensor.ts";

/** The files of one artifact by name. Encoding is canonical: equal values give equal bytes. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** How a kind of value is written to files and read back. */
export interface ArtifactType<T> {
  readonly kind: string;
  encode(value: T): Files;
  decode(files: Files): T;
}

/** The value type of an artifact type. */
export type ValueOf<A> = A extends ArtifactType<infer T> ? T : never;

/**
 * Digest of an artifact: of its kind and of every file's name and digest.
 *
 * @example
 * ```ts
 * import { digestOfFiles } from "#lib/core/artifact.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertNotEquals } from "@std/assert";
 * const files = { "a.txt": digestOf("x") };
 * assertNotEquals(digestOfFiles("table", files), digestOfFiles("figure", files));
 * ```
 */
export function digestOfFiles(kind: string, files: Readonly<Record<string, Digest>>): Digest {
  return digestOfValue({ kind, files });
}

/**
 * Digest of an artifact given its bytes.
 *
 * @example
 * ```ts
 * import { digestOfArtifact } from "#lib/core/artifact.ts";
 * import { assertEquals } from "@std/assert";
 * const files = { "a.txt": new Uint8Array([1]) };
 * assertEquals(digestOfArtifact("table", files), digestOfArtifact("table", { ...files }));
 * ```
 */
export function digestOfArtifact(kind: string, files: Files): Digest {
  return digestOfFiles(
    kind,
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, digestOf(bytes)])),
  );
}

/**
 * The files below a folder, named from there: one artifact in a column of a table. Works on bytes, digests and stored
 * files alike, so that the digest of such a part is `digestOfFiles(kind, filesBelow(digests, folder))`.
 *
 * @example
 * ```ts
 * import { filesBelow } from "#lib/core/artifact.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(filesBelow({ "weights/1/a.npy": 1, "weights/10/a.npy": 2, "table.tsv": 3 }, "weights/1"), { "a.npy": 1 });
 * ```
 */
export function filesBelow<T>(
  files: Readonly<Record<string, T>>,
  folder: string,
): Record<string, T> {
  const start = `${folder}/`;
  const found: Record<string, T> = {};
  for (const name in files) {
    if (name.startsWith(start)) found[name.slice(start.length)] = files[name];
  }
  return found;
}

/**
 * Writes a tensor as `<name>.npy` and `<name>.json`; the sidecar names axes, units and labels, and carries
 * whatever plain data belongs to it (`dt_ms`, `seed`).
 *
 * @example
 * ```ts
 * import { readTensor, tensorFiles } from "#lib/core/artifact.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const files = tensorFiles("states", tensor(["time"], [2], Float64Array.of(1, 2)), { dt_ms: 10 });
 * assertEquals(readTensor(files, "states").sidecar.dt_ms, 10);
 * ```
 */
export function tensorFiles(
  name: string,
  value: Tensor,
  sidecar: Readonly<Record<string, unknown>> = {},
): Files {
  const { dims, units, coords } = value;
  return {
    [`${name}.npy`]: encodeNpy(value),
    [`${name}.json`]: jsonBytes({ ...sidecar, dims, units, coords }),
  };
}

/**
 * Reads what {@link tensorFiles} wrote.
 *
 * @throws {TypeError} if a file is absent, or if the sidecar's axes do not fit the array's shape.
 *
 * @example
 * ```ts
 * import { readTensor } from "#lib/core/artifact.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => readTensor({}, "states"), TypeError, "states.npy");
 * ```
 */
export function readTensor(
  files: Files,
  name: string,
): { tensor: Tensor; sidecar: Readonly<Record<string, unknown>> } {
  const bytes = bytesOf(files, `${name}.npy`);
  const sidecar = readJson(files, `${name}.json`) as Record<string, unknown>;
  const array = decodeNpy(bytes);
  const dims = sidecar.dims as readonly string[];
  if (!Array.isArray(dims) || dims.length !== array.shape.length) {
    throw new TypeError(
      `${name}.json names the axes ${
        JSON.stringify(dims)
      }, but ${name}.npy has the shape [${array.shape}]`,
    );
  }
  const extra = {
    ...(sidecar.units === undefined ? {} : { units: sidecar.units as string }),
    ...(sidecar.coords === undefined ? {} : { coords: sidecar.coords as never }),
  };
  return { tensor: { ...array, dims, ...extra }, sidecar };
}

/**
 * Canonical JSON as bytes, with a final line end.
 *
 * @example
 * ```ts
 * import { jsonBytes } from "#lib/core/artifact.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new TextDecoder().decode(jsonBytes({ b: 1, a: 2 })), '{"a":2,"b":1}\n');
 * ```
 */
export function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value) + "\n");
}

/**
 * Reads one JSON file of an artifact.
 *
 * @throws {TypeError} if the file is absent.
 *
 * @example
 * ```ts
 * import { jsonBytes, readJson } from "#lib/core/artifact.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(readJson({ "x.json": jsonBytes({ a: 1 }) }, "x.json"), { a: 1 });
 * ```
 */
export function readJson(files: Files, name: string): unknown {
  return JSON.parse(new TextDecoder().decode(bytesOf(files, name)), reviveCanonical);
}

/**
 * The bytes of one file of an artifact.
 *
 * @throws {TypeError} if the file is absent.
 *
 * @example
 * ```ts
 * import { bytesOf } from "#lib/core/artifact.ts";
 * import { assertThrows } from "@std/assert";
 * assertThrows(() => bytesOf({ "a.tsv": new Uint8Array() }, "b.tsv"), TypeError, "it holds a.tsv");
 * ```
 */
export function bytesOf(files: Files, name: string): Uint8Array {
  if (Object.hasOwn(files, name)) return files[name];
  const held = Object.keys(files).join(", ");
  throw new TypeError(`the artifact lacks ${name}; it holds ${held === "" ? "nothing" : held}`);
}

/**
 * The part of a message that describes an array artifact's shape.
 *
 * @example
 * ```ts
 * import { shapeText } from "#lib/core/artifact.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(shapeText(tensor(["unit"], [3], new Float64Array(3))), "unit 3");
 * ```
 */
export function shapeText(value: Tensor): string {
  return describeShape(value.dims, value.shape);
}
