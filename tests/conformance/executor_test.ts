// What every executor must do: results that depend on the job alone, failures and cancellation as values, nothing
// left behind.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Executor } from "#lib/core/executor.ts";
import { InlineExecutor } from "#lib/executors/inline.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import {
  bundleOf,
  execute,
  failureOf,
  fakeJob,
  jobOf,
  textOf,
} from "#tests/support/executor_cases.ts";

const executors: Readonly<Record<string, (slots: number) => Executor>> = {
  InlineExecutor: (slots) => new InlineExecutor({ slots }),
  WorkersExecutor: (slots) => new WorkersExecutor({ slots }),
};

for (const [name, make] of Object.entries(executors)) {
  Deno.test(`${name} gives the same bytes in any order and number`, async () => {
    const jobs = Array.from({ length: 12 }, (_, i) => fakeJob({ i }, [`input ${i % 3}`, "x"]));
    await using one = make(1);
    const expected = [];
    for (const job of jobs) expected.push(textOf(await execute(one, job)));
    assertEquals(new Set(expected).size, 12);
    await using many = make(3);
    const shuffled = jobs.map((job, i) => ({ job, i })).sort((a, b) =>
      (a.i * 7) % 12 - (b.i * 7) % 12
    );
    const found: string[] = [];
    await Promise.all(
      shuffled.map(async ({ job, i }) => found[i] = textOf(await execute(many, job))),
    );
    assertEquals(found, expected);
  });

  Deno.test(`${name} leaves the caller's bytes alone`, async () => {
    await using executor = make(1);
    const job = fakeJob({}, ["shared"]);
    const first = textOf(await execute(executor, job));
    assertEquals(job.inputs.in[0].files["text.txt"].byteLength, 6);
    assertEquals(textOf(await execute(executor, job)), first);
  });

  Deno.test(`${name} hands inputs over as the ports say`, async () => {
    await using executor = make(1);
    const code = bundleOf(`throw new Error(JSON.stringify(inputs))`).replace(
      "inputs: {}",
      `inputs: {
        a: { type: number, many: false, optional: false, coords: false },
        b: { type: number, many: false, optional: true, coords: false },
        c: { type: number, many: true, optional: false, coords: true },
        d: { type: number, many: true, optional: true, coords: false },
      }`,
    ).replace("const task", `const number = { kind: "n", decode: ({ n }) => n[0] };\nconst task`);
    const input = (n: number) => ({ kind: "n", files: { n: Uint8Array.of(n) }, coords: { i: n } });
    const inputs = { a: [input(1)], c: [input(2), input(3)] };
    const result = await execute(executor, jobOf(code, {}, inputs));
    assert(!result.ok);
    const c = [{ value: 2, coords: { i: 2 } }, { value: 3, coords: { i: 3 } }];
    assertEquals(result.error.message, JSON.stringify({ a: 1, c, d: [] }));
    const wrong = await execute(executor, jobOf(code, {}, { a: [input(1)] }));
    assertStringIncludes(wrong.ok ? "" : wrong.error.message, "cannot run with the inputs a");
    const kind = { ...inputs, a: [{ ...input(1), kind: "table" }] };
    const other = await execute(executor, jobOf(code, {}, kind));
    assertStringIncludes(other.ok ? "" : other.error.message, "takes n, but was given table");
  });

  Deno.test(`${name} gives failures as values, with the line that failed`, async () => {
    await using executor = make(1);
    const failure = await failureOf(
      executor,
      "    deeper(3);",
      "function deeper(x) {\n  throw new TypeError(`no ${x}`);\n}",
    );
    assert(failure.reason === "threw");
    assertEquals(failure.message, "TypeError: no 3");
    assertEquals(failure.stack?.split("\n").slice(0, 2), [
      "at deeper (tasks/probe.ts, line 3 of the bundle)",
      "  > throw new TypeError(`no ${x}`);",
    ]);
    assert(!/blob:|data:|run_job/.test(failure.stack ?? ""), failure.stack);
    assertEquals((await failureOf(executor, "throw undefined")).message, "undefined");
    assertEquals((await failureOf(executor, "throw Symbol('x')")).message, "Symbol(x)");
    assertEquals(textOf(await execute(executor, fakeJob())).length > 0, true);
  });

  Deno.test(`${name} says when the bundle cannot be loaded`, async () => {
    await using executor = make(1);
    const result = await execute(executor, jobOf("throw new Error('at load')"));
    assertEquals(result.ok ? "" : result.error.message, "at load");
    const broken = await execute(executor, jobOf("export default {"));
    assert(!broken.ok && broken.error.reason === "threw");
  });

  Deno.test(`${name} refuses outputs that are missing, undeclared or cannot be written`, async () => {
    await using executor = make(1);
    const code = (body: string) =>
      bundleOf(body).replace(
        "outputs: {}",
        `outputs: { n: { kind: "n", encode: (n) => ({ n: n === 0 ? "zero" : Uint8Array.of(n) }) } }`,
      );
    const messages = [];
    for (const body of ["", "return { n: 1, m: 2 }", "return { n: 0 }"]) {
      const result = await execute(executor, jobOf(code(body)));
      assert(!result.ok && result.error.reason === "bad-output");
      messages.push(result.error.message);
    }
    assertEquals(messages, [
      "probe did not return its output n",
      "probe returned m, which it does not declare",
      "output n of probe cannot be written as n: TypeError: n is no bytes",
    ]);
  });

  Deno.test(`${name} tells progress`, async () => {
    await using executor = make(1);
    const told: number[] = [];
    const result = await executor.execute(fakeJob({ sleep_ms: 50 }), {
      signal: new AbortController().signal,
      progress: (fraction) => told.push(fraction),
    });
    assert(result.ok && result.value.seconds >= 0);
    assert(told.length >= 1 && told.every((fraction) => fraction > 0 && fraction <= 1));
  });

  Deno.test(`${name} cancels what runs and what waits`, async () => {
    const executor = make(1);
    const control = new AbortController();
    const forever = bundleOf(
      "await new Promise((_, no) => context.signal.aborted ? no() : context.signal.addEventListener('abort', no))",
    );
    const running = executor.execute(jobOf(forever), { signal: control.signal });
    const waiting = executor.execute(jobOf(forever), { signal: control.signal });
    await new Promise((done) => setTimeout(done, 20));
    control.abort("SIGINT");
    for (const result of await Promise.all([running, waiting])) {
      assertEquals(result, { ok: false, error: { reason: "cancelled", message: "SIGINT" } });
    }
    const never = await executor.execute(fakeJob(), { signal: control.signal });
    assert(!never.ok && never.error.reason === "cancelled");
    assertEquals((await execute(executor, fakeJob())).ok, true);
    await executor[Symbol.asyncDispose]();
  });
}
