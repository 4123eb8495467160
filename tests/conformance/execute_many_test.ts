// What every executor that runs batches must do: members end one by one, each once, with the bytes that they would have
// alone; what is wrong with one is its own; what breaks the batch is the batch's.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Executor } from "#lib/core/executor.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";
import { LocalExecutor } from "#lib/executors/local.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import {
  execute,
  executeMany,
  fakeJob,
  fusedBundle,
  jobOf,
  textOf,
} from "#tests/support/executor_cases.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const executors: Readonly<Record<string, (slots: number) => Executor>> = {
  InlineExecutor: (slots) => new InlineExecutor({ slots }),
  WorkersExecutor: (slots) => new WorkersExecutor({ slots }),
  LocalExecutor: (slots) =>
    new LocalExecutor({ tasks: new WorkersExecutor({ slots }), commands: undefined }),
};

/** Jobs with `n` = 0, 1, … whose task runs batches by `body`. */
function jobsOf(num: number, body: string) {
  const code = fusedBundle(body);
  return Array.from({ length: num }, (_, n) => jobOf(code, { n }));
}

const finishAll =
  `for (const { params, finish } of members) finish({ n: Uint8Array.of(params.n) });`;

for (const [name, make] of Object.entries(executors)) {
  Deno.test(`${name} gives members of any batch the bytes they have alone`, () =>
    withSeed(async (draw) => {
      await using executor = make(2);
      const jobs = Array.from({ length: 12 }, (_, i) => fakeJob({ i }, [`input ${draw(3)}`, "x"]));
      const alone: string[] = [];
      for (const job of jobs) alone.push(textOf(await execute(executor, job)));
      for (const size of [1, 2, 12]) {
        const order = jobs.map((job, i) => ({ job, i, at: draw(1000) }))
          .sort((a, b) => a.at - b.at).slice(0, size);
        const { results, times, batch } = await executeMany(executor, order.map(({ job }) => job));
        assert(batch.ok);
        assertEquals(times, order.map(() => 1));
        assertEquals(results.map((result) => textOf(result!)), order.map(({ i }) => alone[i]));
      }
    }));

  Deno.test(`${name} tells members as they end, in order`, async () => {
    await using executor = make(1);
    const jobs = jobsOf(
      4,
      `for (const { params, finish } of members) {
        await new Promise((done) => setTimeout(done, 1));
        finish({ n: Uint8Array.of(params.n) });
      }
      await new Promise((done) => context.progress(0.5) ?? setTimeout(done, 1));`,
    );
    const order: number[] = [];
    const { batch } = await executeMany(executor, jobs, {
      finished(member, result) {
        order.push(member);
        assert(result.ok && result.value.seconds >= 0);
      },
    });
    assert(batch.ok);
    assertEquals(order, [0, 1, 2, 3]);
  });

  Deno.test(`${name} leaves what is wrong with a member to that member`, async () => {
    await using executor = make(1);
    const jobs = jobsOf(
      5,
      `for (const { params: { n }, finish, fail } of members) {
        if (n === 1) fail(new RangeError("diverged"));
        else if (n === 2) finish({ m: 1 });
        else if (n === 3) { finish({ n: Uint8Array.of(3) }); finish({ n: Uint8Array.of(4) }); }
        else if (n === 0) finish({ n: Uint8Array.of(0) });
      }`,
    );
    const { results, times, batch } = await executeMany(executor, jobs);
    assert(batch.ok);
    assertEquals(times, [1, 1, 1, 1, 1]);
    const said = results.map((result) =>
      result!.ok ? "ok" : `${result!.error.reason}: ${result!.error.message}`
    );
    assertEquals(said, [
      "ok",
      "threw: RangeError: diverged",
      "bad-output: probe returned m, which it does not declare",
      "bad-output: probe ended a member of a batch twice",
      "bad-output: probe ended a batch without finishing or failing this member",
    ]);
  });

  Deno.test(`${name} copies what members give: the task may use its memory again`, async () => {
    await using executor = make(1);
    const jobs = jobsOf(
      3,
      `const same = new Uint8Array(40000);
      for (const { params: { n }, finish } of members) {
        same.fill(n);
        finish({ n: same });
      }
      same.fill(99);`,
    );
    const { results } = await executeMany(executor, jobs);
    const bytes = results.map((result) => result!.ok && result!.value.outputs.n.files.n);
    assertEquals(bytes.map((n) => n && [n.length, n[0], n[39999]]), [
      [40000, 0, 0],
      [40000, 1, 1],
      [40000, 2, 2],
    ]);
  });

  Deno.test(`${name} fails a batch that throws, but not the members that had ended`, async () => {
    await using executor = make(1);
    const code = `members[0].finish({ n: Uint8Array.of(7) });
      await null;
      throw Object.assign(new Error("gone"), { name: "DeviceLostError" });`;
    const { results, times, batch } = await executeMany(executor, jobsOf(3, code));
    assertEquals(batch, { ok: false, error: { reason: "device-lost", message: "gone" } });
    assertEquals([times, results[0]?.ok], [[1, 0, 0], true]);
    const thrown = await executeMany(executor, jobsOf(2, `throw new TypeError("no")`));
    assert(!thrown.batch.ok && thrown.batch.error.reason === "threw");
    assertEquals(thrown.batch.error.message, "TypeError: no");
  });

  Deno.test(`${name} hears nothing of members after the end of the batch`, async () => {
    await using executor = make(1);
    const code = `${finishAll} setTimeout(() => members[0].finish({ n: Uint8Array.of(9) }), 0);`;
    const { times, batch } = await executeMany(executor, jobsOf(2, code));
    assert(batch.ok);
    assertEquals((await executeMany(executor, jobsOf(2, finishAll))).times, [1, 1]);
    assertEquals(times, [1, 1]);
  });

  Deno.test(`${name} fails a member whose inputs do not fit, and runs the others`, async () => {
    await using executor = make(1);
    const [good, bad] = [fakeJob({ i: 1 }), fakeJob({ i: 2 }, ["x"])];
    const wrong = { ...bad, inputs: { in: [{ kind: "table", files: {}, coords: {} }] } };
    const { results, batch } = await executeMany(executor, [good, wrong]);
    assert(batch.ok && results[0]?.ok);
    assertStringIncludes(results[1]!.ok ? "" : results[1]!.error.message, "takes text");
  });

  Deno.test(`${name} stops a batch in the middle`, async () => {
    await using executor = make(1);
    const control = new AbortController();
    const code = `members[0].finish({ n: Uint8Array.of(7) });
      await new Promise((_, no) => context.signal.addEventListener("abort", no));`;
    const times: number[] = [];
    const { batch } = await executeMany(executor, jobsOf(2, code), {
      signal: control.signal,
      finished(member) {
        times.push(member);
        control.abort("SIGINT");
      },
    });
    assertEquals(batch, { ok: false, error: { reason: "cancelled", message: "SIGINT" } });
    assertEquals(times, [0]);
    assertEquals((await executeMany(executor, jobsOf(1, finishAll))).times, [1]);
  });
}

