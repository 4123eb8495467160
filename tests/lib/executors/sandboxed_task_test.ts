import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import type { Closure, ClosureSource } from "#lib/core/closure.ts";
import { digestOf } from "#lib/core/digest.ts";
import { err, ok } from "#lib/core/result.ts";
import { sandboxedTask } from "#lib/executors/sandboxed_task.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";

const table = `const table = { kind: "table" };`;
const task = (fields: string) =>
  `import { z } from "zod";
${table}
const task = {
  name: "my_metric", summary: "Mine.", version: 1, numerics: "f64",
  params: z.strictObject({ metric: z.string(), parameters: z.object({}).loose().default({}), k: z.int().default(2) }),
  members: { metric: { room: "metrics", params: "parameters" } },
  inputs: (params, members) => ({ in: { type: table, many: params.k > 1, optional: false, coords: false } }),
  outputs: { out: table },
  run() {},
  ${fields}
};
`;

/** Bundles a task's text with members that have a name and a rank, as the closure room would. */
function closures(text: string): ClosureSource {
  return {
    closure(_root, members) {
      if (text === "") return Promise.resolve(err("no such file"));
      const loaded = Object.keys(members).map((name) =>
        `${
          JSON.stringify(name)
        }: { name: "x", summary: "", params: z.strictObject({ rank: z.int().default(9) }) }`
      );
      const code = `${text}\nexport default { task, members: { ${loaded.join(", ")} } };`;
      const closure: Closure = {
        digest: digestOf(code),
        modules: {},
        code: () => Promise.resolve(code),
      };
      return Promise.resolve(ok(closure));
    },
  };
}

const depsOf = (text: string, workers: WorkersExecutor) => ({
  closures: closures(text),
  workers,
  memberModule: (room: string, name: string) => `/fake/${room}/${name}.ts`,
  memberNames: () => ["dsa", "procrustes"],
});

Deno.test("sandboxedTask() describes and resolves without loading the task", async () => {
  await using workers = new WorkersExecutor({ slots: 1 });
  const made = await sandboxedTask(
    "./my_metric.ts",
    "/home/my_metric.ts",
    depsOf(task(""), workers),
  );
  assert(made.ok, JSON.stringify(made));
  const { name, summary, numerics, reference, module } = made.value;
  assertEquals([name, summary, numerics, reference, module], [
    "my_metric",
    "Mine.",
    "f64",
    "./my_metric.ts",
    "/home/my_metric.ts",
  ]);
  assertEquals(await made.value.resolve({ metric: "dsa" }), {
    ok: true,
    value: {
      params: { metric: "dsa", parameters: { rank: 9 }, k: 2 },
      members: { metric: { room: "metrics", name: "dsa" } },
      inputs: [{ in: { kind: "table", many: true, optional: false, coords: false } }],
      outputs: { out: "table" },
    },
  });
});

Deno.test("sandboxedTask() tells what is wrong with params", async () => {
  await using workers = new WorkersExecutor({ slots: 1 });
  const made = await sandboxedTask("./m.ts", "/m.ts", depsOf(task(""), workers));
  assert(made.ok);
  const unknown = await made.value.resolve({ metric: "dsaa" });
  assertEquals(unknown, {
    ok: false,
    error: [{
      path: ["metric"],
      code: "unknown-member",
      message: "metrics has no dsaa",
      known: ["dsa", "procrustes"],
    }],
  });
  const issues = await made.value.resolve({ metric: "dsa", K: 1 });
  assert(!issues.ok);
  assertEquals(issues.error[0].keys, ["K"]);
  assertEquals(issues.error[0].known, ["metric", "parameters", "k"]);
  const nested = await made.value.resolve({ metric: "dsa", parameters: { rank: "x" } });
  assertEquals(nested.ok ? [] : nested.error[0].path, ["parameters", "rank"]);
});

