// The engine `webgpu` for tests, on the adapter of this machine.

import { openWebgpu, type WebgpuEngine } from "#gpu/runtime/webgpu_engine.ts";

/** Opens it, or throws what is missing. */
export async function webgpuEngine(): Promise<WebgpuEngine> {
  const opened = await openWebgpu(navigator.gpu);
  if (opened.ok) return opened.value;
  throw new Error(opened.error.message);
}
