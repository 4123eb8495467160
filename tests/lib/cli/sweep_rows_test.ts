// Facts of members: numbers of short tables and stored warnings, read once and remembered by key.

import { assertEquals } from "@std/assert";
import { table } from "#lib/core/artifacts/table.ts";
import type { Files } from "#lib/core/artifact.ts";
import { digestOf } from "#lib/core/digest.ts";
import { tableOf } from "#lib/core/table.ts";
import { sweepRows } from "#lib/cli/sweep_rows.ts";
import { denoDisk } from "#lib/world/deno_disk.ts";

/** A store of artifacts by key that counts how often it is asked. */
class CountingStore {
  readonly #outputs: Readonly<Record<string, { kind: string; files: Files }>>;
  numReads = 0;
  constructor(outputs: Readonly<Record<string, { kind: string; files: Files }>>) {
    this.#outputs = outputs;
  }
  recall(key: string) {
    const output = this.#outputs[key];
    if (output === undefined) return undefined;
    const files = Object.fromEntries(
      Object.entries(output.files).map(([name, bytes]) => [name, {
        digest: digestOf(name),
        size: bytes.length,
        inline: btoa(String.fromCharCode(...bytes)),
      }]),
    );
    return {
      outputs: { out: { kind: output.kind, digest: digestOf(key), files } },
      provenance: { seconds: 2, usage: { cpu_seconds: 1.5 } },
    } as never;
  }
  read({ files }: { files: Record<string, { inline: string }> }) {
    this.numReads++;
    return Promise.resolve(Object.fromEntries(
      Object.entries(files).map(([name, { inline }]) => [
        name,
        Uint8Array.from(atob(inline), (character) => character.charCodeAt(0)),
      ]),
    ));
  }
}

const about = (warnings: readonly string[]) => ({
  kind: "operator",
  files: { "operator.json": new TextEncoder().encode(JSON.stringify({ warnings })) },
});

const short = tableOf([{ metric: "dsa", distance: 0.5, n: 3, gone: null }]);
const course = tableOf([{ epoch: 1, loss: 0.9 }, { epoch: 2, loss: 0.25 }]);
const long = tableOf([{ x: 1 }, { x: 2 }]);

const outputs = {
  k1: { kind: "table", files: table.encode(short) },
  k2: { kind: "table", files: table.encode(course) },
  k3: { kind: "table", files: table.encode(long) },
  k4: about(["few samples"]),
};

function session(store: CountingStore, results: string) {
  const members = Object.keys(outputs).map((key, i) => ({ id: `a[i=${i}]`, coords: { i }, key }));
  return {
    session: {
      store,
      results,
      world: { disk: denoDisk() },
      graph: { workflow: "w", members: [...members, { id: "p", coords: {}, pending: true }] },
    } as never,
    record: {
      stages: members.map(({ id, key }) => ({ stage: id, status: "hit" as const, key })),
    },
  };
}

Deno.test("sweepRows() takes numbers of one row, of the last epoch, and nothing of longer tables", async () => {
  const results = await Deno.makeTempDir();
  const store = new CountingStore(outputs);
  const { session: opened, record } = session(store, results);
  const { members, warnings } = await sweepRows(opened, record);
  const cost = { seconds: 2, cpu_seconds: 1.5 };
  assertEquals(members, [
    { id: "a[i=0]", coords: { i: 0 }, metrics: { distance: 0.5, n: 3 }, cost },
    { id: "a[i=1]", coords: { i: 1 }, metrics: { epoch: 2, loss: 0.25 }, cost },
    { id: "a[i=2]", coords: { i: 2 }, metrics: {}, cost },
    { id: "a[i=3]", coords: { i: 3 }, metrics: {}, cost },
  ]);
  assertEquals(warnings, ["a[i=3]: few samples"]);
  await Deno.remove(results, { recursive: true });
});

Deno.test("sweepRows() reads nothing twice, and all of it again if its memory is damaged", async () => {
  const results = await Deno.makeTempDir();
  const first = new CountingStore(outputs);
  const one = session(first, results);
  const found = await sweepRows(one.session, one.record);
  assertEquals(first.numReads, 4);
  const second = new CountingStore(outputs);
  const two = session(second, results);
  assertEquals(await sweepRows(two.session, two.record), found);
  assertEquals(second.numReads, 0);
  await Deno.writeTextFile(`${results}/facts/w.json`, "{");
  const third = session(second, results);
  assertEquals(await sweepRows(third.session, third.record), found);
  assertEquals(second.numReads, 4);
  await Deno.remove(results, { recursive: true });
});

Deno.test("sweepRows() tells warnings and costs of results that ran only through the run itself", async () => {
  const results = await Deno.makeTempDir();
  const { session: opened, record } = session(new CountingStore(outputs), results);
  const ran = { stages: record.stages.map((stage) => ({ ...stage, status: "ran" as const })) };
  const { warnings, members } = await sweepRows(opened, ran);
  assertEquals(warnings, []);
  assertEquals(members.map(({ cost }) => cost), [undefined, undefined, undefined, undefined]);
  await Deno.remove(results, { recursive: true });
});

Deno.test("sweepRows() reads again what took the place of another result of its key", async () => {
  const results = await Deno.makeTempDir();
  const before = session(new CountingStore({ k1: outputs.k1 }), results);
  assertEquals((await sweepRows(before.session, before.record)).members[0].metrics, {
    distance: 0.5,
    n: 3,
  });
  const other = {
    kind: "table",
    files: table.encode(tableOf([{ metric: "dsa", distance: 0.75 }])),
  };
  const after = session(new CountingStore({ k1: other }), results);
  const digest = digestOf("another result");
  const stages = after.record.stages.slice(0, 1)
    .map((stage) => ({ ...stage, outputs: { out: { kind: "table", digest, bytes: 1 } } }));
  assertEquals((await sweepRows(after.session, { stages })).members[0].metrics, { distance: 0.75 });
  await Deno.remove(results, { recursive: true });
});
