// A worker without permissions, confined as workers of stages are: takes the GPU first, then answers what it computes.

import { confine } from "#lib/executors/confine.ts";
import { openWebgpu } from "#gpu/runtime/webgpu_engine.ts";
import { scale } from "./shader_kernel.ts";

const { gpu } = navigator;
const post = (self as unknown as { postMessage(message: unknown): void }).postMessage.bind(self);
confine((frame) => frame.includes("blob:"));
try {
  const opened = await openWebgpu(gpu);
  if (!opened.ok) throw new Error(opened.error.message);
  await using engine = opened.value;
  using x = engine.upload(Float32Array.of(1, 2, 3));
  engine.dispatch(scale, { x }, { num: 3, factor: 2 });
  post([...await engine.download(x)]);
} catch (error) {
  post(String(error));
}
