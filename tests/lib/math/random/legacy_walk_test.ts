// One walk over the stream, and every block drawn from its own state.

import { assertEquals, assertThrows } from "@std/assert";
import { legacyStateAt, walkLegacyStream } from "#lib/math/random/legacy_walk.ts";
import { LegacyRandom } from "#lib/math/random/mt19937.ts";

Deno.test("walkLegacyStream() lets blocks be drawn alone, in any order, as if drawn in turn", () => {
  const blocks = [{ uniform: 600 }, { normal: 7 }, {}, { uniform: 3, normal: 1200 }, { normal: 1 }];
  const turn = new LegacyRandom(42);
  const expected = blocks.map(({ uniform = 0, normal = 0 }) => [
    turn.fillUniform(new Float64Array(uniform)),
    turn.fillNormal(new Float64Array(normal)),
  ]);
  const states = walkLegacyStream(42, blocks);
  for (const block of [3, 0, 4, 2, 1]) {
    const { uniform = 0, normal = 0 } = blocks[block];
    const random = LegacyRandom.fromState(legacyStateAt(states, block));
    assertEquals(random.fillUniform(new Float64Array(uniform)), expected[block][0]);
    assertEquals(random.fillNormal(new Float64Array(normal)), expected[block][1]);
  }
  assertEquals(legacyStateAt(states, 5), turn.exportState());
});

Deno.test("legacyStateAt() refuses rows that are not there", () => {
  const states = walkLegacyStream(1, [{ normal: 1 }]);
  assertThrows(() => legacyStateAt(states, 2), RangeError, "rows 0 to 1");
  assertThrows(() => legacyStateAt(states.subarray(1), 0), RangeError, "1253 numbers");
});
