// Params that name several members, and what tasks say of their params when they are planned, through the real command
// line: with a user's own task, which is asked in a sandbox.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { copyProject } from "#tests/support/project.ts";

const file = "study/lists.yaml";

/** Starts of systems: one value for each, from the parameters that the task was told to look at. */
const task = `import { defineTask, table, tableOf, z } from "basin";

export default defineTask({
  name: "listed",
  summary: "Lists systems.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({
    systems: z.array(z.string()).default(["lorenz", "rossler"]),
    settings: z.record(z.string(), z.unknown()).default({}),
    look_at: z.string().default("lorenz"),
    phases: z.array(z.strictObject({ systems: z.array(z.string()), epochs: z.int() })).default([]),
    dt_ms: z.int().default(10),
  }),
  members: { systems: { room: "attractors", params: "settings" } },
  inputs: {},
  outputs: { list: table },
  examples: [],
  check({ systems, phases, dt_ms }, members) {
    const issues = [];
    if (dt_ms % 10 !== 0) issues.push({ path: ["dt_ms"], message: "it must be a multiple of 10" });
    phases.forEach((phase, i) =>
      phase.systems.forEach((name, k) => {
        if (systems.includes(name)) return;
        const path = ["phases", i, "systems", k];
        issues.push({ path, message: "is none of systems", known: systems });
      })
    );
    phases.forEach((phase, i) => {
      if (phase.epochs > 5) issues.push({ path: ["phases", i], message: "takes too long" });
    });
    if (systems.length === 1) issues.push({ path: ["systems", 0], message: "one is too few" });
    if (systems.length === 0) issues.push({ path: [], message: "nothing is left" });
    for (const [param, { name }] of Object.entries(members)) {
      if (systems[Number(param.split(".")[1])] !== name) throw new Error(param + " is no " + name);
    }
    return issues;
  },
  run({ members }, { systems, settings, look_at }) {
    const rows = systems.map((system, i) => ({
      system,
      name: members["systems." + i].name,
      looked_at: system === look_at ? JSON.stringify(settings[system]) : "",
    }));
    return { list: tableOf(rows) };
  },
});
`;

const workflow = (settings: string) =>
  `name: lists
stages:
  list:
    task: ./listed.ts
    with:${settings}
`;

Deno.test("a param that lists members chooses each, and only those make a stage run again", async () => {
  await using project = await copyProject({ [file]: workflow(" {}"), "study/listed.ts": task });
  const write = (text: string) => project.write(file, workflow(text));
  const first = await project.run([file]);
  assertEquals(first.ran, ["list"]);
  const shown = await project.basin("show", [file, "list"]);
  assertStringIncludes(shown.stdout, "rossler");

  // Said as the default is; a param of what was not looked at; of what was.
  await write(" { systems: [lorenz, rossler] }");
  assertEquals((await project.run([file])).ran, []);
  await write(" { systems: [rossler, lorenz] }");
  const turned = await project.run([file]);
  assertEquals(turned.ran, ["list"]);
  assert(turned.digests["list.list"] !== first.digests["list.list"]);
  await write(" { look_at: rossler, systems: [lorenz, rossler, ring] }");
  assertEquals((await project.run([file])).ran, ["list"]);

  // The code of a member that is listed counts, that of others does not.
  await write(" {}");
  assertEquals((await project.run([file])).ran, []);
  const back = await project.edit(
    "lib/models/attractors/point.ts",
    (text) => text.replace(/name: "point"/, 'name: "point".trim()'),
  );
  assertEquals((await project.run([file])).ran, []);
  await back();
  const other = await project.edit(
    "lib/models/attractors/rossler.ts",
    (text) => text.replace(/name: "rossler"/, 'name: "rossler".trim()'),
  );
  assertEquals((await project.run([file])).ran, ["list"]);
  await other();
});

Deno.test("what a task finds wrong with its params is told at its place in the file", async (t) => {
  await using project = await copyProject({ [file]: workflow(" {}"), "study/listed.ts": task });
  const cases:
    readonly (readonly [settings: string, place: string, message: string, hint?: string])[] = [
      [
        "\n      dt_ms: 15",
        "6:14",
        "error: the param `dt_ms` of `./listed.ts`: it must be a multiple of 10 [wrong-param]",
      ],
      [
        "\n      phases:\n        - { systems: [lorenz], epochs: 1 }\n        - { systems: [lorenz, rosler], epochs: 2 }",
        "8:31",
        "error: the param `phases[1].systems[1]` of `./listed.ts`: is none of systems",
        "hint: did you mean `rossler`?",
      ],
      [
        "\n      phases:\n        - { systems: [lorenz], epochs: 9 }",
        "7:11",
        "error: the param `phases[0]` of `./listed.ts`: takes too long",
      ],
      [
        "\n      systems: [lorenz]",
        "6:17",
        "error: the param `systems[0]` of `./listed.ts`: one is too few",
      ],
      ["\n      systems: []", "5:5", "error: the params of `./listed.ts`: nothing is left"],
      [
        "\n      systems: [lorenz, lorens]",
        "6:25",
        "error: the param `systems[1]` of `./listed.ts`: attractors has no lorens",
        "hint: did you mean `lorenz`?",
      ],
      [
        "\n      settings: { rohh: 28 }",
        "6:19",
        "`settings` of `./listed.ts` has no param `rohh`",
      ],
      [
        "\n      systems: \"${{ ['lorenz', 'lorens'] }}\"",
        "6:16",
        "error: the param `systems[1]` of `./listed.ts`: attractors has no lorens",
      ],
    ];
  for (const [settings, place, message, hint] of cases) {
    await t.step(message, async () => {
      await project.write(file, workflow(settings));
      const { code, stderr } = await project.basin("plan", [file]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, `${file}:${place}: `);
      assertStringIncludes(stderr, message);
      if (hint !== undefined) assertStringIncludes(stderr, hint);
      assert(!stderr.includes("    at "), stderr);
    });
  }
});
