// The side of attractors that runs on engines: params survive as rows of numbers, and files are where they are said to be.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Attractor } from "#lib/core/attractor.ts";
import { attractors } from "#lib/models/attractors/mod.ts";

/** Params that differ from the defaults, where a system has such. */
const others: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  double_well: { units: 7, bistable: 3, depth: 0.5, tau: 2 },
  line: { units: 9, tau: 0.3, feedback: 0.7 },
  lorenz: { s: 9, r: 14, b: 2.5 },
  point: { units: 5, tau: 3, gain: -2, omega: 4, activation: "tanh" },
  ring: { units: 12, j0: -3, j1: 9, i0: 0.5, tau: 7 },
  rossler: { a: 0.1, b: 0.3, c: 9 },
  van_der_pol: { mu: 3.5 },
};

for (const [name, load] of Object.entries(attractors)) {
  Deno.test(`${name} hands its params to engines as numbers, and gets them back`, async () => {
    const system = (await load()).default as unknown as Attractor;
    const engine = system.engine!;
    for (const raw of [{}, others[name]]) {
      const params = system.params.parse(raw);
      const constants = engine.constants(params);
      assert(constants.every(Number.isFinite));
      // Rows of a batch are as long as the longest of its members.
      const row = Float64Array.of(...constants, 0, 0, 0);
      assertEquals(engine.params(row, system.dimension(params)), params);
    }
    assertEquals(engine.path, `lib/models/attractors/${name}.wgsl`);
    assertEquals(engine.wgsl, Deno.readTextFileSync(inRoot(engine.path)));
    assertEquals(engine.wasm, Deno.readFileSync(inRoot(`lib/wasm/ode/${name}.wasm`)));
    assertMatch(engine.coupling, /^(triples|pairs|sums)$/);
    if (engine.coupling === "triples") assertEquals(system.dimension(system.params.parse({})), 3);
  });
}

function inRoot(path: string): URL {
  return new URL(`../../../../${path}`, import.meta.url);
}
