// Standard normal numbers by the million, in f32: the sequences of lib/core/random.ts, agreeing with `normal` there to
// within some units of f32, and the same bytes on every machine. For noise that is drawn anew for each batch.

import bytes from "./normals.wasm" with { type: "bytes" };
import { WasmHeap } from "./instance.ts";

/** One per thread: numbers are read before the next are drawn. */
let kept: { readonly heap: WasmHeap; readonly at: number; view: Float32Array } | undefined;

/**
 * The numbers `from` to `to` (exclusive) of the sequence at the index (i, j, k) of a stream. The array is the module's own
 * and holds other numbers after the next call.
 *
 * @param key of the stream (`RandomStream.key`)
 *
 * @example
 * ```ts
 * import { randomStream } from "#lib/core/random.ts";
 * import { normalsOf } from "#lib/wasm/normals.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const stream = randomStream(7, "noise");
 * const [expected] = stream.normal(new Float64Array(10), 3).subarray(9);
 * assertAlmostEquals(normalsOf(stream.key, 9, 10, 3)[0], expected, 1e-6);
 * ```
 */
export function normalsOf(
  key: readonly [number, number],
  from: number,
  to: number,
  i = 0,
  j = 0,
  k = 0,
): Float32Array {
  const first = from >>> 2;
  const quads = to <= from ? 0 : Math.ceil(((to + 3 >>> 2) - first) / 4);
  const { heap, at, view } = roomFor(16 * quads);
  heap.exports.normals(at, quads, first, i, j, k, key[0], key[1]);
  return view.subarray(from - 4 * first, to - 4 * first);
}

function roomFor(count: number): NonNullable<typeof kept> {
  if (kept !== undefined && kept.view.length >= count) return kept;
  const length = Math.max(4096, 2 ** Math.ceil(Math.log2(Math.max(1, count))));
  const heap = new WasmHeap(bytes);
  const at = heap.alloc(4 * length);
  kept = { heap, at, view: new Float32Array(heap.f64(at, length / 2).buffer, at, length) };
  return kept;
}
