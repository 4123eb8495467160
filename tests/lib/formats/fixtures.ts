// What the reference files hold, and where they lie.

import type { NumericArray } from "#lib/formats/numeric_array.ts";

/** Entry k is (k − 5) / 4. */
export const x: NumericArray = {
  shape: [2, 4, 3],
  data: Float64Array.from({ length: 24 }, (_, k) => (k - 5) / 4),
};

/** The bytes of a reference file. */
export function referenceFile(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../../reference/formats/${name}`, import.meta.url));
}

/** Text as bytes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
