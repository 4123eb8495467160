// The catalogue: names to tasks, params to members and ports, with issues that a person can act on.

import { assert, assertEquals } from "@std/assert";
import { createCatalogue } from "#lib/cli/catalogue.ts";
import { rooms } from "#lib/cli/rooms.ts";
import { err } from "#lib/core/result.ts";
import { metrics } from "#lib/metrics/mod.ts";
import { tasks } from "#tasks/mod.ts";

const asked: string[][] = [];
const catalogue = createCatalogue({
  root: "/basin",
  tasks,
  rooms,
  userTask: (reference, module) => {
    asked.push([reference, module]);
    return Promise.resolve(err("no sandbox here"));
  },
});

async function resolve(task: string, params: unknown) {
  const handle = await catalogue.task(task, "/study");
  assert(handle.ok, task);
  return await handle.value.resolve(params);
}

Deno.test("createCatalogue() knows the generated index, and nothing that objects inherit", async () => {
  assertEquals(catalogue.taskNames, Object.keys(tasks).sort());
  const handle = await catalogue.task("dmd", "/anywhere");
  assert(handle.ok);
  assertEquals([handle.value.name, handle.value.module], ["dmd", "/basin/tasks/dmd.ts"]);
  for (const name of ["constructor", "__proto__", "toString", "", "DMD"]) {
    assertEquals(await catalogue.task(name, "/study"), err(`there is no task '${name}'`));
  }
  assertEquals(catalogue.memberModule("metrics", "dsa"), "/basin/lib/metrics/dsa.ts");
});

Deno.test("createCatalogue() resolves paths against the folder that names them, once", async () => {
  asked.length = 0;
  await catalogue.task("./mine.ts", "/study/a");
  await catalogue.task("./mine.ts", "/study/b");
  await catalogue.task("../b/mine.ts", "/study/a");
  await catalogue.task("/abs/mine.ts", "/study");
  assertEquals(asked.map(([, module]) => module), [
    "/study/a/mine.ts",
    "/study/b/mine.ts",
    "/abs/mine.ts",
  ]);
});

Deno.test("resolve() fills in the member's params and gives the ports that they imply", async () => {
  const resolved = await resolve("compare", { metric: "dsa", options: { effort: "pruned" } });
  assert(resolved.ok);
  const { params, members, inputs, outputs } = resolved.value;
  const options = params.options as Record<string, unknown>;
  assertEquals([options.effort, options.scale, options.seed], ["pruned", "radian", 0]);
  assertEquals(members, { metric: { room: "metrics", name: "dsa" } });
  assertEquals(inputs.map((ports) => Object.keys(ports)), [
    ["operators", "against", "pairs", "rank"],
    ["operators", "pairs", "rank"],
    ["a", "b", "rank"],
  ]);
  assertEquals(outputs, { scores: "table" });
});

Deno.test("resolve() says which member there is not, and which param of a member is wrong", async () => {
  const unknown = await resolve("compare", { metric: "dsaa" });
  assert(!unknown.ok);
  assertEquals(unknown.error.map(({ path, code }) => [path, code]), [[
    ["metric"],
    "unknown-member",
  ]]);
  assertEquals(unknown.error[0].known, Object.keys(metrics));
  const inherited = await resolve("compare", { metric: "constructor" });
  assertEquals(!inherited.ok && inherited.error[0].code, "unknown-member");
  const wrong = await resolve("compare", { metric: "dsa", options: { efort: "pruned", rank: 0 } });
  assert(!wrong.ok);
  assertEquals(wrong.error.map(({ path }) => path.join(".")).sort(), ["options", "options.rank"]);
  const missing = await resolve("compare", {});
  assertEquals(!missing.ok && missing.error[0].path, ["metric"]);
});
