// A real device that is destroyed while stages run on it: the right result on a new device or on the processor, or a clear
// failure, and nothing else.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digestOf } from "#lib/core/digest.ts";
import { ok } from "#lib/core/result.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import type { RunEngine } from "#lib/scheduler/run_engine.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { fakeGraph } from "#tests/support/fake_tasks.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const wasm = { name: "wasm", numerics: "wasm-f32" } as const;

/** A task that doubles a number on the engine, and destroys the device where its params say so. */
const code = `
const out = { kind: "text", encode: (n) => ({ "text.txt": new TextEncoder().encode(String(n)) }) };
async function sent({ engine }, { n, destroys }) {
  using buffer = engine.upload(Float32Array.of(n));
  if (destroys && engine.name === "webgpu") engine.shared().device.destroy();
  return (await engine.download(buffer))[0];
}
const task = {
  name: "mix", inputs: {}, outputs: { out },
  run: async (context, params) => ({ out: await sent(context, params) }),
  async runMany(context, members) {
    for (const { params, finish } of members) finish({ out: await sent(context, params) });
  },
};
export default { task, members: {} };`;
const closure = { digest: digestOf(code), modules: {}, code: () => Promise.resolve(code) };
const closures = { closure: () => Promise.resolve(ok(closure)) };

function run(destroys: (n: number) => boolean, engine: RunEngine, store: TinyStore) {
  const graph = fakeGraph(Array.from({ length: 6 }, (_, n) => ({
    id: `m[${n}]`,
    params: { n, ...(destroys(n) ? { destroys: true } : {}) },
    numerics: "engine" as const,
    fuse: { by: [] },
  })));
  const executor = new WorkersExecutor({ slots: 2 });
  return runGraph(graph, { store, executor, closures, engine, engineClass: engine.numerics })
    .finally(() => executor[Symbol.asyncDispose]());
}

/** The text of every result. */
function texts(store: TinyStore): readonly string[] {
  const found = [...store.results.values()].map(({ provenance, outputs }) => {
    const bytes = store.blobs.get(outputs.out.files["text.txt"].digest)!;
    return `${provenance.stage} ${provenance.engine} ${new TextDecoder().decode(bytes)}`;
  });
  return found.sort();
}

gpuTest(
  "a stage that loses its device falls back, alone and visibly, where that is allowed",
  async ({ facts }) => {
    const { numerics } = facts;
    const store = new TinyStore();
    const engine: RunEngine = { name: "webgpu", numerics, fallback: wasm };
    const events = await run((n) => n === 3, engine, store);
    assertEquals(finished(events).ran, 6);
    const expected = [0, 1, 2, 3, 4, 5].map((n) =>
      `m[${n}] ${n === 3 ? "wasm-f32" : numerics} ${n}`
    );
    assertEquals(texts(store), expected);
    assert(
      ofType(events, "warning").some(({ stage, message }) =>
        stage === "m[3]" && message.includes("it runs on wasm-f32")
      ),
    );
  },
);

gpuTest(
  "a stage that loses its device fails clearly where nothing else is allowed",
  async ({ facts }) => {
    const { numerics } = facts;
    const store = new TinyStore();
    const events = await run((n) => n === 3, { name: "webgpu", numerics }, store);
    const ended = endings(events);
    assertEquals(ended["m[3]"], "failed: device-lost");
    assertEquals(finished(events).ran, 5);
    assertEquals(texts(store), [0, 1, 2, 4, 5].map((n) => `m[${n}] ${numerics} ${n}`));
    assertStringIncludes(ofType(events, "stage-failed")[0].failure.message, "went away");
  },
);
