// What tasks are kept from, and what they may still do. The long list of attempts through the command line is in
// tests/e2e/user_task_test.ts; that of permissions in workers_test.ts.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { bundleOf, execute, failureOf, jobOf } from "#tests/support/executor_cases.ts";

/** What a task tries beyond what permissions refuse, and what is said of it. */
const refused: readonly { body: string; before?: string; says: RegExp }[] = [
  // Clocks.
  { body: `return Deno.cpuUsage()`, says: /processor time is not there/ },
  { body: `return process.cpuUsage()`, says: /processor time is not there/ },
  { body: `return process.threadCpuUsage()`, says: /processor time is not there/ },
  { body: `return process.resourceUsage()`, says: /processor time is not there/ },
  { body: `return [0].map(Date.now)`, says: /Date\.now\(\) is not there/ },
  { body: `return Reflect.construct(Date, [])`, says: /new Date\(\) is not there/ },
  { body: `return new (class extends Date {})()`, says: /new Date\(\) is not there/ },
  { body: `Error.stackTraceLimit = 0; return Date.now()`, says: /Date\.now\(\) is not there/ },
  {
    body: `Error.prepareStackTrace = () => ""; return Date.now()`,
    says: /Date\.now\(\) is not there/,
  },
  { body: `return Temporal.Now.plainDateISO()`, says: /Temporal\.Now\.plainDateISO\(\) is not/ },
  {
    body: `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)`,
    says: /Atomics\.wait\(\) is not there/,
  },
  {
    body: `Atomics.waitAsync(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)`,
    says: /Atomics\.waitAsync\(\) is not there/,
  },
  { body: `new WeakRef({}).deref()`, says: /WeakRef\(\) is not there/ },
  { body: `new FinalizationRegistry(() => {})`, says: /FinalizationRegistry\(\) is not there/ },
  // Chance.
  {
    body: `await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"])`,
    says: /crypto\.subtle\.generateKey\(\) is not there/,
  },
  { body: `crypto.subtle.sign("ECDSA")`, says: /crypto\.subtle\.sign\(\) is not there/ },
  { body: `crypto.subtle.encrypt("RSA-OAEP")`, says: /crypto\.subtle\.encrypt\(\) is not there/ },
  { body: `URL.createObjectURL(new Blob([]))`, says: /URL\.createObjectURL\(\) is not there/ },
  { body: `[1].map(Math.random)`, says: /Math\.random\(\) is not there/ },
  // Ways out.
  { body: `Deno.addSignalListener("SIGUSR2", () => {})`, says: /Basin handles signals/ },
  { body: `process.on("SIGUSR2", () => {})`, says: /process\.on\(\) is not there/ },
  { body: `process.once("exit", () => {})`, says: /process\.once\(\) is not there/ },
  { body: `process.getBuiltinModule("node:os").cpus()`, says: /getBuiltinModule\(\) is not there/ },
  { body: `process.binding("fs")`, says: /process\.binding\(\) is not there/ },
  { body: `Deno[Deno.internal].core`, says: /Cannot read properties of undefined/ },
  { body: `caches.open("x")`, says: /Cannot read properties of undefined/ },
  { body: `navigator.locks.query()`, says: /Cannot read properties of undefined/ },
  { body: `new BroadcastChannel("x")`, says: /BroadcastChannel is not defined/ },
  {
    body: `self.addEventListener("message", () => {})`,
    says: /addEventListener\(\) of the worker/,
  },
  {
    body: `EventTarget.prototype.addEventListener.call(globalThis, "message", () => {})`,
    says: /addEventListener\(\) of the worker/,
  },
  {
    body: `dispatchEvent(new MessageEvent("message", { data: {} }))`,
    says: /dispatchEvent\(\) of the worker/,
  },
  { body: `globalThis.onmessage = () => {}`, says: /onmessage is not there/ },
  { body: `postMessage({})`, says: /postMessage is not defined/ },
  { body: `new WebSocket("ws://127.0.0.1:9")`, says: /NotCapable.*net access/ },
  { body: `await Deno.resolveDns("localhost", "A")`, says: /NotCapable.*net access/ },
  { body: `Deno.listen({ port: 0 })`, says: /NotCapable.*net access/ },
  { body: `Deno.symlinkSync("/a", "/b")`, says: /NotCapable/ },
  { body: `Deno.makeTempDirSync()`, says: /NotCapable.*write access/ },
  { body: `Deno.chdir("/")`, says: /NotCapable/ },
  { body: `Deno.kill(1, "SIGTERM")`, says: /NotCapable/ },
  { body: `Deno.systemMemoryInfo()`, says: /NotCapable.*sys access/ },
  { body: `Deno.consoleSize()`, says: /consoleSize\(\) is not there/ },
  { body: `Deno.UnsafePointer.create(1n)`, says: /NotCapable.*ffi access/ },
  // Code from text.
  { body: `["return 1"].map(Function)`, says: /making code from text/ },
  { body: `(() => {}).constructor("return 1")()`, says: /making code from text/ },
  { body: `(async () => {}).constructor("return 1")()`, says: /making code from text/ },
  { body: `new (function* () {}).constructor("yield 1")`, says: /making code from text/ },
  { body: `(async function* () {}).constructor("yield 1")`, says: /making code from text/ },
  {
    body: `Object.getPrototypeOf((async () => {}).constructor)("return 1")`,
    says: /making code from text/,
  },
  { body: `Reflect.construct(Function, ["return 1"])`, says: /making code from text/ },
  { body: `await Promise.resolve("return 1").then(Function)`, says: /making code from text/ },
  { body: `(0, eval)("1")`, says: /making code from text/ },
  {
    body: `Error.stackTraceLimit = 0; Function("return 1")`,
    says: /making code from text/,
  },
];

