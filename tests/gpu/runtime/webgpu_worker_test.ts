// The engine `webgpu` where stages run: in a worker without permissions, clocks and chance.

import { assertEquals } from "@std/assert";
import { gpuTest } from "#tests/support/adapter.ts";

gpuTest("WebgpuEngine works in confined workers, several at a time", async () => {
  const url = new URL("../../support/webgpu_worker.ts", import.meta.url);
  const answers = await Promise.all([1, 2, 3].map(() => {
    const worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
    return new Promise<unknown>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
    }).finally(() => worker.terminate());
  }));
  assertEquals(answers, [[2, 4, 6], [2, 4, 6], [2, 4, 6]]);
});
