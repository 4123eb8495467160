// Commands: `run:` stages from YAML to what is started.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { shellWord, surroundings } from "#lib/workflow/shell_text.ts";
import { graphOf, memberOf, problemsOf, sourcesOf } from "./expand_text.ts";

const workflow = `
params: { title: "it's" }
axes: { seed: [0, 1] }
stages:
  prep: { task: value, over: [seed] }
  fit:
    run: python3 \${{ inputs.script }} --title=\${{ params.title }} --seed \${{ seed }} --lr \${{ with.lr }} \${{ inputs.data }}/table.tsv > \${{ outputs.log }}
    files: { script: scripts/fit.py }
    from: { data: prep }
    with: { lr: 0.1, deep: { a: [1] } }
    outputs:
      model: file
      log: { kind: file, path: ./logs//fit.log, volatile: true }
    tools: { python: python3 --version }
    env: { THREADS: 2, SEED: "\${{ seed }}" }
    timeout: 10m
    retry: { attempts: 4, backoff: 5s }
    resources: { cpu: 2, memory: "\${{ 4 * attempt }}GB", gpu: 1 }
    store: digest
  all:
    run: [cat, "--n=\${{ len([1, 2]) }}", "\${{ inputs.logs }}", 3]
    from: { logs: { stage: fit.log, gather: [seed], failed: omit } }
    outputs: { all: table }
    env: [PATH_OF_IT]
    retry: 2
  after: { task: show, from: { table: all } }
`;

Deno.test("a run stage becomes members with rendered commands", async () => {
  const graph = await graphOf(workflow);
  const fit = memberOf(graph, "fit[seed=1]");
  const { command, env, tools } = fit.command!;
  assertEquals(
    command.line,
    "python3 in/script.py --title='it'\\''s' --seed 1 --lr 0.1 in/data/table.tsv > out/logs/fit.log",
  );
  assertEquals(command.inputPaths, { script: "in/script.py", data: "in/data" });
  assertEquals(command.outputs, {
    model: { kind: "file", path: "out/model", volatile: false },
    log: { kind: "file", path: "out/logs/fit.log", volatile: true },
  });
  assertEquals(env, { THREADS: "2", SEED: "1" });
  assertEquals(tools, { python: "python3 --version" });
  assertEquals(fit.params, { lr: 0.1, deep: { a: [1] } });
  assertEquals(fit.outputs, { model: "file", log: "file" });
  assertEquals([fit.task.name, fit.task.numerics, fit.task.module], ["run", "exact", ""]);
  assertEquals([fit.timeoutSeconds, fit.keep], [600, "digest"]);
  assertEquals(fit.retry, { attempts: 4, backoffSeconds: 5 });
  assertEquals(
    fit.resources,
    [4e9, 8e9, 12e9, 16e9].map((memory) => ({ cpu: 2, memory, slots: { gpu: 1 } })),
  );
  assertEquals(fit.inputs.data, {
    kind: "table",
    many: false,
    coords: false,
    sources: [{ from: memberOf(graph, "prep[seed=1]").index, output: "table", coords: {} }],
  });
  assertEquals(fit.inputs.script, {
    kind: "file",
    many: false,
    coords: false,
    sources: [{ file: "scripts/fit.py", coords: {} }],
  });
  const info = graph.stages.find((stage) => stage.name === "fit")!;
  assertEquals([info.task, info.axes], ["run", ["seed"]]);
});

Deno.test("a run stage takes lists with coordinates, and members that failed can be left out", async () => {
  const graph = await graphOf(workflow);
  const all = memberOf(graph, "all");
  assertEquals(all.command!.command.line, ["cat", "--n=2", "in/logs", "3"]);
  assertEquals(all.command!.env, { PATH_OF_IT: null });
  const { many, coords, kind, omitFailed } = all.inputs.logs;
  assertEquals({ many, coords, kind, omitFailed }, {
    many: true,
    coords: true,
    kind: "file",
    omitFailed: true,
  });
  assertEquals(sourcesOf(graph, "all", "logs"), [
    "fit[seed=0].log @seed=0",
    "fit[seed=1].log @seed=1",
  ]);
  assertEquals(all.retry, { attempts: 3, backoffSeconds: 0 });
  assertEquals([all.resources, all.keep, all.timeoutSeconds], [undefined, undefined, undefined]);
  assertEquals(sourcesOf(graph, "after", "table"), ["all.all"]);
});

