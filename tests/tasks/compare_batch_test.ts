// The task `compare` in batches and on engines: members get what they get alone, one that fails fails alone, and what is
// the engine's failure is the batch's.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { table } from "#lib/core/artifacts/table.ts";
import { DeviceLostError, type Engine } from "#lib/core/engine.ts";
import { parseMemberParams, parseParams } from "#lib/core/resolve.ts";
import type { Table } from "#lib/core/table.ts";
import type { TaskContext } from "#lib/core/task.ts";
import dsa from "#lib/metrics/dsa.ts";
import cka from "#lib/metrics/linear_cka.ts";
import task from "#tasks/compare.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { withEngine, withoutEngine } from "#tests/support/no_engine.ts";
import { operatorOf, randomOperators, randomTrajectories } from "#tests/support/random_systems.ts";
import { runTask } from "#tests/support/run_task.ts";
import { fresh } from "../lib/math/linalg/fresh.ts";

const engineParams = { metric: "dsa", options: { search: "engine" } };

function systems<X>(of: { random(draws: never): X }, count: number): X[] {
  let made: X[] = [];
  fresh((draws) => void (made = Array.from({ length: count }, () => of.random(draws as never))));
  return made;
}

/** What became of each member: its table's bytes as text, or its error. */
async function batch(
  raw: Record<string, unknown>,
  metric: unknown,
  inputs: readonly Record<string, unknown>[],
  engine?: Engine,
): Promise<(string | Error)[]> {
  const members = { metric } as never;
  const parsed = parseParams(task.params, raw);
  assert(parsed.ok);
  const full = parseMemberParams(task.members, parsed.value, members);
  assert(full.ok, JSON.stringify(full));
  const plain = { members, signal: new AbortController().signal, progress: () => {} };
  const context: TaskContext = engine === undefined
    ? withoutEngine(plain)
    : withEngine(plain, engine);
  const ends: (string | Error)[] = [];
  const end = (i: number, value: string | Error) => {
    assertEquals(ends[i], undefined, `member ${i} ends once`);
    ends[i] = value;
  };
  await task.runMany!(
    context,
    inputs.map((own, i) => {
      let last = 0;
      return {
        params: full.value as never,
        inputs: own as never,
        finish: ({ scores }) => end(i, textOf(scores)),
        fail: (error) => end(i, error as Error),
        progress(fraction) {
          assert(fraction >= last && fraction <= 1, `${fraction} after ${last}`);
          last = fraction;
        },
      };
    }),
  );
  return ends;
}

function textOf(scores: Table): string {
  return JSON.stringify(Object.entries(table.encode(scores)).map(([n, b]) => [n, [...b]]));
}

async function alone(
  raw: Record<string, unknown>,
  metric: unknown,
  inputs: Record<string, unknown>,
  engine?: Engine,
): Promise<string> {
  const { scores } = await runTask(task, raw, inputs, { metric: metric as never }, engine);
  return textOf(scores as Table);
}

Deno.test("compare gives members of a batch on an engine what they get alone", async () => {
  await using engine = wasmEngine(2);
  const [a, b, c, d] = systems(randomOperators, 4);
  const list = [a, b, c].map((value) => ({ value, coords: {} }));
  const inputs = [{ a, b }, { a: c, b: d }, { operators: list }, { a: b, b: a }];
  const { dispatches } = engine.counts;
  const together = await batch(engineParams, dsa, inputs, engine);
  const used = engine.counts.dispatches - dispatches;
  for (const [i, own] of inputs.entries()) {
    assertEquals(together[i], await alone(engineParams, dsa, own, engine), `member ${i}`);
  }
  const inTurn = engine.counts.dispatches - dispatches - used;
  assert(used > 0 && 2 * used < inTurn, `pairs share dispatches: ${used} against ${inTurn}`);
  assertEquals(await batch(engineParams, dsa, inputs.toReversed(), engine), together.toReversed());
  assertEquals(engine.numBuffers, 0);
});

Deno.test("compare gives members of a batch in f64 what they get alone, and uses no engine", async () => {
  const [a, b, c] = systems(randomTrajectories, 3);
  const inputs = [{ a, b }, { a: b, b: c }];
  const together = await batch({ metric: "linear_cka" }, cka, inputs);
  for (const [i, own] of inputs.entries()) {
    assertEquals(together[i], await alone({ metric: "linear_cka" }, cka, own), `member ${i}`);
  }
  assertEquals((task.numerics as CallableFunction)({ options: {} }, { metric: cka }), "f64");
});

Deno.test("compare fails the member of a batch that fails, and no other", async () => {
  await using engine = wasmEngine(1);
  const [a, b] = systems(randomOperators, 2);
  const larger = operatorOf(new Float64Array(25).fill(1), 5);
  const zero = operatorOf(new Float64Array(16), 4);
  const ends = await batch(
    engineParams,
    dsa,
    [{ a, b }, { a, b: larger }, { a: zero, b }, { operators: [] }, { a: b, b: a }],
    engine,
  );
  const good = await alone(engineParams, dsa, { a, b }, engine);
  assertEquals([ends[0], ends[4]], [good, good]);
  for (const [i, words] of [[1, "cannot be compared"], [2, "zero"], [3, "empty list"]] as const) {
    assert(ends[i] instanceof RangeError && ends[i].message.includes(words), String(ends[i]));
  }
});

Deno.test("compare tries once more on a new device, and gives up what cannot be had", async () => {
  await using engine = wasmEngine(1);
  const [a, b] = systems(randomOperators, 2);
  const expected = await alone(engineParams, dsa, { a, b }, engine);
  const losing = (times: number): Engine => {
    let left = times;
    return new Proxy(engine as Engine, {
      get(target, name) {
        if (name === "renew") return () => Promise.resolve(left <= 1);
        if (name === "download" && left > 0) {
          return () => {
            left--;
            return Promise.reject(new DeviceLostError("unplugged"));
          };
        }
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  assertEquals(await batch(engineParams, dsa, [{ a, b }], losing(1)), [expected]);
  await assertRejects(() => batch(engineParams, dsa, [{ a, b }], losing(3)), DeviceLostError);
  assertEquals(engine.numBuffers, 0);
});
