import { assertAlmostEquals, assertEquals, assertGreater, assertRejects } from "@std/assert";
import {
  distancesOfPairs,
  gramOfPairs,
  type Matrix,
  type Pair,
  projectPairs,
} from "#gpu/pair_products.ts";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";

const random = randomStream(crypto.getRandomValues(new Uint32Array(1))[0], "tests/pairs");

function matrix(rows: number, columns: number, index: number): Matrix {
  return { data: random.normal(new Float64Array(rows * columns), index), rows, columns };
}

/** Ten systems of 300 samples, 3 to 30 units each, and every pair of them. */
const systems = Array.from({ length: 10 }, (_, i) => matrix(300, 3 + 3 * i, i));
const pairs: Pair[] = systems.flatMap((_, i) => systems.slice(i).map((_, k): Pair => [i, i + k]));

/** Plain loops. */
function gramOf(x: Matrix, y: Matrix): number[] {
  return Array.from({ length: x.columns * y.columns }, (_, at) => {
    const [i, j] = [Math.floor(at / y.columns), at % y.columns];
    let sum = 0;
    for (let row = 0; row < x.rows; row++) {
      sum += x.data[row * x.columns + i] * y.data[row * y.columns + j];
    }
    return sum;
  });
}

Deno.test("gramOfPairs() multiplies every pair, on every engine", async () => {
  await using ref = new RefEngine();
  await using wasm = new WasmEngine({ threads: 2, Worker });
  for (const [engine, tolerance] of [[ref, 1e-11], [wasm, 1e-3]] as const) {
    const found = await gramOfPairs(engine, systems, pairs);
    assertEquals(found.length, 55);
    pairs.forEach(([i, j], p) => {
      const expected = gramOf(systems[i], systems[j]);
      assertEquals(found[p].length, expected.length);
      expected.forEach((value, at) => assertAlmostEquals(found[p][at], value, tolerance));
    });
  }
});

Deno.test("gramOfPairs() gives the same bytes for a pair alone and among others", async () => {
  await using engine = new WasmEngine({ threads: 3, Worker });
  await assertIndependent(engine);
});

gpuTest(
  "gramOfPairs() gives the same bytes for a pair alone and among others on a device",
  async (adapter) => {
    await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
    await assertIndependent(engine);
  },
);

async function assertIndependent(engine: Engine): Promise<void> {
  const all = await gramOfPairs(engine, systems, pairs);
  const reversed = await gramOfPairs(engine, systems, pairs.toReversed());
  for (const p of [0, 7, 54]) {
    const [alone] = await gramOfPairs(engine, systems, [pairs[p]]);
    assertEquals(alone, all[p]);
    assertEquals(reversed[54 - p], all[p]);
  }
}

Deno.test("gramOfPairs() works in parts where an engine cannot bind everything", async () => {
  await using engine = new RefEngine();
  const whole = await gramOfPairs(engine, systems, pairs);
  const before = engine.counts.dispatches;
  // Two of the larger systems fit, and some hundred results.
  Object.assign(engine, { limits: { ...engine.limits, maxBindingBytes: 4 * 20_000 } });
  assertEquals(await gramOfPairs(engine, systems, pairs), whole);
  assertGreater(engine.counts.dispatches - before, 10);
  Object.assign(engine, { limits: { ...engine.limits, maxBindingBytes: 4 * 10_000 } });
  await assertRejects(
    () => gramOfPairs(engine, systems, pairs),
    RangeError,
    "the engine takes 10000",
  );
});

Deno.test("distancesOfPairs() measures every row against every row", async () => {
  await using ref = new RefEngine();
  await using wasm = new WasmEngine({ threads: 1, Worker });
  const [x, y] = [matrix(9, 6, 20), matrix(5, 6, 21)];
  for (const [engine, tolerance] of [[ref, 1e-12], [wasm, 1e-5]] as const) {
    const [across, own] = await distancesOfPairs(engine, [x, y], [[0, 1], [0, 0]]);
    const [squared] = await distancesOfPairs(engine, [x, y], [[0, 1]], { squared: true });
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 5; j++) {
        let sum = 0;
        for (let k = 0; k < 6; k++) sum += (x.data[6 * i + k] - y.data[6 * j + k]) ** 2;
        assertAlmostEquals(across[5 * i + j], Math.sqrt(sum), tolerance);
        assertAlmostEquals(squared[5 * i + j], sum, 20 * tolerance);
      }
      assertEquals(own[10 * i], 0, "of a row from itself");
    }
  }
});

