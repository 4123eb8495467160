// Sizes of sweeps: what fits is taken, what does not is said, and a binding is no limit where there are none.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { blockDepth, modelsAtOnce } from "#gpu/rnn/sweep_size.ts";

const limits = { maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 30, maxWorkgroups: 65535 };
const plan = {
  rows: 64,
  steps: 70,
  units: 64,
  inputs: 7,
  outputs: 3,
  targetWidth: 1,
  tensors: [4096, 448, 64, 192],
  numMoments: 2,
};
const published = { ...plan, rows: 128, steps: 400, units: 256 };

Deno.test("modelsAtOnce() lets bindings and memory decide on a device", () => {
  const of = (given: typeof limits, what = plan) =>
    modelsAtOnce({ name: "webgpu", threads: 1, limits: given }, what, what.units);
  const large = of(limits);
  assert(64 * 71 * 64 * 4 * large <= limits.maxBindingBytes && large >= 64, `${large}`);
  assert(of({ ...limits, maxBindingBytes: 2 ** 26 }) <= large / 2);
  assertEquals(of({ ...limits, maxBindingBytes: 2 ** 30 }, published) < 8, true);
  assertThrows(
    () => modelsAtOnce({ name: "webgpu", threads: 1, limits }, published, 5 * 256),
    RangeError,
    "take smaller batches",
  );
});

Deno.test("modelsAtOnce() keeps few networks of some size on processors, and many small ones", () => {
  const of = (name: "wasm" | "ref", threads: number, what = plan) =>
    modelsAtOnce({ name, threads, limits }, what, what.units);
  assertEquals([of("ref", 1), of("wasm", 1), of("wasm", 4)], [1, 1, 8]);
  assert(of("wasm", 1, { ...plan, rows: 4, steps: 5, units: 4, tensors: [60] }) > 100);
  assertEquals(modelsAtOnce({ name: "wasm", threads: 1, limits }, published, 5 * 256), 1);
});

Deno.test("blockDepth() puts updates into blocks on a device alone", () => {
  assertEquals(blockDepth({ name: "wasm" }, plan, 1), 1);
  assertEquals(blockDepth({ name: "webgpu" }, plan, 1), 16);
  assert(blockDepth({ name: "webgpu" }, published, 64) === 1);
});
