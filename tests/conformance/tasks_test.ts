// What every task promises, for each task of the generated index: a new one is tested from its first minute.

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { z } from "zod";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";
import { canonicalJson } from "#lib/core/canonical.ts";
import type { Engine } from "#lib/core/engine.ts";
import { parseParams } from "#lib/core/resolve.ts";
import type { Task } from "#lib/core/task.ts";
import { tasks } from "#tasks/mod.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { wasmEngine } from "#tests/support/engines.ts";
import { ownCatalogue, runExample } from "#tests/support/task_examples.ts";

const catalogue = ownCatalogue();
const digest = /^sha256:[0-9a-f]{64}$/;

for (const [name, load] of Object.entries(tasks)) {
  Deno.test(`the task ${name} describes itself`, async () => {
    const task = (await load()).default;
    assertEquals(task.name, name, "the file's name is the task's");
    assertMatch(task.summary, /^[A-Z].{10,120}\.$/, "one sentence");
    assert(Number.isInteger(task.version) && task.version >= 1);
    assertGreater(task.examples.length, 0, "it needs at least one example");
    for (const [param, field] of Object.entries(task.params.shape)) {
      assertMatch(param, /^[a-z][a-z0-9_]*$/, "params are snake_case");
      assert(descriptionOf(field as z.ZodType), `the param '${param}' has no description`);
    }
    for (const use of Object.values(task.members ?? {})) {
      if (use.params !== undefined) assert(use.params in task.params.shape, use.params);
    }
    const refused = parseParams(task.params, { ...task.examples[0].params, no_such_param: 1 });
    assertEquals(!refused.ok && refused.error.map(({ keys }) => keys), [["no_such_param"]]);
  });

  Deno.test(`the task ${name} has params that editors can complete`, async () => {
    const task = (await load()).default;
    const schema = z.toJSONSchema(task.params, { io: "input" });
    assertEquals(schema.additionalProperties, false, "params are a strict object");
    assertEquals(Object.keys(schema.properties ?? {}), Object.keys(task.params.shape));
  });

  Deno.test(`the task ${name} runs its examples twice with equal bytes`, async () => {
    const task = (await load()).default;
    for (const [i, example] of task.examples.entries()) {
      const where = `example ${i} of ${name}`;
      const asJson = JSON.parse(JSON.stringify(example.params));
      assertEquals(canonicalJson(asJson), canonicalJson(example.params), `${where}: plain params`);
      const first = await attempt(where, () => runExample(task, example, catalogue));
      const second = await attempt(where, () => runExample(task, example, catalogue));
      assertGreater(Object.keys(first.outputs).length, 0, `${where} has outputs`);
      const fromPorts = await declaredKinds(name, example.params);
      for (const [port, { digest: found, files, kind }] of Object.entries(first.outputs)) {
        assertMatch(found, digest);
        assertEquals(second.outputs[port].digest, found, `${where}: ${port}, run again`);
        assertEquals(kind, fromPorts[port], `${where}: ${port} is of the kind that plans show`);
        const type = await typeOf(name, example.params, port);
        assertEquals(type.encode(type.decode(files)), files, `${where}: ${port}, read and written`);
      }
      let last = 0;
      for (const fraction of first.fractions) {
        assert(fraction >= last && fraction <= 1, `${where}: progress ${fraction} after ${last}`);
        last = fraction;
      }
    }
  });
}

// Examples that use an engine run on every engine; how far these agree is for each task's own tests.
for (const [name, load] of Object.entries(tasks)) {
  const task: Task = (await load()).default;
  if (task.numerics === "exact" || task.numerics === "f64") continue;
  for (const [label, threads] of [["ref", [0, 0]], ["wasm", [1, 1, 4]]] as const) {
    Deno.test(`the task ${name} gives equal bytes on ${label}, where it uses an engine`, async () => {
      await equalBytes(
        task,
        threads.map((one) => () => one === 0 ? new RefEngine() : wasmEngine(one)),
      );
    });
  }
  gpuTest(
    `the task ${name} gives equal bytes on webgpu, where it uses an engine`,
    async (adapter) => {
      const open = () => WebgpuEngine.open(navigator.gpu, adapter);
      await equalBytes(task, [open, open]);
    },
  );
}

/** Runs the examples on one engine after the other, and wants the same bytes from all. */
async function equalBytes(
  task: Task,
  engines: readonly (() => Engine | Promise<Engine>)[],
): Promise<void> {
  let first: readonly string[] | undefined;
  for (const open of engines) {
    await using engine = await open();
    const digests: string[] = [];
    for (const [i, example] of task.examples.entries()) {
      const where = `example ${i} of ${task.name}`;
      const run = () => runExample(task, example, catalogue, engine);
      const { outputs, numerics } = await attempt(where, run);
      await engine.settle();
      if (numerics !== "engine") continue;
      digests.push(
        ...Object.entries(outputs).map(([port, { digest }]) => `${i} ${port} ${digest}`),
      );
      if (engine instanceof WasmEngine) {
        assertEquals(engine.numBuffers, 0, `${where} leaves buffers behind`);
      }
    }
    assert(digests.length > 0, `${task.name} shows no example that uses an engine`);
    first ??= digests;
    assertEquals(digests, first, `${task.name}, engine and engine`);
  }
}

async function attempt<T>(where: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

async function resolve(name: string, params: unknown) {
  const handle = await catalogue.task(name, "/basin");
  const resolved = handle.ok ? await handle.value.resolve(params) : handle;
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.error));
  return resolved.value;
}

async function declaredKinds(name: string, params: unknown) {
  return (await resolve(name, params)).outputs;
}

async function typeOf(name: string, raw: unknown, port: string) {
  const task = (await tasks[name as keyof typeof tasks]()).default;
  const { params } = await resolve(name, raw);
  // deno-lint-ignore no-explicit-any
  const outputs: any = task.outputs;
  return (typeof outputs === "function" ? outputs(params, {}) : outputs)[port];
}

/** The description of a field, also where it stands inside a default or an optional. */
function descriptionOf(field: z.ZodType): string | undefined {
  for (let inner: z.ZodType | undefined = field; inner !== undefined;) {
    if (inner.description !== undefined) return inner.description;
    inner = (inner.def as { innerType?: z.ZodType }).innerType;
  }
}
