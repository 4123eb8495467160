// Named arrays with one block of plain data: the type for values that need no stricter type of their own.

import {
  type ArtifactType,
  type Files,
  jsonBytes,
  readJson,
  readTensor,
  tensorFiles,
} from "../artifact.ts";
import type { Tensor } from "../tensor.ts";

/** Arrays by name, and plain data about them. */
export interface Arrays {
  readonly arrays: Readonly<Record<string, Tensor>>;
  readonly about: Readonly<Record<string, unknown>>;
}

/**
 * Makes the artifact type of a kind of named arrays: one `.npy` + sidecar each, and `about.json`.
 *
 * @example
 * ```ts
 * import { arraysOf } from "#lib/core/artifacts/arrays.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const kind = arraysOf("generator_states");
 * const value = { arrays: { words: tensor(["word"], [2], Float64Array.of(1, 2)) }, about: { blocks: 1 } };
 * assertEquals(kind.decode(kind.encode(value)), value);
 * ```
 */
export function arraysOf(kind: string): ArtifactType<Arrays> {
  return {
    kind,
    encode({ arrays, about }) {
      const files: Record<string, Uint8Array> = { "about.json": jsonBytes(about) };
      for (const name of Object.keys(arrays).sort()) {
        if (name === "about") {
          throw new TypeError("an array cannot be named 'about'; its sidecar would be about.json");
        }
        Object.assign(files, tensorFiles(name, arrays[name]));
      }
      return files;
    },
    decode(files: Files) {
      const stems = Object.keys(files).filter((name) => name !== "about.json")
        .map((name) => name.replace(/\.(npy|json)$/, ""));
      const names = [...new Set(stems)].sort();
      return {
        arrays: Object.fromEntries(names.map((name) => [name, readTensor(files, name).tensor])),
        about: readJson(files, "about.json") as Record<string, unknown>,
      };
    },
  };
}
