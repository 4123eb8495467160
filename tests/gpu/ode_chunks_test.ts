// How ensembles are cut: whatever the limits of an engine, all of it is there, once, and fits.

import { assert, assertEquals } from "@std/assert";
import { chunks, type OpenJob } from "#gpu/ode/chunks.ts";
import { odeKernel } from "#gpu/ode/kernel.ts";
import { lanes, numQuadsOf } from "#gpu/ode/layout.ts";
import type { Engine } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import doubleWell from "#lib/models/attractors/double_well.ts";
import lorenz from "#lib/models/attractors/lorenz.ts";
import ring from "#lib/models/attractors/ring.ts";

Deno.test("chunks() hands out every trial once, in parts that fit", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const random = randomStream(seed, "test/chunks");
  for (let i = 0; i < 300; i++) {
    const below = (bound: number, n: number) => random.integer(bound, i, n);
    const [system, numUnits] = ([[lorenz, 3], [doubleWell, 1 + below(600, 0)], [
      ring,
      3 + below(300, 0),
    ]] as const)[below(3, 1)];
    const kernel = odeKernel(system, "rk4", numUnits);
    const numPoints = 1 + below(2000, 2);
    const open = Array.from({ length: 1 + below(5, 3) }, (_, n) => ({
      job: { numTrials: 1 + below(10 ** (1 + below(5, 20 + n)), 10 + n), member: { substeps: 1 } },
    })) as unknown as OpenJob[];
    const limits = {
      maxBufferBytes: 2 ** 28,
      // Room for one quad at least.
      maxBindingBytes: 16 * 4 * numUnits + below(2 ** (10 + below(17, 4)), 5),
      maxWorkgroups: [100, 65535][below(2, 6)] + 300,
    };
    const where = `seed ${seed}, ${i}`;
    const next = open.map(() => 0);
    for (const chunk of chunks({ limits } as Engine, kernel, open, { numUnits, numPoints })) {
      const { jobs, stretches, numRows, window, steps } = chunk;
      const numQuads = numQuadsOf(stretches);
      assert(4 * numRows * window * numUnits <= limits.maxBindingBytes, where);
      assert(16 * numQuads * kernel.blocks * numUnits <= limits.maxBindingBytes, where);
      for (const device of ["gpu", "software"] as const) {
        const uniforms = { num_quads: numQuads, num_units: numUnits } as never;
        assert(kernel.grid(uniforms, kernel.overrides(device))[0] <= limits.maxWorkgroups, where);
      }
      assert(window >= 1 && window <= numPoints && steps >= 1, where);
      for (const { member, firstTrial, numTrials } of stretches) {
        const at = open.indexOf(jobs[member]);
        assertEquals([firstTrial, firstTrial % lanes], [next[at], 0], where);
        next[at] += numTrials;
      }
    }
    assertEquals(next, open.map(({ job }) => job.numTrials), where);
  }
});
