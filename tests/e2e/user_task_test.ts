// Tasks of one's own, in a folder that has nothing to do with the project: cached and keyed like the built-in ones,
// checked by their own schema, and shut in. What hostile ones try is refused in words that help, and the folder
// afterwards holds what it held before.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { cp } from "node:fs/promises";
import { copyProject, type Ran } from "#tests/support/project.ts";
import { filesBelow } from "#tests/support/stored.ts";

/** A folder somewhere else, with files. Removed when disposed. */
async function folderWith(files: Readonly<Record<string, string>>) {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "basin-user-" }));
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, name), text);
  }
  return {
    path: (name: string) => join(folder, name),
    folder,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

const spread = `import { defineTask, one, table, tableOf, trajectories, z } from "basin";
import { range } from "./range.ts";

export default defineTask({
  name: "spread",
  summary: "How far the states of each unit reach.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({
    num_digits: z.int().min(1).max(15).describe("decimals to keep"),
    scale: z.enum(["linear", "log"]).default("linear"),
  }),
  inputs: { trajectories: one(trajectories) },
  outputs: { spread: table },
  examples: [],
  run(_context, { num_digits, scale }, { trajectories: { states } }) {
    const reach = range(states.data as Float64Array);
    const value = scale === "log" ? Math.log(reach) : reach;
    return { spread: tableOf([{ value: Number(value.toFixed(num_digits)) }]) };
  },
});
`;

const range = `/** The distance from the least to the greatest. */
export function range(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
}
`;

const workflow = `name: mine
stages:
  states:
    task: simulate
    with: { system: lorenz, num_trials: 3, num_steps: 20 }
  reach:
    task: ./spread.ts
    from: { trajectories: states }
    with: { num_digits: 6 }
  all:
    task: aggregate
    from: { tables: { stage: reach, gather: all } }
`;

const mine = { "mine.yaml": workflow, "spread.ts": spread, "range.ts": range };

Deno.test("run takes tasks from a folder outside the project", async (t) => {
  await using project = await copyProject();
  await using user = await folderWith(mine);
  const file = user.path("mine.yaml");
  const first = await project.run([file]);

  async function after(name: keyof typeof mine, from: string, to: string): Promise<Ran> {
    const text = mine[name].replace(from, to);
    assert(text !== mine[name], `${name} holds no ${from}`);
    await Deno.writeTextFile(user.path(name), text);
    try {
      return await project.run([file]);
    } finally {
      await Deno.writeTextFile(user.path(name), mine[name]);
    }
  }

  await t.step("caches what they give", async () => {
    assertEquals(first.ran, ["all", "reach", "states"]);
    const again = await project.run([file]);
    assertEquals([again.ran, again.digests], [[], first.digests]);
    const shown = await project.basin("show", [file, "reach"]);
    assertStringIncludes(shown.stdout, "reach made");
  });

  await t.step("makes keys that do not know where the folder lies", async () => {
    const copy = `${user.folder}-copy`;
    await cp(user.folder, copy, { recursive: true });
    try {
      const moved = await project.run([join(copy, "mine.yaml")]);
      assertEquals([moved.ran, moved.keys], [[], first.keys]);
    } finally {
      await Deno.remove(copy, { recursive: true });
    }
  });

  await t.step("runs them again when their code or a helper beside them changes", async () => {
    const comment = await after("range.ts", "/** The distance", "/** How far it is");
    assertEquals(comment.ran, []);
    const helper = await after("range.ts", "Math.max(a, b)) -", "Math.max(a, b)) - 1 -");
    assertEquals(helper.ran, ["all", "reach"]);
    const why = await project.basin("why", [file, "all", "stages.reach.with.num_digits=3"]);
    assertStringIncludes(why.stdout, "`num_digits` 6 -> 3");
    const same = await after(
      "spread.ts",
      "const value = scale",
      "const value = !scale ? 0 : scale",
    );
    assertEquals(same.ran, ["reach"]);
    assertEquals(same.digests, first.digests);
    assertEquals((await project.run([file])).ran, []);
  });

  await t.step("points at params that their schema refuses", async () => {
    const bad = workflow.replace("num_digits: 6", "nmu_digits: 6, scale: lgo")
      .replace(
        "\n  all:",
        "\n  far: { task: ./spread.ts, from: { trajectories: states }, with: { num_digits: 0 } }\n  all:",
      );
    await Deno.writeTextFile(user.path("bad.yaml"), bad);
    const { code, stdout, stderr } = await project.basin("run", [user.path("bad.yaml")]);
    assertEquals([code, stdout], [2, ""]);
    const path = user.path("bad.yaml");
    for (
      const text of [
        `${path}:9:13: error: \`./spread.ts\` has no param \`nmu_digits\` [unknown-param]`,
        "  9 |     with: { nmu_digits: 6, scale: lgo }\n    |             ^^^^^^^^^^\n" +
        "  hint: did you mean `num_digits`?",
        `${path}:9:35: error: the param \`scale\` of \`./spread.ts\``,
        "hint: did you mean `log`?",
        `${path}:10:81: error: the param \`num_digits\` of \`./spread.ts\``,
      ]
    ) assertStringIncludes(stderr, text);
    assert(!stderr.includes("    at "), stderr);
  });
});

/** A task that does something in \`run\`, or when it is loaded. */
function hostile(run: string, top = ""): string {
  return `import { defineTask, table, tableOf, z } from "basin";
${top}
export default defineTask({
  name: "hostile",
  summary: "Does what it must not.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ path: z.string() }),
  inputs: {},
  outputs: { out: table },
  examples: [],
  async run(_context, params) {
    ${run}
    return { out: tableOf([{ value: 1 }]) };
  },
});
`;
}

/** What tasks do when they run, and what is said of it. */
const attempts: Readonly<Record<string, readonly [run: string, said: RegExp, top?: string]>> = {
  read: ["await Deno.readTextFile(params.path);", /no read access to ".*target"; .*`files`/],
  write: ["await Deno.writeTextFile(params.path, 'leak');", /no write access/],
  env: ["console.log(Deno.env.get('BASIN_SECRET'));", /no env access to "BASIN_SECRET"/],
  env_with_node: ["console.log(process.env.BASIN_SECRET);", /no env access/],
  fetch: ["await fetch('http://127.0.0.1:18080/');", /no net access to "127.0.0.1:18080"/],
  connect: ["await Deno.connect({ port: 18080 });", /no net access/],
  spawn: ["await new Deno.Command('touch', { args: [params.path] }).output();", /no run access/],
  chance: ["Math.random();", /^Math\.random\(\) is not there .*randomStream\(seed, label\)/],
  uuid: ["crypto.randomUUID();", /crypto\.randomUUID\(\) is not there/],
  clock: ["Date.now();", /^Date\.now\(\) is not there for tasks: .*take times as params/],
  new_date: ["params.path += new Date();", /new Date\(\) is not there/],
  worker: ["new Worker('data:text/javascript,0', { type: 'module' });", /Worker is not defined/],
  exit: ["Deno.exit(0);", /^Deno\.exit\(\) is not there for tasks: return, or throw$/],
  close: ["self.close();", /close\(\) is not there/],
  recursion: ["const f = (n: number): number => n + f(n + 1); f(0);", /call stack size/],
  text: ["throw 'only a text';", /^only a text$/],
  no_output: ["return {} as never;", /hostile did not return its output out/],
  other_output: ["return { out: 3 } as never;", /output out of hostile cannot be written as table/],
  built_ins: ["Array.prototype.map = () => []; Object.freeze = (x: never) => x;", /out .*missing/],
  not_awaited: [
    "queueMicrotask(() => { throw new Error('late'); }); await new Promise(() => {});",
    /not awaited: late/,
  ],
};

/** Files that cannot be loaded, and what is said of them. */
const unloadable: Readonly<Record<string, readonly [text: string, said: RegExp]>> = {
  computed_import: [
    hostile("await import(params.path);"),
    /\.\/computed_import\.ts:13: .*"import".*not a string literal/,
  ],
  eval: [hostile("eval('1 + 1');"), /\.\/eval\.ts:13: .*eval/],
  function_of_text: [hostile("new Function('return 1')();"), /makes code from text \(Function\)/],
  constructor_of_text: [
    hostile("", "const x = (() => {}).constructor('return 1')();"),
    /making code from text is not there/,
  ],
  read_with_node: [
    hostile("readFileSync(params.path);", 'import { readFileSync } from "node:fs";'),
    /imports node:fs, which is not there for tasks/,
  ],
  spawn_with_node: [
    hostile("execSync('touch ' + params.path);", 'import { execSync } from "node:child_process";'),
    /imports node:child_process, which is not there/,
  ],
  net_with_node: [
    hostile("connect(80);", 'import { connect } from "node:net";'),
    /node:net, which/,
  ],
  dns_with_node: [
    hostile("lookup('x', () => {});", 'import { lookup } from "node:dns";'),
    /node:dns/,
  ],
  http_with_node: [hostile("get('http://x');", 'import { get } from "node:http";'), /node:http, /],
  chance_with_node: [
    hostile("randomBytes(4);", 'import { randomBytes } from "node:crypto";'),
    /imports randomBytes of node:crypto, which is not there/,
  ],
  crypto_whole: [
    hostile("crypto.randomUUID();", 'import * as crypto from "node:crypto";'),
    /imports node:crypto, which is not there/,
  ],
  clock_with_node: [
    hostile("performance.now();", 'import { performance } from "node:perf_hooks";'),
    /node:perf_hooks, which/,
  ],
  timers_with_node: [
    hostile("setTimeout(() => {}, 1);", 'import { setTimeout } from "node:timers";'),
    /node:timers, which/,
  ],
  worker_with_node: [
    hostile("new Worker('x');", 'import { Worker } from "node:worker_threads";'),
    /node:worker_threads, which/,
  ],
  realm_with_node: [
    hostile("runInNewContext('1');", 'import { runInNewContext } from "node:vm";'),
    /node:vm/,
  ],
  lazy_node: [hostile("await import('node:os');"), /node:os, which is not there/],
  data_import: [hostile("await import('data:text/javascript,0');"), /data:text\/javascript/],
  outside: [hostile("x;", 'import { x } from "../x.ts";'), /x\.ts lies outside the folder/],
  web: [hostile("x;", 'import { x } from "https://example.com/x.ts";'), /'https:.*x\.ts' /],
  package: [hostile("x;", 'import x from "left-pad";'), /'left-pad' is not among the imports/],
  absent: [hostile("x;", 'import { x } from "./nowhere.ts";'), /nowhere\.ts: ENOENT/],
  syntax: [hostile("", "const = 3;"), /\.\/syntax\.ts:2: Expected identifier but found "="/],
  throws: [hostile("", 'throw new Error("at load");'), /the task's code failed: at load/],
  reads: [hostile("", "Deno.readTextFileSync('/etc/hostname');"), /no read access/],
  no_task: ["export default 3;\n", /default export is no task; write export default defineTask/],
  no_export: ["export const x = 3;\n", /No matching export .*"default"/],
};

Deno.test("run shuts hostile tasks in", async (t) => {
  await using project = await copyProject();
  const good = `  good:
    task: simulate
    matrix: { seed: [0, 1, 2, 3] }
    with: { system: lorenz, num_trials: 3, num_steps: 20, seed: "\${{ seed }}" }
`;
  const stage = (name: string, path: string, more = "") =>
    `  ${name}: { task: ./${name}.ts, with: { path: ${JSON.stringify(path)} }${more} }\n`;
  await using user = await folderWith({
    target: "secret\n",
    "calm.yaml": `name: calm\nstages:\n${good}`,
  });
  const target = user.path("target");
  for (const [name, [run, , top]] of Object.entries(attempts)) {
    await Deno.writeTextFile(user.path(`${name}.ts`), hostile(run, top));
  }
  await Deno.writeTextFile(user.path("endless.ts"), hostile("for (;;);"));
  await Deno.writeTextFile(user.path("never.ts"), hostile("await new Promise(() => {});"));
  const names = Object.keys(attempts);
  await Deno.writeTextFile(
    user.path("hostile.yaml"),
    `name: hostile\nstages:\n${names.map((name) => stage(name, target)).join("")}` +
      stage("endless", target, ", timeout: 1") + stage("never", target, ", timeout: 1") + good,
  );
  const before = await filesBelow(user.folder);
  const ran = await project.run([user.path("hostile.yaml"), "--jobs", "2"], {
    code: 1,
    env: { BASIN_SECRET: "never to be seen" },
  });
  const failures = new Map(
    ran.events.flatMap((event) =>
      event.type === "stage-failed" ? [[event.stage, event.failure] as const] : []
    ),
  );

  for (const [name, [, said]] of Object.entries(attempts)) {
    await t.step(`${name}: refused`, () => {
      const failure = failures.get(name);
      assert(failure !== undefined, `${name} did not fail`);
      assertMatch(failure.message, said);
      assert(!failure.message.includes("blob:"), failure.message);
    });
  }

  await t.step("what does not end is ended in time", () => {
    for (const name of ["endless", "never"]) {
      assertEquals(failures.get(name), {
        reason: "timed-out",
        message: "did not finish within its timeout of 1 s",
      });
    }
  });

  await t.step("others are not touched, whichever worker they share", async () => {
    assertEquals(ran.failed.length, names.length + 2);
    assertEquals(ran.ran, [0, 1, 2, 3].map((seed) => `good[seed=${seed}]`));
    const calm = await project.run([user.path("calm.yaml"), "--store", "results/calm"]);
    assertEquals(ran.digests, calm.digests);
  });

  await t.step("nothing leaks", async () => {
    assertEquals(await filesBelow(user.folder), before);
    assertEquals(await Deno.readTextFile(target), "secret\n");
    assert(!(ran.stdout + ran.stderr).includes("never to be seen"));
  });

  await t.step(
    "files that cannot be loaded: all of them told at once, at their place",
    async () => {
      const stages = Object.keys(unloadable).map((name) => stage(name, target));
      for (const [name, [text]] of Object.entries(unloadable)) {
        await Deno.writeTextFile(user.path(`${name}.ts`), text);
      }
      const file = user.path("unloadable.yaml");
      await Deno.writeTextFile(file, `name: unloadable\nstages:\n${stages.join("")}`);
      const { code, stdout, stderr } = await project.basin("run", [file]);
      assertEquals([code, stdout], [2, ""]);
      const problems = stderr.split("\n").filter((line) => line.startsWith(file));
      assertEquals(problems.length, stages.length, stderr);
      Object.entries(unloadable).forEach(([name, [, said]], i) => {
        assertStringIncludes(
          problems[i],
          `${file}:${i + 3}:${name.length + 13}: error: ./${name}.ts: `,
        );
        assertMatch(problems[i], said);
      });
      assert(!stderr.includes("    at "), stderr);
    },
  );
});