Deno.test("confine() refuses what needs no permission", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  for (const { body, before, says } of refused) {
    const failure = await failureOf(executor, body, before);
    assertMatch(failure.message, says, `${body}: ${failure.message}`);
  }
});

Deno.test("confine() lets no permission be asked for", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(
    executor,
    `const names = ["read", "write", "net", "env", "sys", "run", "ffi", "import"];
    const states = [];
    for (const name of names) {
      states.push((await Deno.permissions.request({ name })).state, Deno.permissions.requestSync({ name }).state);
    }
    throw new Error([...new Set(states)].join());`,
  );
  assertEquals(failure.message, "denied");
});

Deno.test("confine() keeps standard streams away", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(
    executor,
    `Deno.stdout.writeSync(new TextEncoder().encode("one\\n"));
    process.stdout.write("two\\n");
    process.stderr.write("three");
    process._rawDebug("four");
    throw new Error(String(Deno.stdin.readSync(new Uint8Array(1))));`,
  );
  assertEquals(failure.message, "null\nprinted before:\n  one\n  two\n  three\n  four");
});

/** Looks at everything of a machine that is in no key. */
const looks = `
  const date = new Date(2020, 0, 31, 13, 5, 6, 7);
  const text = [
    date.toISOString(), String(date), date.toLocaleString(), date.toTimeString(), date.getHours(),
    date.getTimezoneOffset(), new Date("2020-01-31T13:05").getTime(), Date.parse("Jan 31 2020 13:05"),
    new Date("2020-01-31").getTime(), Date.parse("Jan 31 2020 13:05 GMT+0100"), new Date(NaN).toString(),
    new Date(new Date(0).setHours(5)).toISOString(), new Date(2020, 0).toLocaleDateString("de-DE"),
    new Intl.DateTimeFormat().resolvedOptions().timeZone, Temporal.Now.timeZoneId(),
    new Intl.DateTimeFormat("de-DE", { dateStyle: "full", timeStyle: "full" }).format(0),
    new Intl.DateTimeFormat(undefined, { timeZone: "Asia/Tokyo", timeStyle: "short" }).format(0),
    new Intl.NumberFormat().format(1234.5), (1234.5).toLocaleString(), (1234n).toLocaleString(),
    [1234.5].toLocaleString(), new Float64Array([1234.5]).toLocaleString(), (1234.5).toLocaleString("de-DE"),
    ["z", "ä", "a"].sort((a, b) => a.localeCompare(b)).join(""), "I".toLocaleLowerCase(),
    ["z", "ä", "a"].sort(new Intl.Collator().compare).join(""), new Intl.Collator().resolvedOptions().locale,
    Temporal.PlainDate.from("2020-01-31").toLocaleString(), new Intl.DisplayNames(undefined, { type: "region" }).of("DE"),
    date instanceof Date, date.constructor === Date, new (class extends Date {})(5).getTime(),
    navigator.language, navigator.platform, navigator.hardwareConcurrency, Deno.args, process.argv.length,
    Deno.pid, process.pid, process.ppid, typeof location, new File([], "x").lastModified, performance.timeOrigin,
  ].join("|");
  throw new Error(text);`;

