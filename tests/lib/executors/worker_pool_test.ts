// Short jobs that go to a worker several at a time: nobody may notice. One bundle does everything, because what jobs of a
// bundle took lately decides how its next ones are handed out.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { bundleOf, jobOf } from "#tests/support/executor_cases.ts";

const code = bundleOf(
  `
  const { does, i } = params;
  if (does === "hang") for (;;);
  if (does === "wait") await new Promise(() => {});
  if (does === "crash") { queueMicrotask(() => { throw new Error("lost"); }); await new Promise(() => {}); }
  if (does === "throw") { console.log("before", i); throw new Error("thrown by " + i); }
  console.log("job", i);
  if (does === "spoil") Array.prototype.map = () => ["spoiled"];
  if (does === "add") globalThis.left = i;
  if (does === "pause") await new Promise((done) => setTimeout(done, 10));
  const seen = [does === "look" ? (globalThis.left ?? "none") : "", ...[i].map(String)].join("");
  kept.set(new TextEncoder().encode(seen.padEnd(8)));
  return { text: kept };`,
  "const kept = new Uint8Array(8);",
).replace(
  "outputs: {}",
  `outputs: { text: { kind: "text", encode: (text) => ({ text }) } }`,
);

interface Done {
  readonly text: string;
  readonly log: string;
}

/** Starts a job; what it gave or why it failed, and what it printed. */
async function start(
  executor: WorkersExecutor,
  i: number,
  does = "",
  signal = new AbortController().signal,
  bundle = code,
): Promise<Done> {
  let log = "";
  const result = await executor.execute(jobOf(bundle, { i, does }), {
    signal,
    log: (bytes) => void (log += new TextDecoder().decode(bytes)),
  });
  const text = result.ok
    ? new TextDecoder().decode(result.value.outputs.text.files.text).trim()
    : `${result.error.reason}: ${result.error.message}`;
  return { text, log };
}

const shortJobs = (executor: WorkersExecutor, num: number) =>
  Array.from({ length: num }, (_, i) => start(executor, i));

/** An executor that has found the jobs to be short. */
async function warm(slots: number): Promise<WorkersExecutor> {
  const executor = new WorkersExecutor({ slots });
  for (let round = 0; round < 12; round++) await Promise.all(shortJobs(executor, 4));
  return executor;
}

function assertShort(done: readonly Done[]): void {
  assertEquals(done, done.map((_, i) => ({ text: `${i}`, log: `job ${i}\n` })));
}

Deno.test("WorkersExecutor gives each of many short jobs its own results and logs", async () => {
  for (const slots of [1, 3]) {
    await using executor = await warm(slots);
    assertShort(await Promise.all(shortJobs(executor, 100)));
    const failing = Array.from({ length: 20 }, (_, i) => start(executor, i, i % 3 ? "" : "throw"));
    (await Promise.all(failing)).forEach(({ text, log }, i) => {
      if (i % 3) return assertEquals([text, log], [`${i}`, `job ${i}\n`]);
      const message = `threw: thrown by ${i}\nprinted before:\n  before ${i}`;
      assertEquals([text, log], [message, `before ${i}\n`]);
    });
    const pausing = Array.from({ length: 20 }, (_, i) => start(executor, i, i % 2 ? "" : "pause"));
    assertShort(await Promise.all(pausing));
  }
});

for (const does of ["hang", "wait"]) {
  Deno.test(`WorkersExecutor lets no job that does not end (${does}) hold back short ones`, async () => {
    await using executor = await warm(2);
    const control = new AbortController();
    const before = Array.from({ length: 3 }, (_, i) => start(executor, i));
    const endless = start(executor, 99, does, control.signal);
    const after = Array.from({ length: 8 }, (_, i) => start(executor, i + 3));
    assertShort(await Promise.all([...before, ...after]));
    control.abort("enough");
    assertEquals(await endless, { text: "cancelled: enough", log: "" });
    assertShort(await Promise.all(shortJobs(executor, 9)));
  });
}

Deno.test("WorkersExecutor stops one of several short jobs alone", async () => {
  await using executor = await warm(2);
  const controls = Array.from({ length: 12 }, () => new AbortController());
  const running = controls.map(({ signal }, i) =>
    start(executor, i, i === 4 ? "hang" : "", signal)
  );
  // Before they are sent, and while the fifth hangs.
  controls[1].abort("first");
  await running[0];
  controls[7].abort("second");
  controls[4].abort("third");
  const done = await Promise.all(running);
  const stopped = { 1: "first", 7: "second", 4: "third" } as Record<number, string>;
  done.forEach(({ text, log }, i) => {
    if (i in stopped) assertEquals([text, log], [`cancelled: ${stopped[i]}`, ""]);
    else assertEquals([text, log], [`${i}`, `job ${i}\n`]);
  });
});

Deno.test("WorkersExecutor blames one of several short jobs for what it did alone", async () => {
  await using executor = await warm(2);
  const running = Array.from({ length: 12 }, (_, i) => start(executor, i, i === 5 ? "crash" : ""));
  (await Promise.all(running)).forEach(({ text, log }, i) => {
    if (i === 5) assertMatch(text, /^threw: .*was not awaited: lost$/);
    else assertEquals([text, log], [`${i}`, `job ${i}\n`]);
  });
});

Deno.test("WorkersExecutor shows built-in objects that a short job replaced to none beside it", async () => {
  await using executor = await warm(2);
  const running = Array.from({ length: 24 }, (_, i) => start(executor, i, i % 8 ? "" : "spoil"));
  (await Promise.all(running)).forEach(({ text, log }, i) => {
    assertEquals(log, `job ${i}\n`);
    // What a job makes of its own change is up to it.
    if (i % 8) assertEquals(text, `${i}`);
    else assertMatch(text, /spoiled/);
  });
});

Deno.test("WorkersExecutor shows what short jobs added to no other bundle", async () => {
  await using executor = await warm(1);
  await Promise.all(Array.from({ length: 6 }, (_, i) => start(executor, i, "add")));
  const signal = new AbortController().signal;
  const other = `${code}// another`;
  const looks = Array.from({ length: 6 }, (_, i) => start(executor, i, "look", signal, other));
  for (const { text } of await Promise.all(looks)) assertMatch(text, /^none\d$/);
});

Deno.test("WorkersExecutor[asyncDispose]() cancels short jobs wherever they are", async () => {
  const executor = await warm(1);
  const running = shortJobs(executor, 40);
  await running[0];
  await executor[Symbol.asyncDispose]();
  const done = await Promise.all(running);
  assert(done.every(({ text }, i) => text === `${i}` || text.startsWith("cancelled: ")));
  assertEquals(done.at(-1)!.text, "cancelled: the workers were closed");
});
