// Fragments of network kernels on their own: activations and their slopes at the ends of their range, whole rows of
// logistic numbers of any length, and packed rows.

import { assert, assertEquals } from "@std/assert";
import { compile } from "#lib/dev/build_wasm.ts";
import { randomStream } from "#lib/core/random.ts";
import { activate, activations, activationSlope, logistic } from "#lib/math/networks/activation.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];
const smallest = 2 ** -126;

/** A module of its own text and the fragments that it imports. */
async function instantiate(text: string) {
  const folder = new URL("../../../lib/wasm/assembly/", import.meta.url);
  const names = ["_flush", "_rnn_math", "_logistic_row", "_rnn_product"];
  const fragments = names.map((name) =>
    [name, Deno.readTextFileSync(new URL(`${name}.ts`, folder))] as const
  );
  const bytes = await compile("probe", new Map([...fragments, ["probe", text]]));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { memory, exports: exports as Record<string, (...args: number[]) => void> };
}

/** Ends, kinks, and numbers of all sizes. */
function* givenNumbers(): Iterable<number> {
  yield* [0, -0, smallest, -smallest, 1e-20, -1e-20, 87, -87, 88.7, -88.7, 104, -104, 3e38, -3e38];
  yield* [Infinity, -Infinity, 0.3, -0.3, 0.2999999, 0.1, 0.0999999];
  const drawn = randomStream(seed, "test/fragments").normal(new Float64Array(400));
  for (const [i, x] of drawn.entries()) yield Math.fround(x * 10 ** (i % 5 - 3));
}

/** Some units in the last place of f32, or what is less than the smallest normal number. */
function isNear(found: number, expected: number): boolean {
  if (Object.is(found, expected) || found === expected) return true;
  return Math.abs(found - expected) <= 4e-7 * Math.abs(expected) + 2 * smallest;
}

Deno.test("_rnn_math has the activations of the twins, and slopes within rounding", async () => {
  const { memory, exports } = await instantiate(`import { activate4, slope4 } from "./_rnn_math";
export function probe(code: i32, at: i32): void {
  const y = activate4(code, v128.load(at));
  v128.store(at, y, 16);
  v128.store(at, slope4(code, y), 32);
}`);
  const numbers = new Float32Array(memory.buffer, 0, 12);
  for (const [code, name] of activations.entries()) {
    for (const z of givenNumbers()) {
      numbers.fill(z, 0, 4);
      exports.probe(code, 0);
      const x = numbers[0];
      const where = `seed ${seed}, ${name} of ${x}`;
      const y = numbers[4];
      assert(isNear(y, Math.fround(activate(code, x))), `${where} is ${y}`);
      const slope = activationSlope(code, y);
      assert(Math.abs(numbers[8] - slope) <= 3e-7 * Math.abs(slope) + 6e-8, `${where}: slope`);
    }
    numbers.fill(NaN, 0, 4);
    exports.probe(code, 0);
    assertEquals(numbers[4], NaN, name);
  }
});

Deno.test("logisticRow() takes rows of any length, and nothing beside them", async () => {
  const { memory, exports } = await instantiate(`import { logisticRow } from "./_logistic_row";
export function probe(at: i32, bias: i32, num: i32): void { logisticRow(at, bias, num); }`);
  const [row, bias] = [0, 1].map((i) => new Float32Array(memory.buffer, 512 * i, 64));
  const given = [...givenNumbers()];
  for (let num = 0; num <= 50; num++) {
    for (let i = 0; i < 64; i++) {
      row[i] = given[(31 * num + i) % given.length];
      bias[i] = i % 3 - 1;
    }
    const sums = row.map((x, i) => x + bias[i]);
    const rest = row.slice(num);
    exports.probe(0, 512, num);
    for (let i = 0; i < num; i++) {
      const right = logistic(sums[i]);
      // What is less than e^−87 may be as much.
      const allowed = 4e-7 * right + 2e-38;
      assert(Math.abs(row[i] - right) <= allowed, `seed ${seed}: ${row[i]} for ${sums[i]}`);
      assert(row[i] === 0 || row[i] >= smallest, `seed ${seed}: ${row[i]} is denormal`);
    }
    assertEquals(row.slice(num), rest, `${num} numbers, and those behind them`);
  }
  row.fill(NaN, 0, 20);
  exports.probe(0, 512, 20);
  assert(row.subarray(0, 20).every(Number.isNaN));
});

Deno.test("packRows() puts four rows side by side, the last for those that are not there", async () => {
  const { memory, exports } = await instantiate(`import { packRows } from "./_rnn_product";
export function probe(at: i32, step: i32, rows: i32, count: i32, to: i32): void {
  packRows(at, step, rows, count, to);
}`);
  const from = new Float32Array(memory.buffer, 0, 64).map((_, i) => i);
  const to = new Float32Array(memory.buffer, 1024, 64);
  new Float32Array(memory.buffer, 0, 64).set(from);
  for (let rows = 1; rows <= 5; rows++) {
    for (let count = 0; count <= 9; count++) {
      to.fill(-1);
      exports.probe(0, 4 * 11, rows, count, 1024);
      const right = Array.from({ length: 64 }, (_, i) => {
        const [k, row] = [Math.floor(i / 4), Math.min(i % 4, rows - 1)];
        return k < count ? from[11 * row + k] : -1;
      });
      assertEquals([...to], right, `${rows} rows of ${count}`);
    }
  }
});
