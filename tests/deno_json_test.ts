// What deno.json promises: exact npm packages, and tasks that grant what they need and no more.

import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { environmentVariables } from "#lib/cli/terminal.ts";

interface TaskEntry {
  readonly description: string;
  readonly command: string;
}

const text = await Deno.readTextFile(new URL("../deno.json", import.meta.url));
const config = JSON.parse(text);
const tasks: Readonly<Record<string, TaskEntry>> = config.tasks;

/** The single `deno …` commands of all tasks, with the task's name. */
const commands = Object.entries(tasks).flatMap(([name, { command }]) =>
  command.split("&&").map((part) => ({ name, command: part.trim() }))
);

Deno.test("deno.json names npm packages only, in exact versions", () => {
  for (const [name, target] of Object.entries(config.imports as Record<string, string>)) {
    if (target.startsWith("./")) continue;
    assertMatch(target, /^npm:(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/[\w./-]+)?$/, name);
  }
  assert(!/\b(jsr:|https?:)/.test(text), "deno.json refers to jsr: or the web");
});

Deno.test("deno.json freezes the lock file", () => {
  assertEquals(config.lock, { path: "deno.lock", frozen: true });
});

Deno.test("deno.json describes every task", () => {
  for (const [name, task] of Object.entries(tasks)) {
    assert(task.description?.length > 10 && task.command?.length > 0, `task ${name}`);
  }
});

Deno.test("deno.json grants no task everything", () => {
  for (const { name, command } of commands) {
    const words = command.split(/\s+/);
    const everything = words.filter((word) =>
      /^(-A|--allow-all|-P.*|--permission-set.*)$/.test(word)
    );
    assertEquals(everything, [], `task ${name}`);
    assert(!words.some((word) => /^--allow-(net|ffi|import|sys)\b/.test(word)), `task ${name}`);
    if (/^deno (run|test|bench)\b/.test(command)) {
      assert(words.includes("--no-prompt"), `task ${name} may ask instead of failing`);
    }
  }
});

/** Tasks whose stages may start programs; what a program may do, no flag of Deno decides. */
const external: readonly string[] = ["run:external", "basin:external"];

Deno.test("deno.json lets only tests, benchmarks and external tasks start programs", () => {
  const starters = commands.filter(({ command }) => command.includes("--allow-run"));
  assertEquals(starters.map(({ name }) => name), [
    ...external,
    "test",
    "test:only",
    "test:reliability",
    "bench",
    "bench:compute",
    "bench:engine",
  ]);
});

Deno.test("deno.json lets the command line write below results only and read the environment it names", () => {
  for (const { name, command } of commands.filter(({ command }) => command.includes("cli/main"))) {
    const flag = (start: string) => command.split(" ").find((word) => word.startsWith(start));
    if (name === "describe") {
      // It prints what the program was loaded with.
      assertEquals(command.match(/--(allow|ignore)\S+/g), ["--allow-env=NO_COLOR,FORCE_COLOR"]);
      continue;
    }
    // Stages that start programs declare variables of any name.
    const variables = external.includes(name) ? "" : `=${environmentVariables.join(",")}`;
    assertEquals(flag("--allow-env"), `--allow-env${variables}`, name);
    // The YAML library looks at these two when it loads; it is told that they are not set.
    assertEquals(flag("--ignore-env"), "--ignore-env=LOG_STREAM,LOG_TOKENS", name);
    // `push` writes into the folder that it is given.
    if (external.includes(name) || name === "push") continue;
    const writes = flag("--allow-write")?.replace(",$GITHUB_STEP_SUMMARY", "");
    assert(writes === undefined || writes === "--allow-write=results", `task ${name}: ${writes}`);
  }
});

Deno.test("deno.json has the tasks that the pages name, and all pages name one version of Deno", async () => {
  const root = new URL("../", import.meta.url);
  const versions = new Set<string>();
  let numNamed = 0;
  for (const page of await pages(root)) {
    const text = await Deno.readTextFile(new URL(page, root));
    for (const [, version] of text.matchAll(/\bdeno@(\d[\w.]*)/g)) versions.add(version);
    for (const [, name] of text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z][\w:]*)/g)) {
      assert(Object.hasOwn(tasks, name), `${page} names the task '${name}', which deno.json lacks`);
      numNamed++;
    }
  }
  assertEquals([...versions], ["2.9.6"]);
  assertGreater(numNamed, 10);
});

Deno.test("deno.json's tests are run in CI by the very command of the README", async () => {
  const command = "npx -y deno@2.9.6 task test";
  for (const page of ["README.md", ".ci/run"]) {
    const text = await Deno.readTextFile(new URL(`../${page}`, import.meta.url));
    assert(text.includes(command), `${page} lacks \`${command}\``);
  }
});

/** Pages for people, and the script that does what they say. */
async function pages(root: URL): Promise<string[]> {
  const found = [".ci/run"];
  for (
    const folder of ["./", ".github/", "workflows/", "tasks/", "lib/", "gpu/", "tests/", "results/"]
  ) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, root))) {
      if (isFile && name.endsWith(".md")) found.push(folder + name);
    }
  }
  return found.sort();
}
