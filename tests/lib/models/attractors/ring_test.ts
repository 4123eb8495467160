// Ring: a bump of the known shape that stays at any angle, by the symmetry that holds and the one that nearly does.

import { assert, assertAlmostEquals } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import ring, { bumpAngle } from "#lib/models/attractors/ring.ts";
import reference from "#tests/reference/attractors/dynamics.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { settle, speed } from "./measure.ts";

/** Fastest of `numStarts` settled bumps between two neighbouring units, in radians per tau. */
function drift(units: number, numStarts: number, duration: number): number {
  const field = ring.vectorField(ring.params.parse({ units }));
  let fastest = 0;
  for (let trial = 0; trial < numStarts; trial++) {
    const angle = 2 * Math.PI * trial / numStarts / units;
    const bump = Float64Array.from(
      { length: units },
      (_, unit) => 0.5 + 0.5 * Math.cos(2 * Math.PI * unit / units - angle),
    );
    const early = settle(field, bump, 20, 0.1);
    const late = settle(field, early, duration, 0.1);
    fastest = Math.max(fastest, Math.abs(bumpAngle(late) - bumpAngle(early)) / duration);
  }
  return fastest;
}

Deno.test("ring has the bump that its self-consistency equations have", () => {
  const field = ring.vectorField(ring.params.parse({}));
  const bump = Float64Array.from({ length: 64 }, (_, unit) => Math.cos(2 * Math.PI * unit / 64));
  assertAllClose(settle(field, bump, 100), reference.ring_bump, { atol: 1e-12 });
});

Deno.test("ring keeps its bump: drift below 1e-13 radians per tau with 64 units", () => {
  assert(drift(64, 5, 200) < 1e-13);
});

Deno.test("ring drifts exponentially less with more units", () => {
  const [eight, sixteen, thirtyTwo] = [8, 16, 32].map((units) => drift(units, 16, 10));
  assert(eight > 1e-3 && eight < 1e-2, `8 units: ${eight}`);
  assert(sixteen > 5e-7 && sixteen < 5e-6, `16 units: ${sixteen}`);
  assert(thirtyTwo < 1e-10, `32 units: ${thirtyTwo}`);
});

Deno.test("ring forms one bump from random rates, at angles all around", () => {
  const field = ring.vectorField(ring.params.parse({}));
  const quadrants = new Set<number>();
  for (let trial = 0; trial < 24; trial++) {
    const rates = randomStream(71, "test/ring").uniform(new Float64Array(64), trial);
    const bump = settle(field, rates, 100, 0.1);
    assert(speed(field, bump) < 1e-12);
    assertAllClose(bump.slice().sort().slice(-3), reference.ring_bump.slice().sort().slice(-3), {
      atol: 0.02,
    });
    const rises = bump.filter((rate, unit) => rate < 0.4 && bump[(unit + 1) % 64] >= 0.4).length;
    assert(rises === 1, `trial ${trial}: ${rises} bumps`);
    quadrants.add(Math.floor((bumpAngle(bump) + Math.PI) / (Math.PI / 2)));
  }
  assert(quadrants.size >= 4, `quadrants ${[...quadrants]}`);
});

Deno.test("ring is the same seen from any unit, and in a mirror", () => {
  const units = 12;
  const field = ring.vectorField(ring.params.parse({ units }));
  const draws = randomStream(72, "test/ring");
  const rates = draws.uniform(new Float64Array(units), 0);
  const velocity = new Float64Array(units);
  const moved = new Float64Array(units);
  field(rates, velocity);
  for (const sign of [1, -1]) {
    const shift = 1 + draws.integer(units - 1, 1, sign + 1);
    const at = (unit: number) => ((sign * unit + shift) % units + units) % units;
    field(rates.map((_, unit) => rates[at(unit)]), moved);
    assertAllClose(moved, velocity.map((_, unit) => velocity[at(unit)]), { atol: 1e-14 });
  }
});

Deno.test("ring has no bump when the cosine part is weak", () => {
  const field = ring.vectorField(ring.params.parse({ j1: 7.5, i0: 5 }));
  const rates = randomStream(73, "test/ring").uniform(new Float64Array(64));
  // At i0 = −j0/2 all units rest at 1/2, where the slope is 1/4 and the threshold j1 = 8.
  assertAllClose(settle(field, rates, 400, 0.1), new Float64Array(64).fill(0.5), { atol: 1e-9 });
});

Deno.test("bumpAngle() moves with the bump", () => {
  for (const angle of [-3, -1, 0, 0.5, 3.1]) {
    const bump = Float64Array.from(
      { length: 10 },
      (_, unit) => 3 + Math.cos(2 * Math.PI * unit / 10 - angle),
    );
    assertAlmostEquals(bumpAngle(bump), angle, 1e-14);
  }
});
