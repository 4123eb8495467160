import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandJob, Executor, Job } from "#lib/core/executor.ts";
import { ok } from "#lib/core/result.ts";
import { LocalExecutor, mayStartPrograms } from "#lib/executors/local.ts";
import { fakeJob } from "#tests/support/executor_cases.ts";

class Recorder implements Executor {
  readonly name = "recorder";
  readonly jobs: Job[] = [];
  disposed = false;

  constructor(readonly slots: number) {}

  execute(job: Job) {
    this.jobs.push(job);
    return Promise.resolve(ok({ outputs: {}, seconds: 0 }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
    return Promise.resolve();
  }
}

const command: CommandJob = {
  command: { line: "true", outputs: {}, inputPaths: {} },
  params: {},
  inputs: {},
  env: {},
  grant: { cpu: 1, slots: {} },
};
const options = { signal: new AbortController().signal };

Deno.test("LocalExecutor gives tasks to one executor and commands to the other", async () => {
  const tasks = new Recorder(3);
  const commands = new Recorder(5);
  const local = new LocalExecutor({ tasks, commands });
  const task = fakeJob();
  assert((await local.execute(task, options)).ok);
  assert((await local.execute(command, options)).ok);
  assertEquals([tasks.jobs, commands.jobs, local.slots], [[task], [command], 3]);
  await local[Symbol.asyncDispose]();
  assert(tasks.disposed && commands.disposed);
});

Deno.test("LocalExecutor says which task allows to start programs", async () => {
  await using local = new LocalExecutor({ tasks: new Recorder(1), commands: undefined });
  assert((await local.execute(fakeJob(), options)).ok);
  const refused = await local.execute(command, options);
  assert(!refused.ok);
  assertMatch(refused.error.message, /deno task run:external/);
});

Deno.test("mayStartPrograms() is false unless every program may be started", async () => {
  const program = `import { mayStartPrograms } from "#lib/executors/local.ts";
    console.log(mayStartPrograms());`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  for (
    const [flag, may] of [["--no-prompt", false], ["--allow-run=sh", false], ["-R", false], [
      "--allow-run",
      true,
    ]]
  ) {
    const args = [
      "run",
      "--no-prompt",
      "--config",
      config,
      ...(flag === "--no-prompt" ? [] : [`${flag}`]),
      file,
    ];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), `${may}`, `${flag}`);
  }
  await Deno.remove(file);
  assert(mayStartPrograms());
});
