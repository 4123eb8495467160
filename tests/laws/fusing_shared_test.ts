// Batches of several runs on one store on a disk, each with a session and an order of work of its own: whatever their
// batches have in common, each result is made once, all get the same bytes, and nobody waits for ever.

import { setImmediate } from "node:timers";
import { assert, assertEquals } from "@std/assert";
import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { fakeGraph, type FakeMember } from "#tests/support/fake_tasks.ts";
import { FusingExecutor } from "#tests/support/fusing_executor.ts";
import { endings, finished, ofType, runGraph } from "#tests/support/scheduling.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const numRuns = 3;
const fuse = { by: [], most: 8 };

/** Members of their own keys, and some that read two of them. */
const members: readonly FakeMember[] = Array.from({ length: 30 }, (_, i) => ({
  id: `m[${i}]`,
  params: { i },
  from: i < 20 ? [] : [`m[${i - 20}]`, `m[${i - 10}]`],
  fuse,
}));

Deno.test("fusing: runs on one store make each result once, in batches that overlap", () =>
  withSeed(async (draw) => {
    const folder = await Deno.makeTempDir();
    const texts: string[] = [];
    let made = 0;
    try {
      const runs = Array.from({ length: numRuns }, async (_, which) => {
        await using store = await openFsStore(denoWorld(), `${folder}/store`, {
          index: `${folder}/index`,
          warn: (message) => {
            throw new Error(message);
          },
          groupMs: 5,
        });
        await using executor = new FusingExecutor(2, async (jobs) => {
          for (let n = draw(6); n > 0; n--) await new Promise((done) => setImmediate(done));
          if (jobs.length > 1 && draw(4) === 0) {
            return {
              failure: { reason: "out-of-memory", message: "full" },
              after: draw(jobs.length),
            };
          }
        });
        const events = await runGraph(fakeGraph(members), {
          store,
          executor,
          run: `run-${which}`,
          expectedSeconds: () => 1e-3,
        });
        const { ok, ran } = finished(events);
        assert(ok, JSON.stringify(endings(events)));
        made += ran;
        const digests = ofType(events, "stage-finished").map(({ stage, outputs }) =>
          `${stage} ${outputs.out.digest}`
        );
        texts.push(digests.sort().join("\n"));
      });
      await Promise.all(runs);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assertEquals(new Set(texts).size, 1);
    assertEquals([texts.length, texts[0].split("\n").length], [numRuns, members.length]);
    assertEquals(made, members.length);
  }));

Deno.test("fusing: what a run that is stopped had locked is free for others at once", () =>
  withSeed(async (draw) => {
    const folder = await Deno.makeTempDir();
    const open = () =>
      openFsStore(denoWorld(), `${folder}/store`, { index: `${folder}/index`, groupMs: 5 });
    try {
      await using mine = await open();
      await using other = await open();
      const control = new AbortController();
      await using stuck = new FusingExecutor(2, (jobs, signal) => {
        setImmediate(() => control.abort("SIGINT"));
        return new Promise((resolve) =>
          signal.addEventListener("abort", () =>
            resolve({
              failure: { reason: "cancelled", message: "SIGINT" },
              after: draw(jobs.length),
            }))
        );
      });
      const stopped = await runGraph(
        fakeGraph(members),
        { store: mine, executor: stuck, expectedSeconds: () => 1e-3 },
        control.signal,
      );
      assertEquals([finished(stopped).failed, finished(stopped).interrupted], [0, "SIGINT"]);
      // The first session is still there, and holds nothing.
      await using executor = new FusingExecutor(2);
      const events = await runGraph(fakeGraph(members), {
        store: other,
        executor,
        expectedSeconds: () => 1e-3,
      });
      assertEquals(finished(events).ok, true);
      assert(finished(events).fused >= 20, `${executor.sizes}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));
