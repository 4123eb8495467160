// Stages that are programs: a Python script in a workflow, from its first run to its failures. Where there is no
// Python, that is said, and a shell does the same.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { copyProject, type Project, type Ran, summary } from "#tests/support/project.ts";

const workflow = `name: external
params: { scale: 2, label: first }
axes: { power: [1, 2] }
stages:
  numbers:
    task: ./numbers.ts
    with: { count: 5 }
  fit:
    run: PROGRAM \${{ inputs.script }} \${{ inputs.data }} \${{ outputs.result }} \${{ power }}
    over: [power]
    files: { script: SCRIPT }
    from: { data: numbers }
    with: { scale: "\${{ params.scale }}" }
    outputs:
      result: { kind: table, path: result.tsv }
      notes: { kind: file, path: notes.txt, volatile: true }
    tools: { program: VERSION }
    env: { OFFSET: "1" }
  both:
    task: aggregate
    from: { tables: { stage: fit.result, gather: [power] } }
  listed:
    run: [sort, -n, "\${{ inputs.data }}/table.tsv", -o, "\${{ outputs.sorted }}"]
    from: { data: numbers }
    outputs: { sorted: file }
`;

const numbers = `import { defineTask, table, tableOf, z } from "basin";

export default defineTask({
  name: "numbers",
  summary: "Counts.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ count: z.int().min(1) }),
  inputs: {},
  outputs: { values: table },
  examples: [],
  run: (_context, { count }) => ({
    values: tableOf(Array.from({ length: count }, (_, i) => ({ x: i }))),
  }),
});
`;

const python = `import json, os, sys
data, out, power = sys.argv[1:]
params = json.load(open("params.json"))
rows = open(os.path.join(data, "table.tsv")).read().split()[1:]
print("fitting", len(rows), "rows")
with open(out, "w") as file:
    file.write("x\\ty\\n")
    for x in rows:
        y = params["scale"] * int(x) ** int(power) + int(os.environ["OFFSET"])
        file.write(f"{x}\\t{y}\\n")
open("out/notes.txt", "w").write(str(os.getpid()))
`;

const shell = `scale=$(sed 's/.*"scale": *\\([0-9]*\\).*/\\1/' params.json)
echo "fitting $(($(wc -l < "$1/table.tsv") - 1)) rows"
printf 'x\\ty\\n' > "$2"
tail -n +2 "$1/table.tsv" | while read -r x; do
  y=1; i=0
  while [ $i -lt $3 ]; do y=$((y * x)); i=$((i + 1)); done
  printf '%s\\t%s\\n' "$x" $((scale * y + OFFSET)) >> "$2"
done
echo $$ > out/notes.txt
`;

async function hasPython(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("python3", { args: ["--version"] }).output();
    return success;
  } catch {
    return false;
  }
}

const withPython = await hasPython();
if (!withPython) {
  console.warn("no python3 here: tests/e2e/external_test.ts uses a shell script instead");
}
const [program, version, script, source] = withPython
  ? ["python3", "python3 --version", "fit.py", python]
  : ["sh", "echo sh", "fit.sh", shell];

async function run(project: Project, args: readonly string[], code = 0): Promise<Ran> {
  const outcome = await project.basin("run:external", ["external.yaml", ...args, "--json"]);
  assertEquals(outcome.code, code, `${outcome.stdout}${outcome.stderr}`);
  return summary(outcome);
}

Deno.test("a program is a stage like any other: inputs, params, outputs, log, hits and failures", async (t) => {
  await using project = await copyProject({
    "external.yaml": workflow.replace("PROGRAM", program).replace("VERSION", version)
      .replace("SCRIPT", script),
    "numbers.ts": numbers,
    [script]: source,
  });
  const fits = ["fit[power=1]", "fit[power=2]"];
  let first: Ran;

  await t.step("it runs, and its outputs are what tasks read", async () => {
    first = await run(project, []);
    assertEquals(first.last.ran, 5);
    const shown = await project.basin("basin:external", ["show", "external.yaml", "both"]);
    assertEquals(shown.code, 0, shown.stderr);
    // 2 · 4² + 1 and 2 · 4 + 1
    assertStringIncludes(shown.stdout, "33");
    assertStringIncludes(shown.stdout, "9");
    assertEquals([...Deno.readDirSync(project.path("results/work"))].length, 0);
  });

  await t.step("what it printed is kept as its log", async () => {
    const show = ["show", "external.yaml", "fit[power=1]", "--log"];
    const shown = await project.basin("basin:external", show);
    assertStringIncludes(shown.stdout, "fitting 5 rows");
    const refused = await project.basin("basin", show);
    assertStringIncludes(refused.stdout, "run:external");
  });

  await t.step("again, nothing runs", async () => {
    assertEquals((await run(project, [])).last.ran, 0);
  });

  await t.step(
    "a changed script, variable or param runs what it touches, and equal bytes stop there",
    async () => {
      const undo = await project.edit(script, (text) => `${text}\n`);
      const again = await run(project, []);
      assertEquals([...again.ran].sort(), fits);
      await undo();
      assertEquals((await run(project, [])).last.ran, 0);
      const offset = await project.edit("external.yaml", (text) => text.replace('"1"', '"7"'));
      assertEquals([...(await run(project, [])).ran].sort(), ["both", ...fits].sort());
      await offset();
      assertEquals(
        [...(await run(project, ["params.scale=3"])).ran].sort(),
        ["both", ...fits].sort(),
      );
      assertEquals((await run(project, ["params.label=other"])).last.ran, 0);
    },
  );

  await t.step("why names the command's own part that changed", async () => {
    const undo = await project.edit("external.yaml", (text) => text.replace('"1"', '"5"'));
    const why = await project.basin("basin:external", ["why", "external.yaml", "fit[power=2]"]);
    assertEquals(why.code, 0, why.stderr);
    assertStringIncludes(why.stdout, "OFFSET");
    await undo();
  });

  await t.step("one that fails is never cached, says why, and leaves its log", async () => {
    const undo = await project.edit(
      script,
      (text) =>
        withPython ? `${text}\nsys.exit("no such luck")` : `${text}\necho no such luck >&2; exit 1`,
    );
    for (let i = 0; i < 2; i++) {
      const failed = await run(project, [], 1);
      assertEquals([...failed.failed].sort(), fits);
      assertEquals(failed.skipped, ["both"]);
      assert(/exited|code 1/.test(failed.stdout), failed.stdout);
      assertStringIncludes(failed.stdout, "no such luck");
    }
    await undo();
    assertEquals((await run(project, [])).last.ran, 0);
  });

  await t.step("without the permission to start programs it says which task has it", async () => {
    const undo = await project.edit("external.yaml", (text) => text.replace('"1"', '"8"'));
    const refused = await project.basin("run", ["external.yaml"]);
    assertEquals(refused.code, 1, refused.stderr);
    assertStringIncludes(refused.stderr, "run:external");
    assert(!/\bat file:|^\s+at /m.test(refused.stderr), refused.stderr);
    await undo();
  });
});
