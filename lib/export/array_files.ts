// Arrays of one artifact on their way into files: `.npy` with a sidecar each, or one `.npz`.

import { digestOf, hexOf } from "../core/digest.ts";
import { writeNpz } from "../formats/write_npz.ts";
import { prettyJson } from "./exported_run.ts";
import { partName } from "./names.ts";

/** An array with everything that its sidecar says. */
export interface OutgoingArray {
  readonly key: string;
  readonly npy: Uint8Array;
  readonly sidecar: Readonly<Record<string, unknown>>;
}

/** The arrays of one artifact, and plain data beside them. */
export interface OutgoingArrays {
  readonly arrays: readonly OutgoingArray[];
  readonly documents: Readonly<Record<string, unknown>>;
  /** About the member that gave them. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Writes one file below the export. */
export type Write = (path: string, bytes: Uint8Array) => void;

/**
 * Writes `<stem>.<array>.npy` with sidecars and `<stem>.<document>.json`; returns the paths of the arrays, or of the
 * documents where there are no arrays.
 *
 * @example
 * ```ts
 * import { writeNpyFiles } from "#lib/export/array_files.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const npy = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(7) });
 * const written: string[] = [];
 * const write = (path: string) => void written.push(path);
 * const arrays = [{ key: "rates", npy, sidecar: { dims: ["time"] } }];
 * writeNpyFiles("arrays/fit/fit", { arrays, documents: {}, facts: { seed: 0 } }, write);
 * assertEquals(written, ["arrays/fit/fit.rates.npy", "arrays/fit/fit.rates.json"]);
 * ```
 */
export function writeNpyFiles(
  stem: string,
  { arrays, documents, facts }: OutgoingArrays,
  write: Write,
): readonly string[] {
  const names = keptApart(arrays.map(({ key }) => key));
  const paths = arrays.map((_, i) => `${stem}.${names[i]}.npy`);
  const documentPaths = documentPathsOf(stem, documents, names);
  arrays.forEach(({ npy, sidecar }, i) => {
    write(paths[i], npy);
    const about = { ...sidecar, ...describeNpy(npy), ...facts, array: arrays[i].key, ...sidecar };
    write(`${stem}.${names[i]}.json`, prettyJson(about));
  });
  for (const [path, document] of documentPaths) write(path, prettyJson(document));
  return paths.length > 0 ? paths : documentPaths.map(([path]) => path);
}

/**
 * Writes `<stem>.npz` and `<stem>.json`, which describes it; documents as {@link writeNpyFiles} does.
 *
 * @throws {RangeError} if the arrays have more than 4 GiB.
 *
 * @example
 * ```ts
 * import { writeNpzFile } from "#lib/export/array_files.ts";
 * import { encodeNpy } from "#lib/core/npy.ts";
 * import { assertEquals } from "@std/assert";
 * const npy = encodeNpy({ dtype: "f8", shape: [1], data: Float64Array.of(7) });
 * const arrays = [{ key: "rates", npy, sidecar: { dims: ["time"] } }];
 * const paths = writeNpzFile("a/fit", { arrays, documents: {}, facts: {} }, () => {});
 * assertEquals(paths, ["a/fit.npz"]);
 * ```
 */
export function writeNpzFile(
  stem: string,
  { arrays, documents, facts }: OutgoingArrays,
  write: Write,
): readonly string[] {
  const keys = arrays.map(({ key }) => /^[\w+-]+$/.test(key) ? key : partName(key));
  const documentPaths = documentPathsOf(stem, documents, []);
  for (const [path, document] of documentPaths) write(path, prettyJson(document));
  if (arrays.length > 0) {
    const files = Object.fromEntries(arrays.map(({ npy }, i) => [keys[i], npy]));
    const about = arrays.map(({ npy, sidecar }, i) =>
      [keys[i], { ...sidecar, ...describeNpy(npy) }] as const
    );
    write(`${stem}.npz`, writeNpz(files));
    write(`${stem}.json`, prettyJson({ ...facts, arrays: Object.fromEntries(about) }));
  }
  return arrays.length > 0 ? [`${stem}.npz`] : documentPaths.map(([path]) => path);
}

function documentPathsOf(
  stem: string,
  documents: Readonly<Record<string, unknown>>,
  taken: readonly string[],
): readonly (readonly [string, unknown])[] {
  const names = Object.keys(documents);
  const kept = keptApart([...taken, ...names]).slice(taken.length);
  return names.map((name, i) => [`${stem}.${kept[i]}.json`, documents[name]]);
}

/**
 * Parts of file names, different also where upper and lower case are one.
 *
 * @example
 * ```ts
 * import { keptApart } from "#lib/export/array_files.ts";
 * import { assertEquals, assertMatch } from "@std/assert";
 * assertEquals(keptApart(["W_in", "W_rec"]), ["W_in", "W_rec"]);
 * assertMatch(keptApart(["w", "W"])[1], /^W~[0-9a-f]{12}$/);
 * ```
 */
export function keptApart(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  const parts = names.map(partName);
  for (const part of parts) {
    counts.set(part.toLowerCase(), (counts.get(part.toLowerCase()) ?? 0) + 1);
  }
  return parts.map((part, i) =>
    counts.get(part.toLowerCase()) === 1 || part.includes("~")
      ? part
      : `${part.slice(0, 17)}~${hexOf(digestOf(names[i])).slice(0, 12)}`
  );
}

function describeNpy(npy: Uint8Array): Readonly<Record<string, unknown>> {
  const header = new TextDecoder("latin1").decode(npy.subarray(10, Math.min(npy.length, 1024)));
  const dtype = /'descr': '([^']+)'/.exec(header)?.[1];
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "";
  return {
    dtype,
    shape: shape.split(",").filter((part) => part.trim() !== "").map(Number),
    sha256: hexOf(digestOf(npy)),
  };
}
