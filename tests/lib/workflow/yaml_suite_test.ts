// The public YAML test suite, all 402 cases: what the parser of workflows says of each is pinned in verdicts.json beside
// the cases, so that a change of the library or of a limit shows. After such a change:
// `deno task test:only tests/lib/workflow/yaml_suite_test.ts -- --update`, and read the difference.

import { assert, assertEquals } from "@std/assert";
import { canonicalJson } from "#lib/core/canonical.ts";
import { parseYaml } from "#lib/workflow/parse_yaml.ts";
import { SourceText } from "#lib/workflow/source_text.ts";
import { plain } from "#lib/workflow/tree.ts";

/** A case as the suite has it. */
interface Case {
  readonly id: string;
  readonly name: string;
  readonly yaml: string;
  /** Not YAML. */
  readonly fail?: true;
  /** What it means, one JSON text for each of its documents. */
  readonly json?: string;
}

const folder = new URL("../../reference/yaml_suite/", import.meta.url);
const cases: readonly Case[] = JSON.parse(await Deno.readTextFile(new URL("cases.json", folder)));
const pinned = new URL("verdicts.json", folder);

/** `same`, `accepted` (nothing to compare with), `differs`, or why it is refused. */
function verdict({ id, yaml, json }: Case): string {
  const parsed = parseYaml(new SourceText(`${id}.yaml`, yaml));
  if (!parsed.ok) {
    const [{ code, at }] = parsed.error;
    const lines = yaml.split("\n").length;
    assert(at.line >= 1 && at.column >= 1 && at.line <= lines, `${id}: at ${at.line}:${at.column}`);
    return `refused: ${code}`;
  }
  if (json === undefined) return "accepted";
  let expected: unknown;
  try {
    expected = json.trim() === "" ? null : JSON.parse(json);
  } catch {
    return "accepted"; // several documents
  }
  return canonicalJson(plain(parsed.value)) === canonicalJson(expected) ? "same" : "differs";
}

Deno.test("parseYaml() judges the YAML test suite as pinned", async () => {
  const verdicts = Object.fromEntries(cases.map((one) => [one.id, verdict(one)]));
  if (Deno.args.includes("--update")) {
    const lines = Object.entries(verdicts).map(([id, said]) =>
      `  ${JSON.stringify(id)}: ${JSON.stringify(said)}`
    );
    await Deno.writeTextFile(pinned, `{\n${lines.join(",\n")}\n}\n`);
  }
  assertEquals(verdicts, JSON.parse(await Deno.readTextFile(pinned)));
});

Deno.test("parseYaml() accepts nothing of the YAML test suite that is not YAML, and takes nothing for something else", () => {
  assertEquals(cases.length, 402);
  const wrong = cases.filter((one) => {
    const said = verdict(one);
    return one.fail ? !said.startsWith("refused") : said === "differs";
  });
  assertEquals(wrong.map(({ id, name }) => `${id} ${name}`), []);
});
