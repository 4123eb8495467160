// The search on an engine: as good as the one in f64, symmetric, and for each pair the same bytes whatever runs beside it.

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { FoundAdapter } from "#gpu/runtime/adapter.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import type { Engine } from "#lib/core/engine.ts";
import { tensor } from "#lib/core/tensor.ts";
import dsa from "#lib/metrics/dsa.ts";
import stored from "#tests/reference/dsa_pairs/dsa_pairs.json" with { type: "json" };
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { type Draws, fresh } from "../math/linalg/fresh.ts";
import { conjugate, orthogonal, oscillators } from "../math/dsa/operators.ts";

const params = dsa.params.parse({ search: "engine" });
type Prepared = Parameters<typeof dsa.compare>[0];

const prepared = (m: Float64Array, n: number): Prepared =>
  dsa.prepare({ matrix: tensor(["target", "source"], [n, n], m), about: {} }, params, {});
const many = (engine: Engine, pairs: readonly (readonly [Prepared, Prepared])[]) =>
  dsa.compareMany!(engine, pairs, params, () => {});

/** Pairs of several sizes and kinds. */
function somePairs(draws: Draws, sizes: readonly number[]): [Prepared, Prepared][] {
  return sizes.map((n, i) => {
    const a = oscillators(draws, n);
    const b = i % 3 === 2
      ? conjugate(a, orthogonal(draws, n), n)
      : i % 3 === 1
      ? draws.normal(n, n)
      : oscillators(draws, n);
    return [prepared(a, n), prepared(b, n)];
  });
}

/** Fresh pairs, for work that waits. */
function fewPairs(sizes: readonly number[]): [Prepared, Prepared][] {
  let made: [Prepared, Prepared][] = [];
  fresh((draws) => void (made = somePairs(draws, sizes)));
  return made;
}

const golden = stored.cases.map(({ id, n, A, B, best_known_angle }) => ({
  label: `pair ${id}`,
  n,
  best: best_known_angle,
  pair: [A, B].map((m) => prepared(Float64Array.from((m as number[][]).flat()), n)) as [
    Prepared,
    Prepared,
  ],
}));

async function reachesTheBest(engine: Engine, most: number): Promise<void> {
  const chosen = golden.filter(({ n }) => n <= most);
  const scores = await many(engine, chosen.map(({ pair }) => pair));
  chosen.forEach(({ label, best, pair }, i) => {
    const { value, more } = scores[i];
    assertLessOrEqual(value, best + 1e-5, label);
    assertLessOrEqual(value, dsa.compare(...pair, params).value + 1e-5, `${label} in f64`);
    assertLessOrEqual(more!.lower_bound as number, value, label);
    assertLessOrEqual(more!.gradient_norm as number, 1e-8, label);
  });
}

async function isIndependent(engine: Engine): Promise<void> {
  const pairs = fewPairs([3, 6, 4, 6, 3, 5, 6, 1, 2]);
  const all = await many(engine, pairs);
  assertEquals(await many(engine, pairs), all, "again");
  assertEquals(await many(engine, pairs.toReversed()), all.toReversed(), "in another order");
  for (const [i, pair] of pairs.entries()) {
    assertEquals(await many(engine, [pair]), [all[i]], `pair ${i} alone`);
  }
  const exchanged = await many(engine, pairs.map(([a, b]) => [b, a]));
  assertEquals(exchanged, all, "exchanged");
}

for (const { label, open } of processorEngines) {
  const most = label === "ref" ? 6 : 20;
  Deno.test(`dsa searched on ${label} reaches the best known angles of stored pairs`, async () => {
    await using engine = open();
    await reachesTheBest(engine, most);
  });
  Deno.test(`dsa searched on ${label} gives each pair the same bytes in any company`, async () => {
    await using engine = open();
    await isIndependent(engine);
  });
}

gpuTest("dsa searched on webgpu reaches the best known angles of stored pairs", async (adapter) => {
  await using engine = await openWebgpu(adapter);
  await reachesTheBest(engine, 6);
});

gpuTest("dsa searched on webgpu gives each pair the same bytes in any company", async (adapter) => {
  await using engine = await openWebgpu(adapter);
  await isIndependent(engine);
});

Deno.test("dsa searched on an engine is no worse than in f64, and proves rotated copies", async () => {
  await using engine = wasmEngine(4);
  const pairs = fewPairs([8, 10, 10, 12, 16, 20]);
  const scores = await many(engine, pairs);
  pairs.forEach((pair, i) => {
    const { n } = pair[0];
    assertLessOrEqual(scores[i].value, dsa.compare(...pair, params).value + 1e-5, `n = ${n}`);
    if (i % 3 === 2) assertLessOrEqual(scores[i].value, 1e-6, `n = ${n}, rotated`);
  });
});

Deno.test("dsa searched on an engine does not depend on how much it holds at once", async () => {
  await using engine = wasmEngine(1);
  const pairs = fewPairs([5, 6, 6, 5, 6, 6]);
  const whole = await many(engine, pairs);
  const small = new Proxy(engine, {
    get(target, name) {
      if (name === "limits") return { ...target.limits, maxBindingBytes: 1 << 16 };
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { dispatches } = engine.counts;
  assertEquals(await many(small, pairs), whole);
  assert(engine.counts.dispatches > dispatches);
  assertEquals(engine.numBuffers, 0, "all buffers are given back");
});

Deno.test("dsa searches operators in f64 that are too large for the kernel", async () => {
  await using engine = wasmEngine(1);
  const params = dsa.params.parse({ search: "engine", effort: "pruned" });
  const n = 130;
  let pair: [Prepared, Prepared] | undefined;
  fresh((draws) => {
    const a = draws.normal(n, n);
    pair = [prepared(a, n), prepared(conjugate(a, orthogonal(draws, n), n), n)];
  });
  const [score] = await dsa.compareMany!(engine, [pair!], params, () => {});
  assertEquals(score, dsa.compare(...pair!, params));
  assertEquals(engine.counts.dispatches, 0);
});

Deno.test("dsa uses an engine only where its params say so", () => {
  const numerics = (raw: Record<string, unknown>) => dsa.numerics!(dsa.params.parse(raw));
  assertEquals(numerics({}), "f64");
  assertEquals(numerics({ search: "engine" }), "engine");
  assertEquals(numerics({ search: "engine", optimiser: "reference" }), "f64");
});

function openWebgpu(adapter: FoundAdapter): Promise<WebgpuEngine> {
  return WebgpuEngine.open(navigator.gpu, adapter);
}
