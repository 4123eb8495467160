// Identifiers in a crate: relative URI references, so that a run folder can be moved. Names of stages may hold anything;
// they are percent-encoded, each name in its own way.

/**
 * The identifier of something that is no file: `#action/fit%5Bseed%3D0%5D`.
 *
 * @example
 * ```ts
 * import { fragmentId } from "#lib/provenance/ids.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fragmentId("action", "fit[seed=0]"), "#action/fit%5Bseed%3D0%5D");
 * assertEquals(fragmentId("step", "a b/ü"), "#step/a%20b%2F%C3%BC");
 * ```
 */
export function fragmentId(kind: string, ...names: readonly string[]): string {
  let id = `#${kind}`;
  for (const name of names) id += `/${plain.test(name) ? name : encode(name)}`;
  return id;
}

/**
 * The identifier of a file of the run folder.
 *
 * @example
 * ```ts
 * import { fileId } from "#lib/provenance/ids.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(fileId("files/a b/x#1.txt"), "files/a%20b/x%231.txt");
 * ```
 */
export function fileId(path: string): string {
  return path.split("/").map((name) => plain.test(name) ? name : encode(name)).join("/");
}

const plain = /^[\w.~-]*$/;

/** A half of a surrogate pair cannot be encoded; it becomes U+FFFD. */
function encode(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