Deno.test("WorkersExecutor gives each member its own trace, with what companions read for all", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = fusedBundle(
    `const step = members[0].params.step;
    for (const { params, finish } of members) finish({ n: Uint8Array.of(params.n * step) });`,
  );
  const jobs = [1, 2].map((n) => jobOf(code, { n, step: 2, label: "a" }));
  const { results } = await executeMany(executor, jobs);
  for (const result of results) {
    assert(result?.ok);
    assertEquals(result.value.reads, { params: ["=/n", "=/step"], inputs: {} });
  }
});

Deno.test("WorkersExecutor tells progress of each member, and what the batch prints", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = `console.log("begun");
    members[1].progress(0.25, "one");
    context.progress(0.5);
    ${finishAll}`;
  const told: unknown[] = [];
  const progress = (...all: unknown[]) => told.push(all);
  const { log } = await executeMany(executor, jobsOf(2, code), { progress });
  assertEquals(told, [[1, 0.25, "one"], [0, 0.5, undefined]]);
  assertEquals(log, "begun\n");
});

Deno.test("WorkersExecutor takes nothing from a batch once it has replaced a built-in object", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = `members[0].finish({ n: Uint8Array.of(1) });
    await null;
    Array.prototype.map = () => [];
    members[1].finish({ n: Uint8Array.of(1) });`;
  const { times, batch } = await executeMany(executor, jobsOf(2, code));
  assert(!batch.ok && batch.error.reason === "crashed");
  assertEquals(times, [1, 0]);
  const after = await executeMany(executor, jobsOf(2, finishAll));
  assertEquals(after.times, [1, 1]);
});

Deno.test("WorkersExecutor fails a batch whose worker breaks", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = `setTimeout(() => { throw new Error("nobody waits") }, 0);
    await new Promise(() => {});`;
  const { batch } = await executeMany(executor, jobsOf(2, code));
  assert(!batch.ok);
  assertStringIncludes(batch.error.message, "nobody waits");
  const without = await executeMany(executor, [
    jobOf(fusedBundle("").replace("async runMany", "async no")),
  ]);
  assertEquals(without.batch.ok ? "" : without.batch.error.message, "probe has no runMany");
});
