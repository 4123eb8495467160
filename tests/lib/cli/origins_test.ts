import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { originsOf } from "#lib/cli/origins.ts";
import { digestOf } from "#lib/core/digest.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

/** A store of which is known how often it was asked. */
function countingStore(engine: string | null = null) {
  const asked: string[] = [];
  const recall = (key: string) => {
    asked.push(key);
    if (key.endsWith("gone")) return undefined;
    const provenance = {
      run: "20261121T101010-aaaaaa",
      stage: `fit[key=${key.slice(-2)}]`,
      started_at: "2026-11-21T10:10:11.250Z",
      seconds: 0.5,
      engine,
    };
    return { provenance, action: { recipe: { code: digestOf("code") } } };
  };
  return { asked, recall } as unknown as Parameters<typeof originsOf>[1] & { asked: string[] };
}

const question = (name: string, output = "out", isNew = false) => ({
  key: digestOf(name) as string,
  outputs: { out: { digest: digestOf(output) as string } },
  isNew,
});

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await run(folder);
  await Deno.remove(folder, { recursive: true });
}

Deno.test("originsOf() reads each manifest once, and again where the result is another or new", () =>
  inFolder(async (folder) => {
    const memory = { disk: denoDisk(), folder: join(folder, "facts"), workflow: "w[x]" };
    const store = countingStore("wasm-f32");
    const questions = [question("a"), question("b"), { ...question("c"), key: "gone" }];
    const first = await originsOf(memory, store, questions);
    assertEquals(store.asked.length, 3);
    assertEquals(first.get(questions[0].key), {
      run: "20261121T101010-aaaaaa",
      stage: `fit[key=${questions[0].key.slice(-2)}]`,
      started: Date.parse("2026-11-21T10:10:11.250Z"),
      seconds: 0.5,
      code: digestOf("code"),
      engine: "wasm-f32",
    });
    assertEquals(await originsOf(memory, store, questions.slice(0, 2)), first);
    assertEquals(store.asked.length, 3);
    await originsOf(memory, store, [question("a", "another"), question("b", "out", true)]);
    assertEquals(store.asked.slice(3), [questions[0].key, questions[1].key]);
  }));

Deno.test("originsOf() does without a memory that is damaged or cannot be written", () =>
  inFolder(async (folder) => {
    const path = join(folder, "facts");
    const memory = { disk: denoDisk(), folder: path, workflow: "w" };
    const store = countingStore();
    await originsOf(memory, store, [question("a")]);
    const [name] = Array.from(Deno.readDirSync(path), (entry) => entry.name);
    for (const text of ["", "{", "{}", '{"format":0}', '{"format":1}', "null"]) {
      await Deno.writeTextFile(join(path, name), text);
      assertEquals((await originsOf(memory, store, [question("a")])).size, 1);
    }
    await Deno.writeTextFile(join(folder, "file"), "");
    const blocked = { ...memory, folder: join(folder, "file") };
    assertEquals((await originsOf(blocked, store, [question("a")])).size, 1);
  }));

Deno.test("originsOf() forgets results of other runs where there are too many", () =>
  inFolder(async (folder) => {
    const memory = { disk: denoDisk(), folder, workflow: "w" };
    const store = countingStore();
    for (let from = 0; from < 40_000; from += 10_000) {
      const questions = Array.from({ length: 10_000 }, (_, i) => question(`${from + i}`));
      assertEquals((await originsOf(memory, store, questions)).size, 10_000);
    }
    const [name] = Array.from(Deno.readDirSync(folder), (entry) => entry.name);
    const { lines } = JSON.parse(await Deno.readTextFile(join(folder, name)));
    assertEquals(Object.keys(lines).length, 30_000);
    assert(lines[digestOf("39999")] !== undefined && lines[digestOf("0")] === undefined);
  }));
