// The command line as a user meets it: exit codes, messages, what goes to which stream, and every command on real
// results. One small project serves all; what a step leaves behind is stored results only.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { copyProject, type Outcome, type Ran, summary } from "#tests/support/project.ts";
import { checkStore, filesBelow } from "#tests/support/stored.ts";

const file = "study/mixed.yaml";

const workflow = `name: mixed
params: { sigma: 0.1, limit: 5, fails: [], seeds: 2 }
axes: { seed: "\${{ range(params.seeds) }}" }
stages:
  states:
    task: simulate
    over: [seed]
    with: { system: lorenz, num_trials: 4, num_steps: 20, seed: "\${{ seed }}" }
  noisy:
    task: perturb
    from: { trajectories: states }
    with: { sigma: "\${{ params.sigma }}" }
  passed:
    task: ./pass.ts
    from: { data: noisy }
    with: { seed: "\${{ seed }}", fails: "\${{ params.fails }}" }
  after:
    task: normalize
    from: { trajectories: passed }
  scores:
    task: compare
    from:
      a: { stage: noisy, where: { seed: 0 } }
      b: { stage: noisy, where: { seed: 1 } }
    with: { metric: linear_cka }
  check:
    task: assert
    from: { tables: { stage: scores, gather: all } }
    with: { checks: [{ column: value, is: { below: "\${{ params.limit }}" } }] }
`;

const passTask = `import { defineTask, one, trajectories, z } from "basin";

export default defineTask({
  name: "pass",
  summary: "Passes data on, or fails.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ seed: z.int(), fails: z.array(z.int()) }),
  inputs: { data: one(trajectories) },
  outputs: { trajectories },
  examples: [],
  run(_context, { seed, fails }, { data }) {
    if (fails.includes(seed)) throw new RangeError(\`seed \${seed} is told to fail\`);
    return { trajectories: data };
  },
});
`;

/** The keys of the last line, in the order in which they are promised. */
const lastKeys = [
  "type",
  "ok",
  "stages",
  "ran",
  "hit",
  "failed",
  "skipped",
  "fused",
  "seconds",
  "run",
];

const commands = ["run", "plan", "why", "show", "graph", "report", "stats", "doctor", "complete"];

