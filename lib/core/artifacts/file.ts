// A file that a workflow names as an input: its bytes, whatever they are. Its name is not part of its identity.

import { type ArtifactType, bytesOf } from "../artifact.ts";

/**
 * Artifact type of a plain input file (`files:` of a stage).
 *
 * @example
 * ```ts
 * import { file } from "#lib/core/artifacts/file.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(file.decode(file.encode(new Uint8Array([1, 2]))), new Uint8Array([1, 2]));
 * ```
 */
export const file: ArtifactType<Uint8Array> = {
  kind: "file",
  encode: (bytes) => ({ data: bytes }),
  decode: (files) => bytesOf(files, "data"),
};