Deno.test("projectPairs() turns states onto axes", async () => {
  await using engine = new RefEngine();
  const turned = await projectPairs(engine, [
    { data: [1, 2, 3, 4, 5, 6], rows: 3, columns: 2 },
    { data: [0, 1, -1, 0], rows: 2, columns: 2 },
  ], [[0, 1]]);
  assertEquals([...turned[0]], [-2, 1, -4, 3, -6, 5]);
  assertEquals(await projectPairs(engine, [], []), []);
});

/** Ones, so that every sum is a count that f32 holds exactly: short, one block, two, and many turns of a loop. */
async function assertLongSums(engine: Engine): Promise<void> {
  const lengths = [3, 16384, 16385, 300_001];
  const rows = lengths.map((n) => ({ data: new Float32Array(n).fill(1), rows: 1, columns: n }));
  const columns = rows.map(({ data, columns: n }) => ({ data, rows: n, columns: 1 }));
  const zeros = rows.map(({ columns: n }) => ({
    data: [...new Uint8Array(n)],
    rows: 1,
    columns: n,
  }));
  const all = [...rows, ...columns, ...zeros];
  const pairsOf = (left: number, right: number) =>
    lengths.map((_, i): Pair => [4 * left + i, 4 * right + i]);
  const numbers = async (found: Promise<ArrayLike<number>[]>) => (await found).map((one) => one[0]);
  assertEquals(await numbers(gramOfPairs(engine, all, pairsOf(1, 1))), lengths);
  assertEquals(await numbers(projectPairs(engine, all, pairsOf(0, 1))), lengths);
  const squares = distancesOfPairs(engine, all, pairsOf(0, 2), { squared: true });
  assertEquals(await numbers(squares), lengths);
  const distances = await numbers(distancesOfPairs(engine, all, pairsOf(0, 2)));
  distances.forEach((value, i) => assertAlmostEquals(value, Math.sqrt(lengths[i]), 1e-3));
}

Deno.test("functions of pairs sum over any length", async () => {
  await using ref = new RefEngine();
  await using wasm = new WasmEngine({ threads: 1, Worker });
  await assertLongSums(ref);
  await assertLongSums(wasm);
});

gpuTest(
  "functions of pairs sum over any length on a device, beyond 65,536 turns of a loop",
  async (adapter) => {
    await using engine = await WebgpuEngine.open(navigator.gpu, adapter);
    await assertLongSums(engine);
  },
);

Deno.test("functions of pairs refuse matrices of other sizes than they say, and unknown ones", async () => {
  await using engine = new RefEngine();
  const short = { data: [1, 2, 3], rows: 2, columns: 2 };
  await assertRejects(
    () => gramOfPairs(engine, [short], [[0, 0]]),
    RangeError,
    "gramOfPairs() got 3 numbers for matrix 0 of 2 × 2, which has 4",
  );
  await assertRejects(
    () => projectPairs(engine, [matrix(2, 2, 40)], [[0, 1]]),
    RangeError,
    "projectPairs() got 1 matrices and pair 0 of [0,1]; pairs are indexes of matrices",
  );
});

Deno.test("functions of pairs say which sizes do not fit", async () => {
  await using engine = new RefEngine();
  const list = [matrix(3, 2, 30), matrix(4, 2, 31), matrix(4, 5, 32)];
  await assertRejects(
    async () => await gramOfPairs(engine, list, [[0, 1]]),
    RangeError,
    "gramOfPairs() got 3 × 2 and 4 × 2; it needs as many rows",
  );
  await assertRejects(
    async () => await distancesOfPairs(engine, list, [[0, 2]]),
    RangeError,
    "as many columns",
  );
  await assertRejects(
    async () => await projectPairs(engine, list, [[0, 2]]),
    RangeError,
    "rows of W",
  );
});
