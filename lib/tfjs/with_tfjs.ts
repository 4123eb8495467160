// tfjs in a stage: on the engine of the run, loaded when it is needed, cleaned up after. A model written in tfjs then runs
// wherever Basin's own kernels run, and never unnoticed somewhere else.
// Leaves out: which backend that is (backends.ts), and memory that both use (shared_buffers.ts).

import type { Engine } from "../core/engine.ts";
import { requireBackend, startBackend } from "./backends.ts";
import { addChainedOps } from "./chained_ops.ts";
import { type SharedBuffers, sharedBuffers } from "./shared_buffers.ts";

/** tfjs-core and tfjs-layers. */
export type Tfjs = typeof import("./mod.ts");

/**
 * Runs `body` with tfjs on an engine: on its device (`webgpu`), in tfjs's own wasm on one thread (`wasm`), or in plain
 * TypeScript, with f32 as everywhere in tfjs (`ref`). All tensors and variables that `body` made are disposed of
 * afterwards, so it returns plain data. On `webgpu`, read with `await x.data()`; `dataSync()` is not there.
 *
 * @throws {EngineError} if tfjs computes on another backend than it should, or if the device refused anything: a shader
 *   of tfjs that does not compile, a buffer too large. (tfjs itself would go on with wrong numbers.)
 *
 * @example
 * ```ts
 * import { withTfjs } from "#lib/tfjs/with_tfjs.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const sum = await withTfjs(engine, async (tf) => {
 *   const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
 *   return await x.matMul(x).sum().data();
 * });
 * assertEquals([...sum], [54]);
 * ```
 */
export async function withTfjs<T>(
  engine: Engine,
  body: (tf: Tfjs, buffers: SharedBuffers) => Promise<T> | T,
): Promise<T> {
  const tf = await import("./mod.ts");
  // Without its advice to install other backends.
  tf.enableProdMode();
  addChainedOps(tf);
  const name = await startBackend(tf, engine);
  const buffers = sharedBuffers(tf, engine);
  const runtime = tf.engine();
  const kept = noteKept(runtime);
  runtime.startScope();
  try {
    const result = await body(tf, buffers);
    requireBackend(tf, name);
    return result;
  } finally {
    runtime.endScope();
    tf.disposeVariables();
    kept[Symbol.dispose]();
    buffers.release();
    // What the device refused weighs more than what follows from it, and is thrown in its place.
    await engine.settle();
  }
}

/** What `tf.keep` takes out of every scope (optimisers do, unasked), to be disposed of at the end all the same. */
function noteKept(runtime: ReturnType<Tfjs["engine"]>): Disposable {
  type Tensor = ReturnType<Tfjs["tensor"]>;
  const kept: Tensor[] = [];
  const keep = runtime.keep;
  runtime.keep = (tensor) => {
    kept.push(tensor);
    return keep.call(runtime, tensor) as typeof tensor;
  };
  return {
    [Symbol.dispose]() {
      runtime.keep = keep;
      for (const tensor of kept) if (!tensor.isDisposed) tensor.dispose();
    },
  };
}
