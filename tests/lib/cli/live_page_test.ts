// The page of a run that goes on is a view: it is written while things happen, and whatever goes wrong with it stops
// nothing and is told once.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { livePage } from "#lib/cli/live_page.ts";
import { DiskError } from "#lib/core/disk.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { EventFold } from "#lib/report/record.ts";
import { memoryStore } from "#lib/store/memory_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { fakeGraph } from "#tests/support/fake_tasks.ts";

const started: RunEvent = { type: "stage-started", at: 1, stage: "a", worker: 0 };

/** A page of a run with one stage, and a clock that the test turns. */
async function page(replace: (name: string, text: string) => Promise<void>) {
  const fold = new EventFold();
  const results = await Deno.makeTempDir({ prefix: "basin-live-" });
  let now = 0;
  const live = livePage({
    session: () => ({
      graph: { ...fakeGraph([{ id: "a" }]), resolved: "name: fake\n" },
      store: memoryStore(),
      results,
      world: denoWorld(),
    }),
    record: () => fold.record(),
    previous: undefined,
    command: "run",
    folder: { replace: (name, content) => replace(name, content as string) },
    decoded: new Map(),
    environment: undefined,
    now: () => now,
  });
  return {
    live,
    event(event: RunEvent) {
      fold.add(event);
      live.event(event);
    },
    /** Lets time pass, and waits for what is written then. */
    async at(time: number) {
      now = time;
      live.tick();
      await live.written();
    },
    [Symbol.asyncDispose]: () => Deno.remove(results, { recursive: true }),
  };
}

Deno.test("livePage() writes nothing for runs with nothing to do, or that are over soon", async () => {
  const texts: string[] = [];
  await using one = await page((_, text) => Promise.resolve(void texts.push(text)));
  await one.at(100_000);
  one.live.open();
  one.event(started);
  await one.at(100_500);
  assertEquals(await one.live.close(), undefined);
  await one.at(200_000);
  await one.live.abandon();
  assertEquals(texts, []);
});

Deno.test("livePage() writes again when something has happened", async () => {
  const texts: string[] = [];
  await using one = await page((name, text) => {
    assertEquals(name, "report.html");
    return Promise.resolve(void texts.push(text));
  });
  one.live.open();
  await one.at(1000);
  one.event(started);
  await one.at(2500);
  assertEquals(texts.length, 1);
  await one.at(4000);
  await one.at(8000);
  assertEquals(texts.length, 2);
  for (const text of texts) assertStringIncludes(text, `class="live"`);
  // A run that ended by an error no longer says that it goes on, nor one whose last page could not be written.
  assertEquals(await one.live.close(), undefined);
  await one.live.abandon();
  assertEquals(texts.length, 3);
  assert(!texts[2].includes(`class="live"`));
});

Deno.test("livePage() tells at the end what could not be written, once", async () => {
  let tries = 0;
  await using one = await page((name) => {
    tries++;
    return Promise.reject(new DiskError("rename", name, "ENOSPC"));
  });
  one.live.open();
  for (const time of [1000, 4000, 7000]) {
    one.event(started);
    await one.at(time);
  }
  assertEquals(tries, 3);
  assertEquals(await one.live.close(), "cannot rename report.html: ENOSPC (the disk is full)");
  await one.live.abandon();
  assertEquals(tries, 3);
});
