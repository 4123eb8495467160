// `run:` stages in the scheduler: their jobs, keys, logs and what is recorded of them.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { CommandJob } from "#lib/core/executor.ts";
import { err, ok } from "#lib/core/result.ts";
import type { CommandWorld } from "#lib/workflow/command_keys.ts";
import { plan } from "#lib/workflow/plan.ts";
import { fakeCommand, fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
import { endings, ofType, runGraph } from "#tests/support/scheduling.ts";
import { ScriptedExecutor, textOutput } from "#tests/support/scripted_executor.ts";
import { TinyStore } from "#tests/support/tiny_store.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytesOf = (words: string) => new TextEncoder().encode(words);

const world: CommandWorld = {
  tool: (line: string) =>
    Promise.resolve(line.startsWith("none") ? err("no such file") : ok("3.12")),
  env: (name: string) => name === "THREADS" ? "2" : undefined,
};

const fit = fakeCommand("python3 in/script.py", {
  env: { THREADS: null, UNSET: null, MODE: "fast" },
  tools: { python: "python3 --version" },
});

Deno.test("schedule() makes the job of a command, and records what it printed and used", async () => {
  const store = new TinyStore();
  const jobs: CommandJob[] = [];
  const heard: [string, number, string][] = [];
  await using executor = new ScriptedExecutor(2, ({ job, options, time }) => {
    if (!("command" in job)) return;
    jobs.push(job);
    options.log?.(bytesOf(`attempt ${time}\n`));
    if (time === 1) return { reason: "killed", message: "killed by SIGKILL", signal: "SIGKILL" };
    options.log?.(bytesOf("done\n"));
    return { seconds: 2, usage: { cpu_seconds: 1.5, peak_rss: 1e6 } };
  });
  const graph = fakeGraph([
    { id: "data", params: { name: "data" } },
    {
      id: "fit",
      params: { name: "fit", lr: 0.1 },
      from: ["data"],
      command: fit,
      resources: [{ cpu: 2, memory: 5, slots: { gpu: 1 } }],
      retry: { attempts: 2, backoffSeconds: 0 },
    },
  ]);
  const events = await runGraph(graph, {
    store,
    executor,
    commands: world,
    machine: { cpus: 2, memory: 10, slots: { gpu: [3] } },
    log: (stage, attempt, bytes) => heard.push([stage, attempt, text(bytes)]),
  });
  assertEquals(endings(events), { data: "ran", fit: "ran" });
  const { command, params, env, grant, inputs } = jobs[1];
  assertEquals(command, fit.command);
  assertEquals(params, { name: "fit", lr: 0.1 });
  assertEquals(env, { THREADS: "2", MODE: "fast" });
  assertEquals(grant, { cpu: 2, memory: 5, slots: { gpu: [3] } });
  assertEquals(Object.keys(inputs.in[0].files), ["text.txt"]);
  assertEquals(heard, [
    ["fit", 1, "attempt 1\n"],
    ["fit", 2, "attempt 2\n"],
    ["fit", 2, "done\n"],
  ]);
  const made = [...store.results.values()].find(({ provenance }) => provenance.stage === "fit")!;
  assertEquals(text(store.blobs.get(made.log!.digest)!), "attempt 2\ndone\n");
  assertEquals(made.provenance.usage, { cpu_seconds: 1.5, peak_rss: 1e6 });
  assertEquals(made.provenance.attempts, 2);
  assertEquals(made.provenance.modules, {});
  assertEquals(made.action.recipe, {
    code: made.action.recipe.code,
    task: "run",
    outputs: { out: "text" },
    numerics: "exact",
    deno: "",
    salt: "",
  });
  assertEquals(made.action.command, {
    line: "python3 in/script.py",
    outputs: fit.command.outputs,
    env: { THREADS: "2", UNSET: null, MODE: "fast" },
    tools: { python: "3.12" },
  });
  const done = ofType(events, "stage-finished").find(({ stage }) => stage === "fit");
  assertEquals(done?.usage?.cpu_seconds, 1.5);
});

Deno.test("schedule() keys a command by its line, tools and environment, not by the machine", async () => {
  const store = new TinyStore();
  await using executor = new ScriptedExecutor(2);
  const run = async (command = fit, more: object = {}, commands = world) => {
    const member = { id: "fit", params: { name: "fit" }, command, ...more };
    const events = await runGraph(fakeGraph([member]), { store, executor, commands });
    return endings(events).fit;
  };
  assertEquals(await run(), "ran");
  assertEquals(await run(), "hit");
  assertEquals(await run(fit, { resources: [{ cpu: 2, slots: {} }], timeoutSeconds: 9 }), "hit");
  const tool = () => Promise.resolve(ok("3.13"));
  assertEquals(await run(fit, {}, { ...world, tool }), "ran");
  const env = () => "8";
  assertEquals(await run(fit, {}, { ...world, env }), "ran");
  assertEquals(await run({ ...fit, env: { ...fit.env, MODE: "slow" } }), "ran");
  const line = "python3 in/script.py --fast";
  assertEquals(await run({ ...fit, command: { ...fit.command, line } }), "ran");
  const volatile = { out: { ...fit.command.outputs.out, volatile: true } };
  assertEquals(await run({ ...fit, command: { ...fit.command, outputs: volatile } }), "ran");
});

Deno.test("plan() says which deno task could key a command, and why a tool has no version", async () => {
  const store = new TinyStore();
  const entryOf = async (command = fit, commands?: CommandWorld) => {
    const graph = fakeGraph([{ id: "fit", command }]);
    const deps = { ...fakeDeps(), store, ...(commands === undefined ? {} : { commands }) };
    return (await plan(graph, deps)).entries[0];
  };
  const refused = await entryOf();
  assert(refused.verdict === "run" && refused.because === "uncached");
  assertStringIncludes(refused.note!, "its tool python");
  assertStringIncludes(refused.note!, "deno task run:external");
  const variable = await entryOf(fakeCommand("x", { env: { THREADS: null } }));
  assert(variable.verdict === "run" && variable.note !== undefined);
  assertStringIncludes(variable.note, "its variable THREADS");
  const none = await entryOf(fakeCommand("x", { tools: { none: "none --version" } }), world);
  assert(none.verdict === "run" && none.because === "uncached");
  assertStringIncludes(none.note!, "its tool none cannot be told: no such file");
  // What needs neither a tool nor a variable has a key anywhere.
  assertEquals((await entryOf(fakeCommand("x"))).verdict, "run");
  const plain = await entryOf(fakeCommand("x"));
  assert(plain.verdict === "run" && plain.because === "missing");
});

Deno.test("schedule() asks for each tool's version once", async () => {
  const asked: string[] = [];
  const commands = {
    ...world,
    tool: (line: string) => {
      asked.push(line);
      return world.tool(line);
    },
  };
  const members = Array.from({ length: 50 }, (_, i) => ({
    id: `x[${i}]`,
    params: { name: `x[${i}]` },
    command: fit,
  }));
  await using executor = new ScriptedExecutor(4);
  await runGraph(fakeGraph(members), { store: new TinyStore(), executor, commands });
  assertEquals(asked, ["python3 --version"]);
});

Deno.test("schedule() takes volatile outputs as stored, but not as compared", async () => {
  const store = new TinyStore();
  let now = 0;
  await using executor = new ScriptedExecutor(
    1,
    ({ name }) =>
      name === "maker"
        ? { outputs: { out: { ...textOutput(`timing ${now++}`), volatile: true } } }
        : undefined,
  );
  const graph = fakeGraph([
    { id: "maker", params: { name: "maker" } },
    { id: "reader", params: { name: "reader" }, from: ["maker"] },
  ]);
  await runGraph(graph, { store, executor });
  store.collect(({ provenance }) => provenance.stage === "maker");
  const events = await runGraph(graph, { store, executor, force: ["maker"] });
  assertEquals(endings(events), { maker: "ran", reader: "hit" });
  assertEquals(ofType(events, "warning"), []);
});
