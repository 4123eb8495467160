import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import {
  bundleOf,
  execute,
  failureOf,
  fakeJob,
  jobOf,
  textOf,
} from "#tests/support/executor_cases.ts";
import { fakeCode } from "#tests/support/fake_tasks.ts";

const path = new URL(import.meta.url).pathname;

/** What a hostile task tries, and what the failure must say. */
const refused: readonly { body: string; before?: string; says: RegExp }[] = [
  { body: `return Deno.readTextFileSync("${path}")`, says: /NotCapable.*read access/ },
  {
    body: `return readFileSync("${path}")`,
    before: `import { readFileSync } from "node:fs";`,
    says: /NotCapable.*read access/,
  },
  { body: `return await fetch("file://${path}")`, says: /NotCapable.*read access/ },
  { body: `Deno.writeTextFileSync("${path}.copy", "")`, says: /NotCapable.*write access/ },
  { body: `await fetch("http://127.0.0.1:9999")`, says: /NotCapable.*net access/ },
  { body: `await Deno.connect({ port: 9999 })`, says: /NotCapable.*net access/ },
  { body: `return Deno.env.get("HOME")`, says: /NotCapable.*env access/ },
  { body: `return process.env.HOME.length`, says: /NotCapable.*env access|undefined/ },
  { body: `new Deno.Command("id").outputSync()`, says: /NotCapable.*run access/ },
  {
    body: `execSync("id")`,
    before: `import { execSync } from "node:child_process";`,
    says: /NotCapable/,
  },
  { body: `Deno.dlopen("libc.so.6", {})`, says: /NotCapable.*ffi access/ },
  { body: `return Deno.hostname()`, says: /NotCapable.*sys access/ },
  { body: `await import("file://${path}")`, says: /read access|not a dependency/ },
  { body: `await import("${path.replace("_test", "")}" + "x")`, says: /not a dependency/ },
  { body: `await import("https://deno.land/std/version.ts")`, says: /import access|net access/ },
  { body: `new Worker("data:text/javascript,1", { type: "module" })`, says: /Worker is not/ },
  { body: `return Date.now()`, says: /Date\.now\(\) is not there/ },
  { body: `return new Date()`, says: /new Date\(\) is not there/ },
  { body: `return Date()`, says: /Date\(\) is not there/ },
  { body: `return new (new Date(0).constructor)()`, says: /new Date\(\) is not there/ },
  { body: `return performance.now()`, says: /performance\.now\(\) is not there/ },
  { body: `return new Intl.DateTimeFormat().format()`, says: /DateTimeFormat is not there/ },
  { body: `return Temporal.Now.instant()`, says: /Temporal\.Now\.instant\(\) is not there/ },
  { body: `return process.hrtime.bigint()`, says: /process\.hrtime\.bigint\(\) is not there/ },
  { body: `return Math.random()`, says: /Math\.random\(\) is not there.*randomStream/ },
  { body: `return crypto.getRandomValues(new Uint8Array(1))`, says: /getRandomValues\(\) is not/ },
  { body: `return crypto.randomUUID()`, says: /randomUUID\(\) is not there/ },
  { body: `close()`, says: /close\(\) is not there/ },
  { body: `Deno.exit(0)`, says: /Deno\.exit\(\) is not there/ },
  { body: `process.exit(0)`, says: /process\.exit\(\) is not there/ },
  {
    body: `exit(0)`,
    before: `import { exit } from "node:process";`,
    says: /process\.(reallyExit|exit)\(\) is not there/,
  },
];

Deno.test("WorkersExecutor takes the world, the clock and chance away from tasks", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  for (const { body, before, says } of refused) {
    const failure = await failureOf(executor, body, before);
    assertMatch(failure.message, says, `${body}: ${failure.message}`);
  }
  assertEquals((await execute(executor, fakeJob())).ok, true);
});

Deno.test("WorkersExecutor refuses what lies at the top of a bundle, too", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(executor, "", "const now = Date.now();");
  assertStringIncludes(failure.message, "Date.now() is not there");
});

Deno.test("WorkersExecutor gives fixed dates and formats", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(
    executor,
    `const date = new Date(86400000);
    throw new Error([date.toISOString(), date instanceof Date, Date.UTC(1970, 0, 3), Date.parse("1970-01-01T00:00:01Z"), navigator.hardwareConcurrency].join(" "))`,
  );
  assertEquals(failure.message, "1970-01-02T00:00:00.000Z true 172800000 1000 1");
});

Deno.test("WorkersExecutor runs timers in order and without waiting", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(
    executor,
    `const order = [];
    setTimeout(() => order.push("hour"), 3_600_000);
    const every = setInterval(() => order.push("minute"), 60_000);
    const cleared = setTimeout(() => order.push("never"), 1);
    clearTimeout(cleared);
    await new Promise((done) => setTimeout(done, 150_000));
    clearInterval(every);
    await new Promise((done) => setTimeout(done, 7_200_000));
    throw new Error(order.join());`,
  );
  assertEquals(failure.message, "minute,minute,hour");
});

