// Initial states: inside the box, evenly spread, and untouched by the number of trials.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { stretchToBox, uniformInBox } from "#lib/math/random/uniform_box.ts";

Deno.test("uniformInBox() fills the box evenly, each side on its own", () => {
  const box = [[-3, -1], [0, 1], [5, 5], [-1, 7]] as const;
  const numTrials = 20000;
  const states = uniformInBox(randomStream(11, "test/box"), numTrials, box);
  box.forEach(([low, high], unit) => {
    let sum = 0;
    let squares = 0;
    for (let trial = 0; trial < numTrials; trial++) {
      const x = states[trial * box.length + unit];
      assert(x >= low && x <= high, `unit ${unit}: ${x}`);
      sum += x - (low + high) / 2;
      squares += (x - (low + high) / 2) ** 2;
    }
    const variance = (high - low) ** 2 / 12;
    // Five standard errors of a mean and of a variance of uniform numbers.
    assert(Math.abs(sum / numTrials) <= 5 * Math.sqrt(variance / numTrials));
    assert(Math.abs(squares / numTrials - variance) <= 5 * variance * Math.sqrt(0.8 / numTrials));
  });
});

Deno.test("stretchToBox() leaves draws of the unit cube bit for bit as they are", () => {
  const draws = randomStream(12, "test/box").uniform(new Float64Array(300));
  assertEquals(stretchToBox(draws.slice(), [[0, 1], [0, 1], [0, 1]]), draws);
});

Deno.test("stretchToBox() and uniformInBox() refuse sizes without meaning", () => {
  assertThrows(() => stretchToBox(new Float64Array(5), [[0, 1], [0, 1]]), RangeError, "2 sides");
  assertThrows(() => stretchToBox(new Float64Array(5), []), RangeError, "0 sides");
  assertThrows(() => uniformInBox(randomStream(0, "x"), 1.5, [[0, 1]]), RangeError, "1.5 trials");
});
