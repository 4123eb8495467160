import { assert, assertEquals, assertRejects } from "@std/assert";
import { WasmEngine } from "#gpu/runtime/wasm_engine.ts";
import { EngineError } from "#lib/core/engine.ts";
import { requireBackend, startBackend } from "#lib/tfjs/backends.ts";
import { withTfjs } from "#lib/tfjs/with_tfjs.ts";

Deno.test("startBackend() throws where tfjs falls back to another backend without a word", async () => {
  await using engine = new WasmEngine({ threads: 1, Worker });
  const tf = await import("#lib/tfjs/mod.ts");
  await import("@tensorflow/tfjs-backend-cpu");
  await import("@tensorflow/tfjs-backend-wasm");
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", () => Promise.reject(new Error("cannot be started")));
  await assertRejects(
    () => quietly(() => startBackend(tf, engine)),
    EngineError,
    "needs the tfjs backend wasm, but tfjs could not start it",
  );
  // What a stage would have computed on, had nobody looked.
  await quietly(() => tf.ready());
  assertEquals(tf.add(1, 1).dataSync()[0], 2);
  assertEquals(tf.getBackend(), "cpu");
  await assertRejects(
    () => Promise.resolve().then(() => requireBackend(tf, "wasm")),
    EngineError,
    "computes on cpu",
  );
  // And so for every stage from then on.
  let ran = false;
  await assertRejects(
    () => quietly(() => withTfjs(engine, () => void (ran = true))),
    EngineError,
    "could not start it",
  );
  assert(!ran);
});

async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { warn, error } = console;
  console.warn = console.error = () => {};
  try {
    return await run();
  } finally {
    Object.assign(console, { warn, error });
  }
}
