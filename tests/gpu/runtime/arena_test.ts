import { assert, assertEquals, assertThrows } from "@std/assert";
import { alignment, Arena } from "#gpu/runtime/arena.ts";
import { randomStream } from "#lib/core/random.ts";

Deno.test("Arena keeps blocks apart and reuses what was given back, in random order", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const random = randomStream(seed, "test/arena");
  const arena = new Arena(1024);
  const live = new Map<number, number>();
  let most = 0;
  for (let step = 0; step < 2000; step++) {
    const grow = random.integer(100, step) < (live.size < 40 ? 60 : 40);
    if (grow) {
      const size = random.integer(5000, step, 1);
      const at = arena.alloc(size);
      assertEquals(at % alignment, 0, `seed ${seed}`);
      assert(at >= 1024 && at + size <= arena.top, `seed ${seed}`);
      for (const [other, length] of live) {
        assert(at + size <= other || other + length <= at, `seed ${seed}: blocks overlap`);
      }
      live.set(at, Math.max(size, 1));
    } else if (live.size > 0) {
      const at = [...live.keys()][random.integer(live.size, step, 2)];
      arena.free(at);
      live.delete(at);
    }
    most = Math.max(most, [...live.values()].reduce((sum, size) => sum + size + alignment, 0));
    assertEquals(arena.numBlocks, live.size);
  }
  // Holes between blocks cost something, but not a multiple.
  assert(arena.top - 1024 <= 2 * most, `seed ${seed}: top ${arena.top}, most ${most}`);
  for (const at of live.keys()) arena.free(at);
  assertEquals([arena.top, arena.numBytesUsed, arena.numBlocks], [1024, 0, 0]);
});

Deno.test("Arena.alloc() takes the smallest hole that fits", () => {
  const arena = new Arena(0);
  const [large, , small] = [arena.alloc(640), arena.alloc(64), arena.alloc(128), arena.alloc(64)];
  arena.free(large);
  arena.free(small);
  assertEquals(arena.alloc(128), small);
  assertEquals(arena.alloc(128), large);
  assertEquals(arena.alloc(512), large + 128);
});

Deno.test("Arena.free() refuses what is not in use", () => {
  const arena = new Arena(0);
  const at = arena.alloc(1);
  arena.free(at);
  assertThrows(() => arena.free(at), RangeError, "No block in use begins at 0");
});