Deno.test("a file keeps its suffix on the way to the command", async () => {
  const graph = await graphOf(`
stages:
  a: { run: "true", outputs: { x: { kind: file, path: data.tsv.gz }, y: file, z: folder } }
  b:
    run: cat \${{ inputs.x }} \${{ inputs.y }} \${{ inputs.z }} \${{ inputs.many }}
    from: { x: a.x, y: a.y, z: a.z }
    files: { many: [a.py, b.py] }
    outputs: { x: file }
`);
  const { command } = memberOf(graph, "b").command!;
  assertEquals(command.line, "cat in/x.tsv.gz in/y in/z in/many");
  assertEquals(memberOf(graph, "b").inputs.many.many, true);
});

Deno.test("shellWord() gives one word to the shell, whatever the value", async () => {
  const letters = "ab0 '\"\\$`!#&|;<>(){}[]*?~=%\n\t-";
  let state = 12345;
  const random = (n: number) => (state = (state * 1103515245 + 12345) % 2147483648) % n;
  const words = ["", "-n", "a=b", "if", "in/x.py", "~", "2"];
  for (let i = 0; i < 60; i++) {
    words.push(
      Array.from({ length: 1 + random(8) }, () => letters[random(letters.length)]).join(""),
    );
  }
  const text = `printf '%s\\0' ${words.map(shellWord).join(" ")}`;
  const { stdout, success } = await new Deno.Command("/bin/sh", { args: ["-c", text] }).output();
  assert(success);
  assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
});

Deno.test("surroundings() knows where a shell quotes", () => {
  const at = (text: string) =>
    surroundings(text.split("@").flatMap((part, i) => i === 0 ? [part] : [null, part]));
  assertEquals(at("echo @ a@b"), ["word", "word"]);
  assertEquals(at("echo '@' \"@\" \\'@"), ["single quotes", "double quotes", "word"]);
  assertEquals(at("echo \"it's\" @ 'say \"' @"), ["word", "word"]);
  assertEquals(at('x="$(f (a) @) @" @'), ["word", "double quotes", "word"]);
  assertEquals(at("x=`f @`; y @"), ["backquotes", "word"]);
  assertEquals(at("# it's @\necho a#b @"), ["a comment", "word"]);
  assertEquals(at("cat <<'END' | x @\n@ it's\nEND\necho @"), ["word", "a here-document", "word"]);
  assertEquals(at("cat <<-E\n\tit's\n\tE\necho @; cat <<< '@'"), ["word", "single quotes"]);
  assertEquals(at("echo \\@ $@ ${@} \\\\@"), ["an escape", "an expansion", "an expansion", "word"]);
});

Deno.test("a number before a redirection is a word of its own", async () => {
  const graph = await graphOf(
    'stages: { a: { run: "echo ${{ 2 }}> ${{ outputs.x }}", outputs: { x: file } } }',
  );
  assertEquals(memberOf(graph, "a").command!.command.line, "echo '2'> out/x");
});

Deno.test("resources that do not depend on the attempt are said once", async () => {
  const graph = await graphOf(`
axes: { size: [1, 2] }
stages:
  a: { task: value, over: [size], retry: 5, resources: { cpu: "\${{ size }}", memory: 2GiB } }
`);
  assertEquals(memberOf(graph, "a[size=2]").resources, [{ cpu: 2, memory: 2 ** 31, slots: {} }]);
});

Deno.test("a memory without a unit is refused, in every member alike", async () => {
  const text = await problemsOf(
    "axes: { n: [1, 2] }\nstages: { a: { task: value, over: [n], resources: { memory: '${{ n }}' } } }",
  );
  assertStringIncludes(text, "`memory` is a size, found the number 1");
});

Deno.test("a script beside the workflow that a command names without declaring it is pointed out", async () => {
  const line = "cd . && python3 ./fit.py data.tsv in/x.py other.py x=${{ inputs.script }}/a.py";
  const graph = await graphOf({
    "flows/w.yaml": `
stages:
  a: { run: "${line}", files: { script: fit.py }, outputs: { x: file } }
  b: { run: [Rscript, plot.R], outputs: { x: file } }
`,
    "flows/fit.py": "",
    "flows/plot.R": "",
    "flows/data.tsv": "",
  });
  assertEquals(
    graph.warnings.map(({ code, at }) => [code, at.line, at.column, at.endColumn]),
    [["undeclared-file", 3, 30, 38], ["undeclared-file", 4, 23, 29]],
  );
  assertEquals(
    graph.warnings[0].hint,
    "declare it, files: { fit: ./fit.py }, and write ${{ inputs.fit }}",
  );
});
