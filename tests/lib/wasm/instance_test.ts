import { assert, assertEquals, assertThrows } from "@std/assert";
import { compile } from "#lib/dev/build_wasm.ts";
import { WasmHeap, withHeap } from "#lib/wasm/instance.ts";

const source = `
export function double(at: i32, n: i32): void {
  for (let i = 0; i < n; i++) store<f64>(at + (i << 3), 2.0 * load<f64>(at + (i << 3)));
}`;
const bytes = await compile("double", new Map([["double", source]]));

Deno.test("WasmHeap hands numbers to functions and back", () => {
  const heap = new WasmHeap(bytes);
  const at = heap.put(Float64Array.of(1, -2, 0.5));
  heap.exports.double(at, 3);
  assertEquals(heap.take(at, 3), Float64Array.of(2, -4, 1));
});

Deno.test("WasmHeap keeps what it holds when it grows, and its blocks apart", () => {
  const heap = new WasmHeap(bytes);
  const blocks = [1, 3, 1000, 100_000, 0, 7].map((n) => ({ n, at: heap.alloc(n * 8) }));
  blocks.forEach(({ n, at }, i) => heap.f64(at, n).fill(i));
  blocks.forEach(({ n, at }, i) => {
    assertEquals(at % 16, 0);
    assert(heap.f64(at, n).every((value) => value === i));
  });
});

Deno.test("WasmHeap.reset() gives back what came after the mark", () => {
  const heap = new WasmHeap(bytes);
  const kept = heap.put(Float64Array.of(5));
  const mark = heap.mark();
  const first = heap.alloc(800);
  heap.reset(mark);
  assertEquals(heap.alloc(800), first);
  assertEquals(heap.take(kept, 1), Float64Array.of(5));
});

Deno.test("WasmHeap.alloc() says what did not fit", () => {
  const heap = new WasmHeap(bytes);
  assertThrows(() => heap.alloc(2 ** 33), RangeError, "4 GiB is the most");
  assertEquals(heap.take(heap.put(Float64Array.of(3)), 1), Float64Array.of(3));
});

Deno.test("withHeap() gives back after errors and nested calls", () => {
  const outer = withHeap(bytes, (heap) => heap.mark());
  assertThrows(() =>
    withHeap(bytes, (heap) => {
      heap.alloc(64);
      throw new Error("stop");
    })
  );
  withHeap(bytes, (heap) => {
    const at = heap.put(Float64Array.of(1));
    withHeap(bytes, (same) => {
      assert(same === heap);
      assert(same.alloc(8) > at);
    });
    assertEquals(heap.take(at, 1), Float64Array.of(1));
  });
  assertEquals(withHeap(bytes, (heap) => heap.mark()), outer);
});

Deno.test("withHeap() keeps a large memory while it is used, and drops it after many small calls", () => {
  const call = (numBytes: number) =>
    withHeap(bytes, (heap) => {
      heap.alloc(numBytes);
      return heap;
    });
  const large = call(200_000_000);
  for (let i = 0; i < 500; i++) assert(call(i % 100 === 0 ? 200_000_000 : 8) === large);
  for (let i = 0; i < 300; i++) call(8);
  const small = call(8);
  assert(small !== large && small.numBytes < 2 ** 20);
  for (let i = 0; i < 500; i++) assert(call(8) === small, "a small one stays");
});
