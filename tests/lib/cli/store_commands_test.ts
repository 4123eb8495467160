// gc, fsck, push and pull as a person sees them, at 80 columns.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { basin } from "#lib/cli/main.ts";
import { openFsStore } from "#lib/store/fs_store.ts";
import { layoutOf } from "#lib/store/layout.ts";
import { resultsId } from "#lib/store/roots.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { corruptStore } from "#tests/support/store_damage.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { testTerminal } from "#tests/support/terminal.ts";
import { sample } from "../store/sample_results.ts";

interface Room {
  readonly folder: string;
  readonly store: string;
  /** Runs a command line; returns the exit code and what was written. */
  basin(...words: readonly string[]): Promise<{ code: number; out: string; err: string }>;
  /** Results of a run. */
  fill(run: string, ...numbers: readonly number[]): Promise<void>;
}

async function inRoom(run: (room: Room) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  const store = `${folder}/results/store`;
  const world = denoWorld();
  const room: Room = {
    folder,
    store,
    async basin(...words) {
      const terminal = testTerminal({ root: folder });
      const code = await basin(words, terminal);
      const [out, err] = [terminal.written.out, terminal.written.err].map(stripAnsiCode);
      for (const line of (out + err).split("\n")) {
        assert(line.length <= 80 || line.includes("/"), `too long: ${line}`);
      }
      return { code, out, err };
    },
    async fill(run, ...numbers) {
      await using opened = await openFsStore(world, store, { groupMs: 1 });
      for (const n of numbers) {
        const { result, outputs } = sample(n);
        const provenance = { ...result.provenance, run, stage: `stage_${n % 2}[n=${n}]` };
        await opened.commit({ ...result, provenance }, outputs);
      }
      const results = await resultsId(world.disk, `${folder}/results`);
      const keys = numbers.map((n) => sample(n).key);
      await opened.keepRun({ workflow: "w", results, run, keys });
    },
  };
  try {
    await run(room);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("gc names what it frees, the largest first, and keeps the latest runs", () =>
  inRoom(async ({ basin, fill, store }) => {
    await fill("r1", 2, 5, 8);
    await fill("r2", 11);
    const none = await basin("gc");
    assertEquals(none.code, 0);
    assertStringIncludes(none.out, "nothing to free; kept 280 kB in 4 files of 2 runs\n");
    const young = await basin("gc", "--keep-runs", "1");
    assertStringIncludes(
      young.out,
      "210 kB in 3 files stay because they are younger than 24 hours",
    );
    const dry = await basin("gc", "--keep-runs", "1", "--keep-hours", "0", "--dry-run");
    assertEquals(dry.out.split("\n").slice(0, 4), [
      "     size    files  stage",
      "   140 kB        2  w stage_0, run r1",
      "    70 kB        1  w stage_1, run r1",
      "210 kB in 3 files would be freed; kept 70 kB in 1 file of 1 run",
    ]);
    const named = await basin("gc", "--keep-runs", "1", "--keep-hours", "0", "--dry-run", "--all");
    assertStringIncludes(named.out, "w stage_0[n=2] out/table.tsv\n                    run r1\n");
    assertEquals((await filesBelow(layoutOf(store).cas)).length, 4);
    const done = await basin("gc", "--keep-runs", "1", "--keep-hours", "0");
    assertStringIncludes(done.out, "210 kB in 3 files freed; kept 70 kB in 1 file of 1 run\n");
    assertEquals((await filesBelow(layoutOf(store).cas)).length, 1);
    assertEquals((await basin("gc", "--keep-hours", "-1")).code, 2);
  }));

Deno.test("gc keeps pinned runs, and refuses while a run is going on", () =>
  inRoom(async ({ basin, fill, store }) => {
    assertEquals((await basin("gc", "--pin", "paper")).code, 2);
    await fill("r1", 2);
    assertStringIncludes(
      (await basin("gc", "--pin", "paper")).out,
      "paper keeps the results of w, run r1",
    );
    await fill("r2", 5);
    const pinned = await basin("gc", "--keep-runs", "1", "--keep-hours", "0");
    assertStringIncludes(pinned.out, "nothing to free");
    assertStringIncludes(pinned.out, "pinned: paper");
    assertStringIncludes((await basin("gc", "--unpin", "thesis")).err, "there are: paper");
    assertEquals((await basin("gc", "--unpin", "paper")).code, 0);
    {
      await using running = await openFsStore(denoWorld(), store);
      await running.commit(sample(8).result, sample(8).outputs);
      const refused = await basin("gc");
      assertEquals(refused.code, 4);
      assertMatch(refused.err, /^error: cannot collect .*store: a run is using it; try again/);
    }
    assertStringIncludes(
      (await basin("gc", "--keep-runs", "1", "--keep-hours", "0")).out,
      "2 files freed",
    );
  }));

Deno.test("fsck says what is damaged, whose it was and what to do", () =>
  inRoom(async ({ basin, fill, store }) => {
    assertEquals((await basin("fsck")).out, "no damage: 0 results and 0 files (0 B) checked\n");
    await fill("r1", 2, 5);
    assertEquals((await basin("fsck")).out, "no damage: 2 results and 2 files (140 kB) checked\n");
    const { paths: [path] } = await corruptStore(store, () => 0, "truncate to half");
    const found = await basin("fsck");
    assertEquals(found.code, 4);
    assertStringIncludes(found.out, `✗ ${path.slice(path.indexOf("results/"))}\n`);
    assertStringIncludes(found.out, "does not hold the bytes that it is named by\n    of stage_");
    assertStringIncludes(found.out, "1 place damaged: 2 results and 2 files");
    assertStringIncludes(found.out, "`deno task fsck --repair`");
    const json = JSON.parse((await basin("fsck", "--json")).out);
    assertEquals(json.damage.length, 1);
    const repaired = await basin("fsck", "--repair");
    assertEquals(repaired.code, 0);
    assertStringIncludes(repaired.out, "is set aside in the store's folder `damaged`");
    const after = await basin("fsck");
    assertEquals(after.code, 0);
    assertStringIncludes(after.out, "no damage: 2 results and 1 file");
    assertStringIncludes(after.out, "the latest runs lack 1 file");
    assertStringIncludes((await basin("gc", "--keep-hours", "0")).out, "1  set aside by fsck\n");
  }));

Deno.test("push and pull copy what is missing, and say so", () =>
  inRoom(async ({ basin, fill, folder }) => {
    assertEquals((await basin("push", "there")).code, 2);
    await fill("r1", 2, 5, 3);
    const some = await basin("push", "there", "--workflow", "w", "--stage", "stage_0");
    assertEquals(some.out, "1 result copied to there (70 kB in 1 file)\n");
    const rest = await basin("push", "there");
    assertEquals(rest.out, "2 results copied to there (70 kB in 1 file); 1 there already\n");
    assertEquals(
      (await basin("push", "there")).out,
      "nothing new to copy to there; 3 there already\n",
    );
    await Deno.remove(`${folder}/results`, { recursive: true });
    const back = await basin("pull", "there");
    assertEquals(back.out, "3 results copied from there (140 kB in 2 files)\n");
    assertStringIncludes((await basin("fsck")).out, "no damage: 3 results and 2 files");
    assertEquals((await basin("pull", "nowhere")).code, 2);
    assertStringIncludes((await basin("pull", "results")).err, "results is no store");
  }));