Deno.test("confine() shows one place on earth to all tasks", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const { message } = await failureOf(executor, looks);
  assertEquals(message.split("|"), [
    "2020-01-31T13:05:06.007Z",
    "Fri Jan 31 2020 13:05:06 GMT+0000 (Coordinated Universal Time)",
    "1/31/2020, 1:05:06 PM",
    "13:05:06 GMT+0000 (Coordinated Universal Time)",
    "13",
    "0",
    "1580475900000",
    "1580475900000",
    "1580428800000",
    "1580472300000",
    "Invalid Date",
    "1970-01-01T05:00:00.000Z",
    "1.1.2020",
    "UTC",
    "UTC",
    "Donnerstag, 1. Januar 1970 um 00:00:00 Koordinierte Weltzeit",
    "9:00 AM",
    "1,234.5",
    "1,234.5",
    "1,234",
    "1,234.5",
    "1,234.5",
    "1.234,5",
    "aäz",
    "i",
    "aäz",
    "en-US",
    "1/31/2020",
    "Germany",
    "true",
    "true",
    "5",
    "en-US",
    "",
    "1",
    "",
    "2",
    "1",
    "1",
    "0",
    "undefined",
    "0",
    "0",
  ]);
});

Deno.test("confine() shows the same place wherever the process runs", async () => {
  const code = `
    import { WorkersExecutor } from "#lib/executors/workers.ts";
    import { failureOf } from "#tests/support/executor_cases.ts";
    await using executor = new WorkersExecutor({ slots: 1 });
    console.log((await failureOf(executor, ${JSON.stringify(looks)})).message);
    console.log(new Date(0).getHours(), (1234.5).toLocaleString());`;
  const run = async (env: Record<string, string>) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", "--ext=ts", code],
      env,
      stderr: "inherit",
    }).output();
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  };
  const [[one, oneOutside], [other, otherOutside]] = await Promise.all([
    run({ TZ: "Asia/Tokyo", LC_ALL: "de_DE.UTF-8", LANG: "de_DE.UTF-8" }),
    run({ TZ: "America/New_York", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" }),
  ]);
  assertNotEquals(oneOutside, otherOutside);
  assert(one.length > 100, one);
  assertEquals(one, other);
});

Deno.test("confine() runs timers by their own clock", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(
    executor,
    `const order = [];
    const note = (name) => () => order.push(name);
    AbortSignal.timeout(86_400_000).addEventListener("abort", note("day"));
    setTimeout(note("ms"), 1);
    setImmediate(note("now"));
    clearImmediate(setImmediate(note("never")));
    await new Promise((done) => setTimeout(done, 100_000_000));
    throw new Error(order.join());`,
  );
  assertEquals(failure.message, "now,ms,day");
});

Deno.test("confine() leaves what follows from params alone", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const failure = await failureOf(
    executor,
    `const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(3)));
    const target = new EventTarget();
    let heard = 0;
    target.addEventListener("x", () => heard++);
    target.dispatchEvent(new Event("x"));
    const view = new DataView(new ArrayBuffer(8));
    throw new Error([digest[0], heard, (() => {}) instanceof Function, typeof (() => {}).constructor, view.byteLength].join());`,
  );
  assertEquals(failure.message, "112,1,true,function,8");
});

Deno.test("WorkersExecutor shows nothing of one task's global variables to another", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const run = (body: string) => execute(executor, jobOf(bundleOf(body)));
  const spoils = [
    "globalThis.left = 1;",
    "Object.prototype.left = 1;",
    "Array.prototype.left = 1;",
    "Object.freeze(Array.prototype);",
    "Array.prototype.push = () => 0;",
    "Date.prototype.getTime = () => 0;",
    "Symbol.prototype.left = 1;",
    "Math.left = 1; delete Math.sin;",
    "console.left = 1;",
    "JSON.parse = () => 7;",
  ];
  const look = `const found = [
      globalThis.left, ({}).left, [].left, Symbol().left, Math.left, console.left, Object.isFrozen(Array.prototype),
      [].push(1), new Date(5).getTime(), typeof Math.sin, JSON.parse("1"),
    ];
    throw new Error(found.join("|"));`;
  const clean = (await failureOf(executor, look)).message;
  for (const body of spoils) {
    assertEquals((await run(body)).ok, true, body);
    assertEquals((await failureOf(executor, look)).message, clean, body);
  }
});
