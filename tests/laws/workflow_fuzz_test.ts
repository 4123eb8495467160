// Damaged workflows give a graph or diagnostics: never an exception, never a long wait, never a problem without a
// place. Bytes, lines and pieces are changed at random; the seed and the text are shown when one fails.

import { assert } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { randomStream } from "#lib/core/random.ts";
import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { fakeCatalogue } from "#tests/lib/workflow/fake_catalogue.ts";
import { mainJob } from "#tests/lib/workflow/main_job.ts";

/** More of them, and others: `-- --mutants=100000 --from=2000`. */
const numMutants = argument("mutants", 2000);
const from = argument("from", 0);
/** A text that takes this long hangs: no machine is busy enough to explain it. */
const maxMs = 20_000;

const pieces = [
  "${{",
  "}}",
  "${{ ",
  " }}",
  "params.",
  "params",
  "seed",
  "range(1e9)",
  "range(400)",
  "linspace(0,1,3)",
  "&a ",
  "*a",
  "<<: *a",
  "!!str ",
  "!x ",
  "|",
  ">",
  "? ",
  "- ",
  ": ",
  ", ",
  "[",
  "]",
  "{",
  "}",
  '"',
  "'",
  "#",
  "\t",
  "\n",
  "\r\n",
  "  ",
  "~",
  "null",
  "true",
  "-1",
  "1e999",
  "9007199254740993",
  "__proto__",
  "constructor",
  "---\n",
  "%YAML 1.1\n",
  "\0",
  "\ufeff",
  "\ud800",
  "é",
  "\u202e",
  "all",
  "gather: all",
  "where: { seed: 0 }",
  "keep: true",
  "rename: { seed: group }",
  "as: { seed: 7 }",
  "over: [seed]",
  "{ not: [0] }",
  "when: false",
  ".weights",
  "stages:",
];

const folder = fromFileUrl(new URL("../golden/bad/", import.meta.url));
const job = mainJob()["workflows/pdm.yaml"];
const seeds = [
  ...Object.values(mainJob({ foreach: true })),
  ...[...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) =>
    name.endsWith(".yaml")
  ).sort()
    .map((name) => Deno.readTextFileSync(folder + name)),
];

/** One damaged text; the same for the same number. */
function mutant(number: number): string {
  const stream = randomStream(number, "workflow-fuzz");
  let draw = 0;
  const below = (bound: number) => stream.integer(Math.max(1, bound), draw++);
  // Half of them start from the job, which reaches the most code.
  let text = below(2) === 0 ? job : seeds[below(seeds.length)];
  for (let edits = below(2) === 0 ? 1 : 1 + below(5); edits > 0; edits--) {
    const at = below(text.length + 1);
    const lines = text.split("\n");
    const line = below(lines.length);
    switch (below(8)) {
      case 0: {
        const bytes = new TextEncoder().encode(text);
        if (bytes.length > 0) bytes[below(bytes.length)] ^= 1 << below(8);
        text = new TextDecoder().decode(bytes);
        break;
      }
      case 1:
        text = text.slice(0, at) + text.slice(at + 1 + below(12));
        break;
      case 2:
        lines.splice(line, 1 + below(3));
        text = lines.join("\n");
        break;
      case 3:
        lines.splice(line, 0, lines[below(lines.length)]);
        text = lines.join("\n");
        break;
      case 4:
        lines[line] = " ".repeat(below(8)) + lines[line].trimStart();
        text = lines.join("\n");
        break;
      case 5: {
        // A word for another word of the text: names that exist, in wrong places.
        const words = text.match(/[A-Za-z_]+/g) ?? ["x"];
        const [from, to] = [words[below(words.length)], words[below(words.length)]];
        const found = text.indexOf(from, below(text.length));
        if (found >= 0) text = text.slice(0, found) + to + text.slice(found + from.length);
        break;
      }
      default:
        text = text.slice(0, at) + pieces[below(pieces.length)] + text.slice(at);
    }
  }
  return text;
}

async function run(text: string): Promise<{ ms: number; outcome: string }> {
  const preset = mainJob()["config/presets/pdm_groups.yaml"];
  const readText = (path: string) => {
    if (path === "w/w.yaml") return Promise.resolve(text);
    return path.endsWith("groups.yaml")
      ? Promise.resolve(preset)
      : Promise.reject(new Deno.errors.NotFound(path));
  };
  const start = performance.now();
  const loaded = await loadWorkflow("w/w.yaml", readText, { overrides: [] });
  const graph = loaded.ok ? await expand(loaded.value, fakeCatalogue()) : loaded;
  const ms = performance.now() - start;
  if (graph.ok) {
    const { members } = graph.value;
    const isOrdered = members.every((member, i) =>
      member.index === i &&
      Object.values(member.inputs).every((port) =>
        port.sources.every((source) => !("from" in source) || source.from < i)
      )
    );
    assert(isOrdered, "members are out of order");
    assert(new Set(members.map((member) => member.id)).size === members.length, "ids repeat");
    return { ms, outcome: "graph" };
  }
  assert(
    graph.error.some((problem) => problem.severity === "error"),
    "no error among the problems",
  );
  for (const { at, message } of graph.error) {
    assert(at.line >= 1 && at.column >= 1 && message.length > 0, `${message} has no place`);
  }
  renderDiagnostics(graph.error, { colour: false });
  return { ms, outcome: "diagnostics" };
}

Deno.test("damaged workflows give a graph or diagnostics", async () => {
  const outcomes: Record<string, number> = { graph: 0, diagnostics: 0 };
  for (let number = from; number < from + numMutants; number++) {
    const text = mutant(number);
    try {
      const { ms, outcome } = await run(text);
      outcomes[outcome]++;
      assert(ms <= maxMs, `it hangs: ${ms} ms`);
    } catch (error) {
      throw new Error(`mutant ${number} fails:\n${text}`, { cause: error });
    }
  }
  // Both happen often enough for the test to mean something.
  assert(outcomes.graph > numMutants / 50, JSON.stringify(outcomes));
  assert(outcomes.diagnostics > numMutants / 4, JSON.stringify(outcomes));
});

Deno.test("damaged overrides give a graph or diagnostics", async () => {
  const files = mainJob();
  const readText = (path: string) => Promise.resolve(files[path]);
  const good = [
    "seeds=2",
    "params.units=3",
    "axes.trial_set=[0, 1]",
    "stages.train.with.lr=0.1",
    "params.groups.0.id=x",
  ];
  for (let number = 0; number < 300; number++) {
    const stream = randomStream(number, "override-fuzz");
    let text = good[stream.integer(good.length, 0)];
    for (let edit = 0; edit < 3; edit++) {
      const at = stream.integer(text.length + 1, 1, edit);
      text = text.slice(0, at) + pieces[stream.integer(pieces.length, 2, edit)] +
        text.slice(at + stream.integer(3, 3, edit));
    }
    try {
      const loaded = await loadWorkflow("workflows/pdm.yaml", readText, { overrides: [text] });
      const graph = loaded.ok ? await expand(loaded.value, fakeCatalogue()) : loaded;
      if (!graph.ok) renderDiagnostics(graph.error, { colour: false });
    } catch (error) {
      throw new Error(`override ${number} fails: ${JSON.stringify(text)}`, { cause: error });
    }
  }
});

function argument(name: string, otherwise: number): number {
  const found = Deno.args.find((text) => text.startsWith(`--${name}=`));
  return found === undefined ? otherwise : Number(found.slice(name.length + 3));
}
