// Memory that tfjs and Basin's kernels both work on: the same memory on `webgpu`, copies on the other engines, where
// tfjs keeps its own heap. Both sides put their work in line on their own, so each hand-over submits what is there.

import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Engine, EngineBuffer, SharedDevice } from "../core/engine.ts";
import type { Tfjs } from "./with_tfjs.ts";

/** Hand-overs between tfjs and an engine, of `float32` tensors and `f32` buffers. */
export interface SharedBuffers {
  /**
   * A buffer as a tensor, after all that the engine was given so far. On `webgpu` the tensor is the buffer: what kernels
   * write there later, tfjs sees after the next hand-over, and the buffer must outlive the tensor.
   */
  tensor(buffer: EngineBuffer, shape: readonly number[]): Promise<Tensor>;
  /** A tensor as a buffer, after all that tfjs was given so far. On `webgpu` the buffer is the tensor's own. */
  buffer(tensor: Tensor): Promise<EngineBuffer>;
  /** Gives back what hand-overs made; `withTfjs` does it. */
  release(): void;
}

/**
 * Hand-overs between tfjs and an engine; `withTfjs` gives them to its body.
 *
 * @example
 * ```ts ignore
 * const x = await buffers.tensor(states, [numRows, numUnits]);
 * const weights = await buffers.buffer(x.transpose().matMul(x));
 * ```
 */
export function sharedBuffers(tf: Tfjs, engine: Engine): SharedBuffers {
  return engine.name === "webgpu" ? onDevice(tf, engine.shared!()) : copied(tf, engine);
}

function onDevice(tf: Tfjs, shared: SharedDevice): SharedBuffers {
  const adopted: EngineBuffer[] = [];
  return {
    tensor(buffer, shape) {
      requireFloats(buffer, shape);
      shared.flush();
      const tensor = tf.tensor(
        { buffer: shared.bufferOf(buffer), zeroCopy: true },
        [...shape] as [number],
        "float32",
      );
      return Promise.resolve(tensor);
    },
    buffer(tensor) {
      requireFloat32(tensor);
      const backend = tf.backend() as WebGPUBackend;
      backend.uploadToGPU(tensor.dataId);
      const { resource, data } = tensorData(backend, tensor);
      // A copy that tfjs read earlier would hide what kernels write.
      data.values = null;
      submit(backend);
      const buffer = shared.adopt(resource, tensor.size);
      adopted.push(buffer);
      return Promise.resolve(buffer);
    },
    release() {
      submit(tf.backend() as WebGPUBackend);
      for (const buffer of adopted) buffer[Symbol.dispose]();
    },
  };
}

function copied(tf: Tfjs, engine: Engine): SharedBuffers {
  const made: EngineBuffer[] = [];
  return {
    async tensor(buffer, shape) {
      requireFloats(buffer, shape);
      const data = await engine.download(buffer);
      return tf.tensor(Float32Array.from(data), [...shape] as [number], "float32");
    },
    async buffer(tensor) {
      requireFloat32(tensor);
      const buffer = engine.upload(await tensor.data<"float32">());
      made.push(buffer);
      return buffer;
    },
    release() {
      for (const buffer of made) buffer[Symbol.dispose]();
    },
  };
}

function requireFloats(buffer: EngineBuffer, shape: readonly number[]): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (buffer.type === "f32" && buffer.length >= size) return;
  throw new RangeError(
    `tensor() got a buffer of ${buffer.length} ${buffer.type} for the shape [${shape}], ` +
      `which needs ${size} f32`,
  );
}

function requireFloat32(tensor: Tensor): void {
  if (tensor.dtype === "float32") return;
  throw new TypeError(`buffer() takes float32 tensors, not ${tensor.dtype}; use tensor.cast()`);
}

/** The fields of the backend that its types keep to themselves. */
interface Insides {
  readonly tensorMap: { get(id: object): { resource: GPUBuffer; values: unknown } };
  readonly commandEncoder: GPUCommandEncoder | null;
}

function tensorData(backend: WebGPUBackend, { dataId }: Tensor) {
  const data = (backend as unknown as Insides).tensorMap.get(dataId);
  return { data, resource: data.resource };
}

/** tfjs submits every fifteenth dispatch, or when something is read. */
function submit(backend: WebGPUBackend): void {
  if (((backend as unknown as Partial<Insides>).commandEncoder ?? null) === null) return;
  (backend as unknown as { endComputePassEncoder(): void }).endComputePassEncoder();
  backend.submitQueue();
}
