// Two runs side by side, from their folders alone, as a user meets it; and folders that are damaged or somebody else's.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { copyProject, type Project } from "#tests/support/project.ts";

const file = "study/noise.yaml";

const workflow = `name: noise
description: Do noisy copies stay similar?
params: { sigma: 0.001 }
axes: { seed: [0, 1, 2, 3] }
stages:
  states:
    task: simulate
    over: [seed]
    with: { system: lorenz, num_trials: 2, num_steps: 30, seed: "\${{ seed }}" }
  noisy:
    task: perturb
    from: { trajectories: states }
    with: { sigma: "\${{ params.sigma }}" }
  scores:
    task: compare
    from: { a: states, b: noisy }
    with: { metric: linear_cka }
  pairs:
    task: aggregate
    from: { tables: { stage: scores, gather: all } }
    with: { steps: [{ select: [seed, metric, value] }] }
  drawn:
    task: figure
    from: { tables: { stage: pairs, gather: all } }
    with: { kind: bars, options: { x: seed, y: value } }
  same:
    task: figure
    from: { tables: { stage: scores, gather: all } }
    with: { kind: bars, options: { x: seed, y: seed } }
  judged:
    task: claims
    from: { tables: { stage: scores, gather: all } }
    with:
      interval: { units: [seed] }
      claims:
        - id: N1
          statement: Noisy copies stay similar.
          quantity: { mean: {} }
          test: { below: 0.05 }
`;

/** A mistake of the user's: one sentence, no stack trace, nothing on standard output. */
async function assertRefused(
  project: Project,
  args: readonly string[],
  ...texts: readonly string[]
): Promise<void> {
  const { code, stdout, stderr } = await project.basin("report", [file, ...args]);
  assertEquals([code, stdout], [2, ""], stderr);
  for (const text of texts) assertStringIncludes(stderr, text);
  assertMatch(stderr, /^error: [^\n]+\n$/);
  assert(!stderr.includes("    at "), stderr);
}

const idOf = (run: string) => run.split("/").at(-1)!;

