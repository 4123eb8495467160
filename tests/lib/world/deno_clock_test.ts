// Timers of the real clock, longer than those of the runtime.

import { assertEquals } from "@std/assert";
import { denoClock } from "#lib/world/deno_clock.ts";

Deno.test("denoClock() waits for as long as it is told, also for months", () => {
  const asked: { ms: number; run: () => void; id: number }[] = [];
  const cleared: unknown[] = [];
  const { setTimeout, clearTimeout } = globalThis;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms: number) => asked.push({ ms, run, id: asked.length + 1 }),
    clearTimeout: (id: unknown) => void cleared.push(id),
  });
  try {
    let times = 0;
    const clock = denoClock();
    const month = 30 * 24 * 3600 * 1000;
    const cancel = clock.after(month, () => times++);
    while (times === 0) asked.at(-1)!.run();
    assertEquals(asked.reduce((sum, { ms }) => sum + ms, 0), month);
    assertEquals([times, asked.every(({ ms }) => ms < 2 ** 31)], [1, true]);
    const before = asked.length;
    const stop = clock.after(2 * month, () => times++);
    asked.at(-1)!.run();
    stop();
    assertEquals([asked.length, cleared], [before + 2, [before + 2]]);
    cancel();
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
});

Deno.test("denoClock() does not call back at once for what takes longer than a timer", async () => {
  const clock = denoClock();
  let called = false;
  const cancel = clock.after(2 ** 31 + 5, () => called = true);
  await new Promise((done) => setTimeout(done, 30));
  cancel();
  assertEquals(called, false);
});
