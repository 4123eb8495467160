// Every bad workflow in tests/golden/bad/ gives exactly the text beside it. After a change of wording:
// `deno task test:only tests/golden/bad_test.ts -- --update`, and read the difference.

import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { diagnosticsSummary, renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import { loadWorkflow, type LoadOptions } from "#lib/workflow/load.ts";
import { fakeCatalogue } from "#tests/lib/workflow/fake_catalogue.ts";

const folder = fromFileUrl(new URL("./bad/", import.meta.url));
const update = Deno.args.includes("--update");

/** How some files are loaded. */
const options: Readonly<Record<string, Partial<LoadOptions>>> = {
  unknown_profile: { profile: "smok" },
  unknown_override: {
    overrides: [
      "seed=5",
      "stages.train.with.lr=0.1",
      "stages.trian.with.lr=0.1",
      "stages.train.wiht=1",
      "axes.sed=[1]",
      "params.groups.3.id=b",
      "params.seeds.x=1",
      "descripton=x",
    ],
    sets: ["seeds", "=3", "seeds=[1, 2", "seeds={ a: 1, a: 2 }"],
  },
  wrong_override: {
    overrides: ["seeds=many", "stages.train.with.units=0", "stages.train.with.unit=3"],
    sets: ["stages.train.timeout=never"],
  },
};

const start = "name: made\nstages:\n  value: { task: value, with: { x: ";
const end = " } }\n";

/** Files that no editor should have to open. */
const made: Readonly<Record<string, () => string>> = {
  nested_lists: () => start + "[".repeat(20_000) + "]".repeat(20_000) + end,
  nested_block_lists: () => "stages:\n  value:\n    with:\n      x:\n        " + "- ".repeat(20_000),
  nested_by_aliases: () =>
    "params:\n  a0: &a0 [x]\n" +
    Array.from({ length: 70 }, (_, i) => `  a${i + 1}: &a${i + 1} [*a${i}]\n`).join(""),
  invalid_utf8: () => new TextDecoder().decode(new Uint8Array([97, 58, 32, 0xff, 0xfe, 10])),
  utf16: () => new TextDecoder().decode(new Uint8Array([0xff, 0xfe, 97, 0, 58, 0, 32, 0, 49, 0])),
  nul: () => start + "a\0b" + end,
  bom_inside: () => start + "\ufeffa" + end,
  too_large: () => "#".repeat(33 * 1024 * 1024),
  too_many_parts: () => start + "[" + "1,".repeat(1_100_000) + "]" + end,
  long_line: () => `stages: { value: { task: value, with: { x: ${"y".repeat(5000)} }, tsak: x } }\n`,
  deep_expression: () => start + '"${{ ' + "(".repeat(5000) + "1" + ")".repeat(5000) + ' }}"' + end,
  long_expression: () => start + '"${{ 1' + " + 1".repeat(5000) + ' }}"' + end,
  long_choice: () => start + '"${{ ' + "true ? 1 : ".repeat(5000) + '2 }}"' + end,
  many_problems: () =>
    "stages:\n" +
    Array.from({ length: 250 }, (_, i) => `  s${i}: { task: value, from: { x: t${i} } }\n`).join(""),
  params_in_a_long_row: () =>
    "params:\n" +
    Array.from({ length: 500 }, (_, i) => `  p${i}: "\${{ params.p${i + 1} }}"\n`).join("") +
    "  p500: 1\nstages: { value: { task: value } }\n",
};

async function textOf(name: string): Promise<string> {
  const readText = (path: string) =>
    path === `bad/${name}.yaml` && Object.hasOwn(made, name)
      ? Promise.resolve(made[name]())
      : Deno.readTextFile(folder + path.replace(/^bad\//, ""));
  const workflow = await loadWorkflow(`bad/${name}.yaml`, readText, {
    overrides: [],
    ...options[name],
  });
  const graph = workflow.ok ? await expand(workflow.value, fakeCatalogue()) : workflow;
  const diagnostics = graph.ok ? graph.value.warnings : graph.error;
  return renderDiagnostics(diagnostics, { colour: false }) +
    `\n${diagnosticsSummary(diagnostics)}\n`;
}

const files = [...Deno.readDirSync(folder)].map((entry) => entry.name);
const names = files.filter((name) => name.endsWith(".yaml")).map((name) => name.slice(0, -5));

for (const name of [...names, ...Object.keys(made)].sort()) {
  Deno.test(`the bad workflow ${name} gives its message`, async () => {
    const text = await textOf(name);
    const path = `${folder}${name}.txt`;
    if (update) await Deno.writeTextFile(path, text);
    assertEquals(text, await Deno.readTextFile(path));
  });
}

Deno.test("every expected text has its bad workflow", () => {
  const known = new Set([...names, ...Object.keys(made)]);
  const orphans = files.filter((name) => name.endsWith(".txt") && !known.has(name.slice(0, -4)));
  assertEquals(orphans, []);
});