// deno-lint-ignore no-control-regex
const escapeCode = /\x1b\[/;

/** A mistake of the user's: this exit code, this text on standard error, nothing else, and no stack trace. */
function assertRefused(outcome: Outcome, code: number, ...texts: readonly string[]): void {
  assertEquals(outcome.code, code, outcome.stderr);
  assertEquals(outcome.stdout, "");
  for (const text of texts) assertStringIncludes(outcome.stderr, text);
  assert(!outcome.stderr.includes("    at "), outcome.stderr);
}

Deno.test("basin, as it is used", async (t) => {
  await using project = await copyProject({
    [file]: workflow,
    "study/pass.ts": passTask,
    "study/typo.yaml": "name: typo\nstages:\n  a:\n    task: ./psas.ts\n",
    "results/a_file": "in the way\n",
    "results/other/store/FORMAT": '{"format":99,"hash":"md5"}\n',
  });
  const first = await project.run([file]);
  const store = project.path("results/store");

  await t.step("run --json writes events and nothing else, in the promised form", async () => {
    const { stdout, stderr, code, events } = await project.basin("run", [file, "--json"]);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.endsWith("}\n"));
    assertEquals(events[0].type, "run-started");
    const last = stdout.trimEnd().split("\n").at(-1)!;
    const parsed = JSON.parse(last);
    assertEquals(Object.keys(parsed), lastKeys);
    assertEquals(last, JSON.stringify(parsed));
    const { seconds, run, ...totals } = parsed;
    assertEquals(totals, {
      type: "run-finished",
      ok: true,
      stages: 10,
      ran: 0,
      hit: 10,
      failed: 0,
      skipped: 0,
      fused: 0,
    });
    assert(seconds > 0);
    assertMatch(run, /^results\/runs\/mixed\/[\w-]+$/);
    const names = (await filesBelow(project.path(run))).map((p) =>
      p.slice(project.path(run).length)
    );
    for (const name of ["run.json", "plan.json", "config.resolved.yaml", "report.html"]) {
      assert(names.includes(`/${name}`), `${name} is not among ${names}`);
    }
    const kept = (await project.read(`${run}/events.ndjson`)).trim().split("\n");
    assertEquals(kept.map((line) => JSON.parse(line).type), events.map(({ type }) => type));
  });

  await t.step("a stage that fails skips what needs it, and nothing else: 1", async () => {
    const ran = await project.run([file, "fails=[0]"], { code: 1 });
    assertEquals([ran.failed, ran.skipped], [["passed[seed=0]"], ["after[seed=0]"]]);
    // The other member's code and input are new as well: `fails` is a param of both.
    assertEquals(ran.ran, ["passed[seed=1]"]);
    assertEquals(ran.last.ok, false);
    const failed = ran.events.find((event) => event.type === "stage-failed");
    assertEquals(failed?.failure.message, "RangeError: seed 0 is told to fail");
    const plain = await project.basin("run", [file, "fails=[0]"]);
    assertEquals([plain.code, plain.stdout], [1, ""]);
    assertStringIncludes(plain.stderr, "RangeError: seed 0 is told to fail");
    assertStringIncludes(plain.stderr, `to run what is missing: deno task run ${file} 'fails=[0]'`);
    assert(!plain.stderr.includes("    at "), plain.stderr);
    const shown = await project.basin("show", [file, "passed[seed=0]", "fails=[0]"]);
    assertMatch(
      shown.stdout,
      /it failed in the latest run, \d{8}T\d{6}-\w+\n {2}RangeError: seed 0/,
    );
    const explained = await project.basin("why", [file, "passed[seed=0]", "fails=[0]"]);
    assertEquals(explained.stdout, shown.stdout);
    const other = await project.basin("show", [file, "passed[seed=0]", "fails=[0, 7]"]);
    assertStringIncludes(other.stdout, "has no stored result for these params");
  });

  await t.step("--fail-fast starts nothing more", async () => {
    const args = [file, "fails=[0, 1]", "sigma=0.7", "--jobs", "1"];
    const ran = await project.run([...args, "--fail-fast"], { code: 1 });
    assertEquals(ran.failed.length, 1);
    assertEquals(ran.last.ran + ran.last.hit + 1 + ran.last.skipped, 10);
    const kept = await project.run(args, { code: 1 });
    assertEquals(kept.failed, ["passed[seed=0]", "passed[seed=1]"]);
    assertEquals(kept.skipped, ["after[seed=0]", "after[seed=1]"]);
    assert(kept.hit.includes("check") || kept.ran.includes("check"));
  });

  await t.step("an assertion that does not hold: 3; with another failure: 1", async () => {
    const missed = await project.run([file, "limit=0"], { code: 3 });
    assertEquals(missed.failed, ["check"]);
    const failure = missed.events.find((event) => event.type === "stage-failed");
    assertMatch(failure!.failure.message, /^assertion: value is [\d.]+, not below 0$/);
    await project.run([file, "limit=0", "fails=[1]"], { code: 1 });
  });

  await t.step("results that cannot be written or read: 4, in one line", async () => {
    // Built-in tasks only, whose code need not be bundled to find out.
    const smoke = "workflows/smoke.yaml";
    const inTheWay = ["--results", "results/a_file"];
    assertRefused(await project.basin("run", [smoke, ...inTheWay]), 4, "error: ", "a_file");
    assertRefused(await project.basin("report", [smoke, ...inTheWay]), 4, "error: ", "a_file");
    const foreign = await project.basin("plan", [smoke, "--results", "results/other"]);
    assertRefused(foreign, 4, "its format is");
    const outside = await project.basin("run", [smoke, "--results", "elsewhere"]);
    assertRefused(outside, 4, "elsewhere", "`deno task basin:external");
    for (const { stderr } of [foreign, outside]) assertEquals(stderr.trim().split("\n").length, 1);
    assertEquals(await filesBelow(project.path("elsewhere")), []);
  });

  await t.step("a store that cannot be written serves what it has, and nothing else", async () => {
    const deno = ["--deny-write=results/store"];
    const cached = await project.run([file], { deno });
    assertEquals(cached.last.hit, 10);
    const fresh = await project.basin("run", [file, "sigma=0.9", "--json"], { deno });
    assertEquals(fresh.code, 4, fresh.stderr);
    assertMatch(fresh.stderr, /^error: cannot \w+ \S+results\/store\S*: NotCapable .*\n$/);
    assertEquals(summary(fresh).last.ok, false);
  });

  await t.step("usage errors: 2, what was meant, and nothing is run", async () => {
    const before = await filesBelow(project.path("results/runs"));
    const refused: [readonly string[], ...string[]][] = [
      [["run"], "missing required argument 'workflow'", "(deno task run --help shows"],
      [["run", file, "--jbos", "3"], "unknown option '--jbos'", "Did you mean --jobs?"],
      [["rnu", file], "unknown command 'rnu'", "Did you mean run?"],
      [["run", file, "--jobs", "0"], "--jobs must be at least 1, not '0'"],
      [
        ["plan", file, "--accept", "wasm"],
        "--accept must be a class of results: wasm-f32, ref-f64",
      ],
      [["run", file, "--jobs", "many"], "--jobs must be a whole number, not 'many'"],
      [["run", file, "--engine", "gpu"], "Allowed choices are auto, webgpu, wasm, ref"],
      [["run", "study/typo.yaml"], "study/typo.yaml:4:11: error: there is no file ./psas.ts ["],
      [["run", "study/mixd.yaml"], "study/mixd.yaml:1:1: error: ", "no such file"],
      [["run", file, "sgima=1"], "no param `sgima`", "did you mean `sigma`?"],
      [["run", file, "sigma"], "sigma"],
      [["run", file, "sigma=much"], `${file}:12:20`, "wrong-param"],
      [["run", file, "--profile", "smoke"], "profile"],
      [["run", file, "--only", "chekc"], "no stage matches 'chekc'", "did you mean `check`?"],
      [["plan", file, "--force", "x"], "no stage matches 'x'"],
      [["why", file, "noisi"], "did you mean `noisy`?"],
      [["show", file, "scoers"], "did you mean `scores`?"],
      [["show", file], "missing required argument 'stage'"],
      [["graph", file, "--format", "png"], "Allowed choices are svg, mermaid, dot"],
      [["complete"], "bash|zsh|fish|powershell"],
    ];
    const outcomes = await inTwos(refused, ([args]) => project.basin("basin", args));
    refused.forEach(([, ...texts], i) => assertRefused(outcomes[i], 2, ...texts));
    assertRefused(
      await project.basin("run", [file], { env: { BASIN_JOBS: "lots" } }),
      2,
      "BASIN_JOBS is 'lots'",
    );
    assertEquals(await filesBelow(project.path("results/runs")), before);
  });

  await t.step("--only runs what is asked for and what it needs", async () => {
    const ran = await project.run([file, "sigma=0.2", "--only", "passed[seed=1]"]);
    assertEquals([ran.ran, ran.hit], [["noisy[seed=1]", "passed[seed=1]"], ["states[seed=1]"]]);
    assertEquals(ran.last.stages, 3);
    const plan = await project.basin("plan", [file, "sigma=0.2", "--only", "after[*]", "--json"]);
    const { stages, hit, members } = JSON.parse(plan.stdout);
    assertEquals([stages, hit, members.length], [8, 4, 8]);
  });

  await t.step("--force runs it again; equal bytes stop there", async () => {
    const ran = await project.run([file, "--force", "noisy[*]"]);
    assertEquals(ran.ran, ["noisy[seed=0]", "noisy[seed=1]"]);
    assertEquals(ran.digests, first.digests);
  });

  await t.step("colour only where it is wanted; --quiet says what went wrong", async () => {
    const args = [file, "fails=[0]"];
    const [plain, forced, never, quiet] = await Promise.all([
      project.basin("run", args),
      project.basin("run", args, { env: { FORCE_COLOR: "1" } }),
      project.basin("run", args, { env: { FORCE_COLOR: "1", NO_COLOR: "1" } }),
      project.basin("run", [...args, "--quiet"]),
    ]);
    assert(!escapeCode.test(plain.stderr + never.stderr));
    assertMatch(forced.stderr, escapeCode);
    assertStringIncludes(plain.stderr, "10 stages: 8 hit");
    assert(!quiet.stderr.includes("10 stages: 8 hit"), quiet.stderr);
    assertStringIncludes(quiet.stderr, "FAIL passed[seed=0]");
  });

  await t.step("GitHub: annotations at the place, a summary with run:ci", async () => {
    const env = {
      GITHUB_ACTIONS: "true",
      CI: "true",
      GITHUB_STEP_SUMMARY: project.path("summary.md"),
    };
    const wrong = await project.basin("run", [file, "--set", "stages.noisy.with.sgima=1"], { env });
    assertRefused(wrong, 2, "::error file=", "sgima");
    const failing = await project.basin("run:ci", [file, "fails=[0]", "--json"], { env });
    assertEquals(failing.code, 1, failing.stderr);
    assertEquals(
      failing.stderr,
      `::error file=${file},line=13,col=3::passed[seed=0]: RangeError: seed 0 is told to fail\n`,
    );
    const text = await project.read("summary.md");
    assertStringIncludes(text, "| 10 | 0 | 8 | 1 | 1 |");
    assertStringIncludes(text, "seed 0 is told to fail");
    // Without the right to write there, the run goes on and says how to get it.
    const plain = await project.basin("run", [file, "--quiet"], { env });
    assertEquals(plain.code, 0);
    assertStringIncludes(plain.stderr, "no job summary: use `deno task run:ci`");
  });

  await t.step("why says the root cause before anything runs", async () => {
    const param = await project.basin("why", [file, "check", "sigma=0.6"]);
    assertEquals([param.code, param.stderr], [0, ""]);
    for (const id of ["`check` may run", "`scores` may run", "`noisy[seed=0]` runs because"]) {
      assertStringIncludes(param.stdout, id);
    }
    assertMatch(param.stdout, /param `sigma` 0\.\d -> 0\.6 \(command line\)/);
    const back = await project.edit(
      "tasks/perturb.ts",
      (text) => text.replace("inputs.generator, ", "inputs.generator ?? undefined, "),
    );
    try {
      const code = await project.basin("why", [file, "scores"]);
      assertStringIncludes(code.stdout, "code changed: tasks/perturb.ts");
    } finally {
      await back();
    }
    const hit = await project.basin("why", [file, "check"]);
    assertMatch(hit.stdout, /^`check` is up to date: made by run \S+ of mixed/);
    assertEquals((await project.run([file])).ran, []);
  });

  await t.step("plan counts and runs nothing", async () => {
    const { code, stdout, stderr } = await project.basin("plan", [file, "sigma=0.8"]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "mixed: 10 stages — 2 hit, 2 run, 6 maybe");
    assertEquals(widest(stdout) <= 80, true, stdout);
  });

  await t.step("show gives the table, and says what is missing", async () => {
    const shown = await project.basin("show", [file, "scores"]);
    assertEquals([shown.code, shown.stderr], [0, ""]);
    assertStringIncludes(shown.stdout, "scores: table");
    assertStringIncludes(shown.stdout, "linear_cka");
    const states = await project.basin("show", [file, "states[seed=1]"]);
    assertStringIncludes(states.stdout, "states.npy");
    assertMatch(states.stdout, /trial 4 × time 20 × unit 3/);
    const all = ["--values", "--digits", "12", "--rows", "2"];
    const values = await project.basin("show", [file, "states[seed=1]", ...all]);
    assertMatch(values.stdout, /unit 3\n( {6}(-?[\d.]{8,} ?){3}\n){2} +… 78 more rows/);
    const cells = await project.basin("show", [file, "scores", "--values", "--rows", "1"]);
    assertMatch(cells.stdout, /\n {4}value +\d\.\d+\n {4}similarity +\d\.\d+\n/);
    const missing = await project.basin("show", [file, "noisy", "sigma=0.55"]);
    assertStringIncludes(missing.stdout, "no stored result");
  });

  await t.step("graph draws in three languages", async () => {
    const [svg, mermaid, dot] = await Promise.all(
      ["svg", "mermaid", "dot"].map((format) => project.basin("graph", [file, "--format", format])),
    );
    for (const { code, stderr } of [svg, mermaid, dot]) assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(svg.stdout, "<svg ");
    assertMatch(mermaid.stdout, /^flowchart /);
    assertMatch(dot.stdout, /^digraph /);
    for (const name of ["states", "noisy", "passed", "after", "scores", "check"]) {
      for (const { stdout } of [svg, mermaid, dot]) assertStringIncludes(stdout, name);
    }
    assertEquals(mermaid.stdout.match(/-->/g)?.length, 5);
    assertEquals(dot.stdout.match(/->/g)?.length, 5);
    assertEquals(svg.stdout.match(/class="edge"/g)?.length, 5);
  });

  await t.step("stats adds up the store", async () => {
    const { stdout, stderr } = await project.basin("stats", ["--json"]);
    assertEquals(stderr, "");
    const rows = JSON.parse(stdout) as { stage: string; count: number; bytes: number }[];
    const states = rows.find(({ stage }) => stage === "states");
    assertEquals(states?.count, 2);
    assert(states!.bytes > 2 * 4 * 20 * 3 * 8);
    assertEquals(widest((await project.basin("stats", [])).stdout) <= 80, true);
  });

  await t.step("report of what was never run says so, and leaves no run behind", async () => {
    await project.write(
      "study/other.yaml",
      "name: other\nstages:\n" +
        "  draws: { task: simulate, with: { system: ring, num_trials: 1, num_steps: 5 } }\n",
    );
    const { code, stdout, stderr } = await project.basin("report", ["study/other.yaml"]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^error: no result of study\/other\.yaml is stored; run it first: /);
    assertEquals(await filesBelow(project.path("results/runs/other")), []);
  });

  await t.step("report writes it again from the store alone", async () => {
    await Deno.remove(project.path("results/runs"), { recursive: true });
    const segments = await filesBelow(`${store}/ac`);
    const { code, stdout } = await project.basin("report", [file]);
    assertEquals(code, 0);
    const html = await project.read(stdout.trim());
    assertStringIncludes(html, "linear_cka");
    assertStringIncludes(html, "10");
    assertEquals(await filesBelow(`${store}/ac`), segments);
  });

  await t.step("doctor finds nothing wrong", async () => {
    const { code, stdout } = await project.basin("doctor", ["--json"]);
    assertEquals(code, 0, stdout);
    const findings = JSON.parse(stdout) as { state: string; what: string }[];
    assertEquals(findings.filter(({ state }) => state === "bad"), []);
    assert(findings.some(({ what }) => what === "sandbox"));
  });

  await t.step("help fits 80 columns", async () => {
    const pages = await inTwos(
      [[], ...commands.map((command) => [command])],
      (words) => project.basin("basin", [...words, "--help"]),
    );
    for (const { code, stdout, stderr } of pages) {
      assertEquals([code, stderr], [0, ""]);
      assert(widest(stdout) <= 80, stdout);
    }
    for (const command of commands) assertStringIncludes(pages[0].stdout, `  ${command} `);
  });

  await t.step("complete prints a script that bash takes, and answers it", async () => {
    const script = await project.basin("basin", ["complete", "bash"]);
    assertEquals([script.code, script.stderr], [0, ""]);
    await assertBash(script.stdout);
    const offered = await project.basin("basin", ["complete", "--", "run", "workflows/sm"]);
    assertStringIncludes(offered.stdout, "workflows/smoke.yaml");
    const options = await project.basin("basin", ["complete", "--", "run", "--fail"]);
    assertStringIncludes(options.stdout, "--fail-fast");
  });

  await t.step("two runs at once on one store do everything once", async () => {
    const args = [file, "seeds=30", "sigma=0.45", "--jobs", "2"];
    const both = await Promise.all([project.run(args), project.run(args)]);
    assertEquals(both[0].digests, both[1].digests);
    // Of 30 states two are known; noise, its copies and what follows from them are new.
    assertEquals(bothRan(both), 28 + 30 + 30 + 30 + 2);
    for (const { last } of both) assertEquals(last.ran + last.hit, 122);
    assertEquals((await checkStore(store)).problems, []);
  });
});

/** How many stages were run; none by both. */
function bothRan([a, b]: readonly Ran[]): number {
  assertEquals(a.ran.filter((stage) => b.ran.includes(stage)), []);
  return a.ran.length + b.ran.length;
}

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

/** Two processes at a time: they are short, and mostly wait for modules to load. */
async function inTwos<A>(
  args: readonly A[],
  work: (arg: A) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let i = 0; i < args.length; i += 2) {
    outcomes.push(...await Promise.all(args.slice(i, i + 2).map(work)));
  }
  return outcomes;
}

/** Where there is a bash, it must find no fault. */
async function assertBash(script: string): Promise<void> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("bash", { args: ["-n"], stdin: "piped", stderr: "piped" }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { code, stderr } = await child.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}