Deno.test("sandboxedTask() explains files that are no task", async () => {
  await using workers = new WorkersExecutor({ slots: 1 });
  const problem = async (text: string) => {
    const made = await sandboxedTask("./m.ts", "/m.ts", depsOf(text, workers));
    return made.ok ? "" : made.error;
  };
  assertEquals(await problem(""), "./m.ts: no such file");
  assertStringIncludes(await problem("const task = 3;"), "default export is no task");
  assertStringIncludes(await problem(task(`run: "x",`)), "run must be a function, found string");
  assertStringIncludes(
    await problem(task(`numerics: "f32",`)),
    "numerics must be exact, f64, engine",
  );
  assertStringIncludes(await problem("Deno.readTextFileSync('/etc/passwd')"), "read access");
});

Deno.test("sandboxedTask() refuses params that are no plain data", async () => {
  await using workers = new WorkersExecutor({ slots: 1 });
  const text = task(
    `params: z.strictObject({ metric: z.string(), k: z.int().default(2), when: z.string().transform((s) => new Map([[s, 1]])) }),`,
  );
  const made = await sandboxedTask("./m.ts", "/m.ts", depsOf(text, workers));
  assert(made.ok);
  const resolved = await made.value.resolve({ metric: "dsa", when: "x" });
  assert(!resolved.ok);
  assertStringIncludes(resolved.error[0].message, "no plain data");
});

Deno.test("sandboxedTask() says how a task continues: by what it names of its params and members", async () => {
  await using workers = new WorkersExecutor({ slots: 1 });
  const text = task("continues: ({ k, ...way }) => k < 0 ? undefined : way,");
  const made = await sandboxedTask("./m.ts", "/m.ts", depsOf(text, workers));
  assert(made.ok, JSON.stringify(made));
  const way = async (raw: Record<string, unknown>) => {
    const resolved = await made.value.resolve(raw);
    assert(resolved.ok, JSON.stringify(resolved));
    return resolved.value.continues;
  };
  const first = await way({ metric: "dsa" });
  assertMatch(String(first), /^sha256:[0-9a-f]{64}$/);
  assertEquals(await way({ metric: "dsa", k: 9 }), first);
  assertNotEquals(await way({ metric: "dsa", parameters: { rank: 1 } }), first);
  assertNotEquals(await way({ metric: "procrustes" }), first);
  assertEquals(await way({ metric: "dsa", k: -1 }), undefined);
  const odd = await sandboxedTask("./m.ts", "/m.ts", depsOf(task("continues: 3,"), workers));
  assertStringIncludes(odd.ok ? "" : odd.error, "continues must be a function of its params");
  const unsaid = task("continues: () => new Map(),");
  const broken = await sandboxedTask("./m.ts", "/m.ts", depsOf(unsaid, workers));
  assert(broken.ok);
  const resolved = await broken.value.resolve({ metric: "dsa" });
  assertStringIncludes(resolved.ok ? "" : resolved.error[0].message, "cannot write a Map");
});

Deno.test("sandboxedTask() takes lists of members, and what the task checks itself", async () => {
  await using workers = new WorkersExecutor({ slots: 1 });
  const text = task(`
  params: z.strictObject({ metric: z.array(z.string()), parameters: z.record(z.string(), z.unknown()).default({}), k: z.int().default(2) }),
  check: ({ k }, members) => k > 2 ? [{ path: ["k"], message: Object.keys(members).join() }] : [],`);
  const made = await sandboxedTask("./m.ts", "/m.ts", depsOf(text, workers));
  assert(made.ok, JSON.stringify(made));
  const listed = await made.value.resolve({ metric: ["procrustes", "dsa"] });
  assert(listed.ok, JSON.stringify(listed));
  assertEquals(listed.value.members, {
    "metric.0": { room: "metrics", name: "procrustes" },
    "metric.1": { room: "metrics", name: "dsa" },
  });
  // Both members of this test are called x.
  assertEquals(listed.value.params, {
    metric: ["procrustes", "dsa"],
    parameters: { x: { rank: 9 } },
    k: 2,
  });
  const unknown = await made.value.resolve({ metric: ["dsa", "dsaa"] });
  assertEquals(unknown.ok ? [] : unknown.error.map(({ path }) => path), [["metric", 1]]);
  const checked = await made.value.resolve({ metric: ["dsa"], k: 3 });
  assertEquals(checked, {
    ok: false,
    error: [{ path: ["k"], code: "check", message: "metric.0" }],
  });
});
