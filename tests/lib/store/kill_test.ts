// Real processes on a real store: killed without warning, and working on the same actions.

import { assert, assertEquals } from "@std/assert";
import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { sample } from "./sample_results.ts";

function start(folder: string, numbers: readonly number[]): Deno.ChildProcess {
  const script = new URL("./committer.ts", import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, folder, ...numbers.map(String)],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

function numbersAfter(word: string, text: string): number[] {
  return [...text.matchAll(new RegExp(`^${word} (\\d+)$`, "gm"))].map(([, n]) => Number(n));
}

async function readAll(child: Deno.ChildProcess): Promise<string> {
  return await new Response(child.stdout).text();
}

Deno.test("FsStore loses at most what was in flight when its process is killed", async () => {
  const folder = await Deno.makeTempDir();
  const actions = Array.from({ length: 400 }, (_, n) => n);
  const committed = new Set<number>();
  try {
    for (const numCommits of [0, 3, 6, 12]) {
      const child = start(folder, actions);
      const reader = child.stdout.getReader();
      const { value } = await reader.read();
      let text = new TextDecoder().decode(value);
      while (numbersAfter("commit", text).length < numCommits) {
        const { value, done } = await reader.read();
        if (done) break;
        text += new TextDecoder().decode(value);
      }
      child.kill("SIGKILL");
      for (let part; !(part = await reader.read()).done;) {
        text += new TextDecoder().decode(part.value);
      }
      await child.status;
      const again = numbersAfter("start", text).filter((n) => committed.has(n));
      assertEquals(again, [], "made again although it was committed");
      for (const n of numbersAfter("commit", text)) committed.add(n);
      const warnings: string[] = [];
      await using store = await openFsStore(denoWorld(), `${folder}/store`, {
        warn: (message) => warnings.push(message),
      });
      for (const n of actions) {
        const found = store.lookup(sample(n).key);
        if (committed.has(n)) assert(found, `action ${n} was committed and is lost`);
        if (found === undefined) continue;
        assertEquals(await store.read(found.outputs.out), sample(n).outputs.out.files);
      }
      // Absent if the process died before its first commit.
      const { disk } = denoWorld();
      assertEquals(await disk.list(`${folder}/store/tmp`), [], "unfinished files were left");
      assertEquals(await disk.list(`${folder}/store/lock`), [], "locks were left");
      assert(warnings.every((warning) => warning.includes("ends within a line")), `${warnings}`);
    }
    assert(committed.size > 10, `only ${committed.size} actions were committed`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FsStore lets four processes compute each result once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const actions = Array.from({ length: 60 }, (_, n) => n);
    const children = [0, 7, 23, 41].map((shift) =>
      start(folder, [...actions.slice(shift), ...actions.slice(0, shift)])
    );
    const texts = await Promise.all(children.map(readAll));
    for (const child of children) assert((await child.status).success);
    const started = texts.flatMap((text) => numbersAfter("start", text)).sort((a, b) => a - b);
    assertEquals(started, actions);
    assertEquals(texts.flatMap((text) => numbersAfter("durable", text)).length, actions.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
