// What tasks that continue find wherever they run: the same states, checked in the same way, alone and many as one.

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Executor } from "#lib/core/executor.ts";
import type { SavedStates, StateWork } from "#lib/core/task.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { jobOf } from "#tests/support/executor_cases.ts";
import { walkBundle, walkValues } from "#tests/support/walk_task.ts";

/** States in memory, and what was done with them, in order. */
class Notebook implements SavedStates {
  readonly done: string[] = [];
  readonly kept = new Map<string, Uint8Array>();
  work: StateWork | undefined;
  get labels(): readonly string[] {
    return [...this.kept.keys()].sort();
  }
  load(label: string): Promise<Uint8Array | undefined> {
    this.done.push(`load ${label}`);
    return Promise.resolve(this.kept.get(label)?.slice());
  }
  save(label: string, bytes: Uint8Array): void {
    this.done.push(`save ${label}`);
    this.kept.set(label, bytes);
  }
  drop(labels: readonly string[]): void {
    this.done.push(`drop ${labels}`);
    for (const label of labels) this.kept.delete(label);
  }
  told(work: StateWork): void {
    this.done.push("told");
    this.work = work;
  }
}

const never = new AbortController().signal;
const executors: Readonly<Record<string, () => Executor>> = {
  InlineExecutor: () => new InlineExecutor({ slots: 2 }),
  WorkersExecutor: () => new WorkersExecutor({ slots: 2 }),
};

/** A bundle whose task continues and runs `body`. */
function continuing(body: string, before = ""): string {
  return `${before}
const out = { kind: "n", encode: (n) => ({ n: new TextEncoder().encode(String(n)) }) };
const file = { kind: "file", encode: (data) => ({ data }), decode: (files) => files };
const task = {
  name: "probe",
  inputs: { in: { type: file, many: false, optional: true, coords: false } },
  outputs: { out },
  continues: ({ rate }) => rate === null ? undefined : { rate },
  async run({ states }, params, inputs) { ${body} },
};
export default { task, members: {} };
`;
}

async function ran(executor: Executor, code: string, states?: SavedStates, params = {}) {
  const data = { kind: "file", files: { data: new Uint8Array(3), more: new Uint8Array(2) } };
  const job = jobOf(code, { rate: 1, ...params }, { in: [{ ...data, coords: {} }] });
  const result = await executor.execute(job, {
    signal: never,
    ...(states === undefined ? {} : { states }),
  });
  if (!result.ok) return result.error.message;
  const { out } = result.value.outputs;
  return { text: new TextDecoder().decode(out.files.n), reads: result.value.reads };
}