Deno.test("WorkersExecutor lets packages load that ask for time and chance", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const before = `import { z } from "zod";\nimport * as vega from "vega";`;
  const body = `
    const spec = { width: 40, height: 40, marks: [{ type: "rule", encode: { enter: { x: { value: 3 } } } }] };
    const svg = await new vega.View(vega.parse(spec), { renderer: "none" }).toSVG();
    throw new Error(z.object({ a: z.int() }).safeParse({ a: 1 }).success + " " + svg.slice(0, 4));`;
  assertEquals((await failureOf(executor, body, before)).message, "true <svg");
});

Deno.test("WorkersExecutor survives what nobody awaited", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const never = "await new Promise(() => {});";
  const lost = await failureOf(executor, `Promise.reject(new Error("lost")); ${never}`);
  assertStringIncludes(lost.message, "was not awaited: lost");
  const late = await failureOf(
    executor,
    `setTimeout(() => { throw new Error("late"); }, 5); ${never}`,
  );
  assertStringIncludes(late.message, "was not awaited: late");
  assertEquals((await execute(executor, fakeJob())).ok, true);
});

Deno.test("WorkersExecutor survives memory that is not there, and deep recursion", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const memory = await failureOf(
    executor,
    "const kept = []; for (;;) kept.push(new Float64Array(1e12));",
  );
  assertStringIncludes(memory.message, "RangeError");
  const stack = await failureOf(executor, "(function f() { return f() + 1; })();");
  assertStringIncludes(stack.message, "Maximum call stack");
  assertEquals((await execute(executor, fakeJob())).ok, true);
});

Deno.test("WorkersExecutor stops a task that never looks up", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const control = new AbortController();
  const running = executor.execute(jobOf(bundleOf("for (;;);")), { signal: control.signal });
  await new Promise((done) => setTimeout(done, 60));
  control.abort("timed out");
  assertEquals(await running, { ok: false, error: { reason: "cancelled", message: "timed out" } });
  assertEquals((await execute(executor, fakeJob())).ok, true);
});

Deno.test("WorkersExecutor gives up a worker whose built-in objects were replaced", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const mapped = "throw new Error([1, 2].map((x) => x + 1).join());";
  await execute(executor, jobOf(bundleOf("Array.prototype.map = () => ['spoiled'];")));
  assertEquals((await failureOf(executor, mapped)).message, "2,3");
});

Deno.test("WorkersExecutor keeps a worker with added built-ins for the bundle that added them", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const adds = "Map.prototype.first ??= 1; throw new Error(String(new Map().first));";
  assertEquals((await failureOf(executor, adds)).message, "1");
  assertEquals((await failureOf(executor, adds)).message, "1");
  const looks = "throw new Error(String(new Map().first));";
  assertEquals((await failureOf(executor, looks)).message, "undefined");
});

Deno.test("WorkersExecutor keeps what was printed for the message of a failure", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  await failureOf(executor, `console.log("of another job"); throw new Error("x");`);
  const failure = await failureOf(
    executor,
    `console.log("loss", { a: 1 }); throw new Error("diverged");`,
  );
  assertEquals(failure.message, "diverged\nprinted before:\n  loss { a: 1 }");
});

Deno.test("WorkersExecutor shows no encoded modules in messages", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const url = `data:text/javascript,${"x".repeat(5000)}`;
  const failure = await failureOf(executor, `throw new Error("in ${url}")`);
  assert(failure.message.length < 200, failure.message);
  const long = await failureOf(executor, `throw new Error("y ".repeat(50000))`);
  assert(long.message.length < 5000);
});

Deno.test("WorkersExecutor sends views without the buffers that they lie in", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const large = new Uint8Array(1 << 20);
  const view = large.subarray(100, 103);
  view.set([97, 98, 99]);
  const job = fakeJob({}, ["abc"]);
  const expected = textOf(await execute(executor, job));
  const input = { kind: "text", files: { "text.txt": view }, coords: {} };
  assertEquals(textOf(await execute(executor, { ...job, inputs: { in: [input] } })), expected);
  assertEquals(large.byteLength, 1 << 20);
});

Deno.test("WorkersExecutor gives outputs that the task may keep", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = bundleOf("return { n: kept };", "const kept = Uint8Array.of(1, 2, 3);").replace(
    "outputs: {}",
    `outputs: { n: { kind: "n", encode: (n) => ({ n }) } }`,
  );
  for (let i = 0; i < 2; i++) {
    const result = await execute(executor, jobOf(code));
    assertEquals(result.ok && result.value.outputs.n.files.n, Uint8Array.of(1, 2, 3));
  }
});

Deno.test("WorkersExecutor[asyncDispose]() ends what is going on", async () => {
  const executor = new WorkersExecutor({ slots: 2 });
  const running = execute(executor, jobOf(bundleOf("await new Promise(() => {})")));
  await execute(executor, fakeJob());
  await executor[Symbol.asyncDispose]();
  const ended = await running;
  assertEquals(ended.ok ? "" : ended.error.reason, "cancelled");
  const after = await execute(executor, jobOf(fakeCode("mix")));
  assertEquals(after.ok ? "" : after.error.reason, "cancelled");
});
