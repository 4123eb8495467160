import { assert, assertEquals, assertMatch } from "@std/assert";
import { TaskLog } from "#lib/executors/task_log.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { bundleOf, jobOf } from "#tests/support/executor_cases.ts";

async function logOf(
  executor: WorkersExecutor,
  body: string,
): Promise<{ text: string; messages: number; ok: boolean }> {
  const chunks: Uint8Array[] = [];
  const { signal } = new AbortController();
  const log = (bytes: Uint8Array) => void chunks.push(bytes);
  const { ok } = await executor.execute(jobOf(bundleOf(body)), { signal, log });
  const text = new TextDecoder("utf-8", { fatal: true }).decode(
    await new Blob(chunks as BlobPart[]).bytes(),
  );
  return { text, messages: chunks.length, ok };
}

Deno.test("WorkersExecutor passes on what a task prints, whether it succeeds or fails", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const body = `console.log("ä", { a: 1 }); console.error("two\\nlines"); console.table([1]);`;
  const told = await logOf(executor, body);
  assertEquals([told.ok, told.text], [true, "ä { a: 1 }\ntwo\nlines\n[ 1 ]\n"]);
  assertEquals((await logOf(executor, "")).text, "");
  const failed = await logOf(executor, `console.log("before"); throw new Error("x");`);
  assertEquals([failed.ok, failed.text], [false, "before\n"]);
  const lost = await logOf(
    executor,
    `console.log("lost"); queueMicrotask(() => { throw 1; }); await new Promise(() => {});`,
  );
  assertEquals([lost.ok, lost.text], [false, "lost\n"]);
});

Deno.test("WorkersExecutor passes on first lines at once, and many in few messages", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const control = new AbortController();
  const seen = Promise.withResolvers<string>();
  const running = executor.execute(
    jobOf(bundleOf(`console.log("begun"); for (;;);`)),
    { signal: control.signal, log: (bytes) => seen.resolve(new TextDecoder().decode(bytes)) },
  );
  assertEquals(await seen.promise, "begun\n");
  control.abort("enough");
  assertEquals((await running).ok, false);
  const many = await logOf(executor, `for (let i = 0; i < 20000; i++) console.log("step", i);`);
  assertEquals(many.text.split("\n").length, 20001);
  assert(many.messages < 200, `${many.messages} messages`);
});

Deno.test("WorkersExecutor bounds the log of a task that prints without end", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const start = "a line that is longer:".repeat(2);
  const { text } = await logOf(
    executor,
    `for (let i = 0; i < 30000; i++) console.log("a line that is longer:".repeat(2), i);`,
  );
  assert(text.length < 1024 * 1024, `${text.length} characters`);
  assert(text.startsWith(`${start} 0\n${start} 1\n`) && text.endsWith("longer: 29999\n"));
  const [note, numLines, numBytes] = /… (\d+) lines \((\d+) bytes\) left out …\n/.exec(text)!;
  const lines = text.replace(note, "").trimEnd().split("\n");
  assertEquals(lines.length + Number(numLines), 30000);
  const whole = Array.from({ length: 30000 }, (_, i) => `${start} ${i}\n`.length).reduce((a, b) =>
    a + b
  );
  assertEquals(text.length - note.length + Number(numBytes), whole);
});

Deno.test("TaskLog cuts lines that would fill everything, and waits for company no longer than it may", () => {
  const sent: string[] = [];
  let now = 0;
  const send = (bytes: Uint8Array) => void sent.push(new TextDecoder().decode(bytes));
  const log = new TaskLog({ send, now: () => now });
  log.write("x".repeat(1e6));
  assertMatch(sent[0], /^x{65536}… \(934464 more characters\)\n$/);
  for (let i = 0; i < 40; i++) log.write(`${i}`);
  assertEquals(sent.length, 32);
  now = 1000;
  log.write("late");
  assertEquals(sent.at(-1), "31\n32\n33\n34\n35\n36\n37\n38\n39\nlate\n");
  log.end();
  assertEquals(sent.length, 33);
});

Deno.test("WorkersExecutor tells how much processor time a job took", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const { signal } = new AbortController();
  const cpu = async (body: string) => {
    const result = await executor.execute(jobOf(bundleOf(body)), { signal });
    assert(result.ok, JSON.stringify(result));
    return result.value.usage!.cpu_seconds;
  };
  const busy =
    "let x = 0; for (let i = 0; i < 5e7; i++) x = (x * 31 + i) | 0; if (x === 1) throw 1;";
  const [little, much] = [await cpu(""), await cpu(busy)];
  assert(little >= 0 && much > little, `${little} ${much}`);
});