for (const [name, make] of Object.entries(executors)) {
  Deno.test(`${name} hands over states, and what is said of them before the result`, async () => {
    await using executor = make();
    const notes = new Notebook();
    notes.kept.set("b", Uint8Array.of(1, 2));
    notes.kept.set("a", Uint8Array.of(3));
    const code = continuing(`
      const seen = [states.labels.join()];
      const bytes = await states.load("b");
      seen.push(bytes.join("."), await states.load("c"));
      const own = Uint8Array.of(7, 8);
      states.save("c", own);
      own.fill(0);
      states.save("b", own);
      seen.push((await states.load("c")).join("."), states.labels.join());
      states.drop(["a"]);
      seen.push(await states.load("a"), states.labels.join());
      states.told({ unit: "steps", found: 1, computed: 1 });
      states.told({ unit: "steps", found: 2, computed: 1 });
      return { out: seen.join(" ") };`);
    const result = await ran(executor, code, notes);
    assert(typeof result === "object", String(result));
    assertEquals(result.text, "a,b 1.2  7.8 a,b,c  b,c");
    // A state that is there stands; what is not there is not asked for.
    assertEquals(notes.done, ["load b", "save c", "load c", "drop a", "told", "told"]);
    assertEquals(notes.kept.get("c"), Uint8Array.of(7, 8));
    assertEquals(notes.work, { unit: "steps", found: 2, computed: 1 });
  });

  Deno.test(`${name} lets tasks that continue run where nothing is kept`, async () => {
    await using executor = make();
    const body = `
      states.save("a", new Uint8Array(1));
      const found = await states.load("a");
      return { out: [states.labels.length, found === undefined].join() };`;
    const plain = await ran(executor, continuing(body));
    assertEquals(typeof plain === "object" && plain.text, "0,true");
    // Params for which the task says that it cannot be continued.
    const notes = new Notebook();
    notes.kept.set("a", new Uint8Array(1));
    const other = await ran(executor, continuing(body), notes, { rate: null });
    assertEquals([typeof other === "object" && other.text, notes.done], ["0,true", []]);
  });

  Deno.test(`${name} refuses what cannot be a state, and states to tasks that do not continue`, async () => {
    await using executor = make();
    const notes = new Notebook();
    const refused: readonly (readonly [string, RegExp])[] = [
      [`states.save("", new Uint8Array(1))`, /^RangeError: the label .*1 to 1000 bytes .*found 0$/],
      [`states.save("é".repeat(501), new Uint8Array(1))`, /^RangeError: .*found 1002$/],
      [`states.save(3, new Uint8Array(1))`, /^TypeError: the label of a state must be a string$/],
      [`states.save("a", [1])`, /^TypeError: the state a is no bytes$/],
      [`await states.load("")`, /^RangeError: the label/],
      [`states.drop([""])`, /^RangeError: the label/],
      [`states.told({ unit: "u", found: -1, computed: 0 })`, /^RangeError: found and computed/],
      [`states.told({ unit: "u", found: 0, computed: NaN })`, /^RangeError: .* found NaN$/],
    ];
    for (const [body, says] of refused) {
      const result = await ran(executor, continuing(body), notes);
      assertMatch(typeof result === "string" ? result : `${body} was not refused`, says);
    }
    const code = continuing(`return { out: states.labels }`).replace(/continues:.*/, "");
    const result = await ran(executor, code, notes);
    assertMatch(String(result), /no saved states; its task does not say `continues`/);
    assertEquals(notes.done, []);
  });

  Deno.test(`${name} gives each member of a batch its own states`, async () => {
    await using executor = make();
    const all = [0, 1, 2].map((seed) => ({ seed, rate: 3.9, rounds: 4 + seed, work: 50 }));
    const notebooks = all.map(() => new Notebook());
    for (const round of [0, 1]) {
      const found: Uint8Array[] = [];
      const result = await executor.executeMany!(all.map((params) => jobOf(walkBundle, params)), {
        signal: never,
        // The last one has none.
        states: notebooks.map((notes, i) => i === 2 ? undefined : notes),
        finished(member, ended) {
          assert(ended.ok, JSON.stringify(ended));
          found[member] = ended.value.outputs.walk.files.values;
        },
      });
      assert(result.ok);
      all.forEach((params, i) => {
        const expected = new Uint8Array(Float64Array.from(walkValues(params)).buffer);
        assertEquals(found[i], expected);
        if (i === 2) return assertEquals(notebooks[i].done, []);
        const { rounds } = params;
        const work = round === 0 ? [0, rounds] : [rounds, 0];
        assertEquals(notebooks[i].work, { unit: "rounds", found: work[0], computed: work[1] });
        assertEquals(notebooks[i].kept.size, rounds);
      });
    }
  });
}

Deno.test("WorkersExecutor counts what decides the states as read, however little was looked at", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const notes = new Notebook();
  const result = await ran(executor, continuing(`return { out: params.rounds };`), notes, {
    rounds: 3,
    label: "x",
  });
  assert(typeof result === "object", String(result));
  assertEquals(result.reads, { params: ["=/rate", "=/rounds"], inputs: {} });
  const plain = continuing(`return { out: params.rounds };`).replace(/continues:.*/, "")
    .replace("{ states }", "context");
  const less = await ran(executor, plain, undefined, { rounds: 3, label: "x" });
  assert(typeof less === "object", String(less));
  assertEquals(less.reads, { params: ["=/rounds"], inputs: { in: [] } });
});

Deno.test("WorkersExecutor keeps no state that was made after a built-in was replaced", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const notes = new Notebook();
  const result = await ran(
    executor,
    continuing(`
      states.save("a", new Uint8Array(1));
      Math.sin = Math.cos;
      states.save("b", new Uint8Array(1));
      return { out: 1 };`),
    notes,
  );
  assert(typeof result === "object", String(result));
  assertEquals(notes.done, ["save a"]);
});

Deno.test("WorkersExecutor stops a job that waits for a state", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const notes = new Notebook();
  notes.kept.set("a", new Uint8Array(1));
  const control = new AbortController();
  notes.load = () => {
    control.abort("enough");
    return new Promise(() => {});
  };
  const job = jobOf(continuing(`await states.load("a");`), { rate: 1 });
  const result = await executor.execute(job, { signal: control.signal, states: notes });
  assertEquals(result.ok ? "" : result.error.message, "enough");
  const next = await ran(executor, continuing(`return { out: 5 };`), new Notebook());
  assertEquals(typeof next === "object" && next.text, "5");
});