Deno.test("report, of two runs side by side", async (t) => {
  await using project = await copyProject({ [file]: workflow });
  const calm = (await project.run([file])).last.run;
  const noisy = (await project.run([file, "sigma=1"])).last.run;

  await t.step("a run tells which params differ from the run before", async () => {
    const { previous, environment } = JSON.parse(await project.read(`${noisy}/run.json`));
    assertEquals([previous, environment.overrides], [idOf(calm), ["sigma=1"]]);
    const html = await project.read(`${noisy}/report.html`);
    assertStringIncludes(html, idOf(calm));
    assertMatch(html, /params\.sigma<\/code><\/th><td><code>0\.001<\/code><\/td><td><code>1</);
    const first = JSON.parse(await project.read(`${calm}/run.json`));
    assertEquals(first.previous, undefined);
  });

  await t.step("--diff shows verdicts, params, figures and numbers that differ", async () => {
    const { code, stdout, stderr } = await project.basin("report", [file, "--diff", "previous"]);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, `${noisy}/diff.${idOf(calm)}.html\n`);
    const html = await project.read(stdout.trim());
    const [, compared] = /<section id="comparison"[^>]*>(.*?)<\/section>/s.exec(html)!;
    assertStringIncludes(compared, "1 verdict, 1 param, 1 figure, 2 tables");
    const text = compared.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
    assertMatch(text, /N1 Noisy copies stay similar\. .*✓ holds .*✕ fails /);
    assertMatch(text, /params\.sigma 0\.001 1 /);
    assertMatch(text, /drawn Before .*1 figure identical in both runs, by digest same sha256:/);
    assertMatch(text, /4 of \d+ values differ/);
    assertMatch(text, /Stages .*noisy /);
  });

  await t.step(
    "it is the same page after the store is gone, and by any name of the run",
    async () => {
      const page = `${noisy}/diff.${idOf(calm)}.html`;
      const before = await project.read(page);
      await Deno.rename(project.path("results/store"), project.path("results/away"));
      const names = [idOf(calm), calm, project.path(calm), idOf(calm).slice(0, -2)];
      for (const name of names) {
        await Deno.remove(project.path(page));
        const { code, stdout, stderr } = await project.basin("report", [file, "--diff", name]);
        assertEquals([code, stdout], [0, `${page}\n`], stderr);
        assertEquals(await project.read(page), before, name);
      }
      const { stdout } = await project.basin("report", [file, "--run", calm, "--diff", "latest"]);
      assertEquals(stdout, `${calm}/diff.${idOf(noisy)}.html\n`);
      const report = await project.basin("report", [file, "--run", "previous"]);
      assertEquals(report.stdout, `${calm}/report.html\n`);
      const html = await project.read(`${calm}/report.html`);
      assertStringIncludes(html, "Noisy copies stay similar.");
      assertStringIncludes(html, "Do noisy copies stay similar?");
      assert(!html.includes('<section id="comparison"'));
    },
  );

  await t.step("unknown runs are told, with those that there are", async () => {
    await assertRefused(project, ["--diff", "nosuch"], "there is no run 'nosuch'", idOf(calm));
    await assertRefused(project, ["--diff", `${idOf(calm)}0`], `did you mean ${idOf(calm)}?`);
    await assertRefused(project, ["--diff", "2"], "is the beginning of 2 runs", idOf(noisy));
    await assertRefused(project, ["--diff", "latest"], "cannot be compared with itself");
    await assertRefused(project, ["--run", idOf(calm), "--diff", "previous"], "no run before");
    await assertRefused(project, ["--run", "study/nothing"], "study/nothing");
    await assertRefused(project, ["--run", "study"], "study");
    await assertRefused(project, ["--diff", "../\u202e"], "\\u202e");
  });

  await t.step("what a folder lacks is told, and the rest is shown", async () => {
    const svg = "drawn.svg";
    await Deno.remove(project.path(`${calm}/figures/${svg}`));
    await Deno.writeTextFile(project.path(`${calm}/config.resolved.yaml`), "a: [\u0000");
    const { code, stderr } = await project.basin("report", [file, "--diff", "previous"]);
    assertEquals(code, 0, stderr);
    const config = `config.resolved.yaml of the run ${idOf(calm)} is no workflow`;
    assertEquals(stderr, `warning: ${config}\nwarning: figures/${svg} is not there\n`);
    const html = await project.read(`${noisy}/diff.${idOf(calm)}.html`);
    assertStringIncludes(html, `figures/${svg} is not there`);
  });

  await t.step("copies that may have been cut off are not taken for whole", async () => {
    const killed = "results/runs/noise/20210101T000000-000000";
    await Deno.mkdir(project.path(`${killed}/tables`), { recursive: true });
    for (const name of ["events.ndjson", "config.resolved.yaml", "tables/pairs.json"]) {
      await project.write(`${killed}/${name}`, await project.read(`${noisy}/${name}`));
    }
    const rows = (await project.read(`${noisy}/tables/pairs.tsv`)).split("\n");
    await project.write(`${killed}/tables/pairs.tsv`, rows.slice(0, 2).join("\n") + "\n");
    const { code, stderr } = await project.basin("report", [file, "--run", "2021"]);
    assertEquals(code, 0, stderr);
    assertMatch(
      stderr,
      /^warning: the run \S+ was cut off while figures and tables were copied; .*\n$/,
    );
    assert(!(await project.read(`${killed}/report.html`)).includes('<section id="tables"'));
    await Deno.remove(project.path(killed), { recursive: true });
  });

  await t.step("folders of others are taken for what they are", async () => {
    const record = JSON.parse(await project.read(`${calm}/run.json`));
    const page = JSON.parse(await project.read(`${calm}/page.json`));
    const other = "results/runs/noise/20200101T000000-000000";
    const write = (name: string, text: string) => project.write(`${other}/${name}`, text);
    await write("run.json", "{");
    await assertRefused(project, ["--run", "2020"], "run.json", "it is no JSON");
    await write("run.json", JSON.stringify({ ...record, stages: [{ stage: 1 }] }));
    await assertRefused(project, ["--run", "2020"], "run.json", "stages.0");
    await write("run.json", "[]");
    await assertRefused(project, ["--run", "2020"], "run.json");
    await Deno.remove(project.path(`${other}/run.json`));
    await Deno.symlink(project.path(`${noisy}/run.json`), project.path(`${other}/run.json`));
    await project.write(`${other}/events.ndjson`, "\n");
    await assertRefused(project, ["--run", "2020"], "there is a symbolic link");
    await Deno.remove(project.path(`${other}/run.json`));
    await assertRefused(project, ["--run", "2020"], "ended before it began");
    const link = "20190101T000000-000000";
    await Deno.symlink(project.path(noisy), project.path(`results/runs/noise/${link}`));
    await assertRefused(project, ["--run", link], `${link} is a symbolic link`);
    await Deno.remove(project.path(`results/runs/noise/${link}`));

    const hostile = `</script><img src=x onerror=alert(1)>\u202e`;
    await write("run.json", JSON.stringify({ ...record, workflow: hostile, warnings: [hostile] }));
    await project.write("secret.svg", "<svg>secret</svg>");
    await project.write("secret.tsv", "secret\n1\n");
    const names = ["../../../../../secret", "/etc/passwd", "..", "a/../../../../../../secret"];
    await write(
      "page.json",
      JSON.stringify({
        ...page,
        title: hostile,
        description: hostile,
        figures: names.map((name) => ({ stage: hostile, name, caption: hostile })),
        tables: names.map((name) => ({ stage: hostile, name, verdicts: false })),
      }),
    );
    await write("config.resolved.yaml", "name: &a [*a]\n");
    for (const args of [["--run", "2020"], ["--diff", "2020"]]) {
      const { code, stdout, stderr } = await project.basin("report", [file, ...args]);
      assertEquals(code, 0, stderr);
      const html = await project.read(stdout.trim());
      assert(!html.includes("secret</svg>") && !html.includes(btoa("<svg>secret</svg>")));
      assert(!html.includes("<img src=x") && !html.includes("\u202e"));
      assert(!stderr.includes("\u202e") && !stderr.includes("    at "), stderr);
    }
  });
});
