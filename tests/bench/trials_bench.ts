// How fast trials and their noise are drawn: `deno bench -A tests/bench/trials_bench.ts`. A batch has 64 trials; one call of
// `normals` draws a million numbers, 200 at a time as a stimulus of 4 s in steps of 20 ms needs them.

import type { Neurotask } from "#lib/core/neurotask.ts";
import pdm from "#lib/neurotasks/pdm_anti_delay.ts";
import reaching from "#lib/neurotasks/reaching_delay.ts";
import { trialSource } from "#lib/trials/batches.ts";
import { normalsOf } from "#lib/wasm/normals.ts";

const num = 64;

Deno.bench("a million normal numbers", () => {
  for (let trial = 0; trial < 5000; trial++) normalsOf([1, 2], 0, 200, trial, 1);
});

for (const neurotask of [pdm, reaching] as unknown as readonly Neurotask[]) {
  for (const dtMs of [20, 100]) {
    const source = trialSource({
      neurotask,
      params: neurotask.params.parse({}) as never,
      mode: "train",
      dtMs,
      seed: 0,
      designSeed: 0,
      label: "bench",
    });
    const { maxSteps, channels, targetWidth } = source;
    const out = {
      inputs: new Float32Array(num * maxSteps * channels.length),
      targets: new Float32Array(num * maxSteps * targetWidth),
      mask: new Float32Array(num * maxSteps),
      scored: new Float32Array(num * maxSteps),
    };
    let next = 0;
    Deno.bench(`a batch of 64 trials of ${neurotask.name}, ${dtMs} ms`, () => {
      source.write(next, num, out);
      next += num;
    });
  }
}
