// R21: names that file systems, terminals and people disagree about, as values on an axis, as params, as names of files,
// stages and workflows. Each comes back exactly, or is refused before anything runs.

import { createHash } from "node:crypto";
import { readResults } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { makeRoom, stagesOf } from "./room.ts";
import type { Attempt, Trial } from "./trial.ts";

const names: readonly string[] = [
  ...["\u00e9", "e\u0301", "\uac00", "\u1100\u1161", "\u212b", "\u00c5", "\ufb01", "fi"],
  ...[
    "שלום",
    "\u202eevil",
    "مرحبا",
    "👩‍🔬",
    "🇩🇪",
    "\u200b",
    "a\u200bb",
    "ｆｕｌｌ",
    "ß",
    "ẞ",
    "İ",
    "ı",
  ],
  ...[
    "Case",
    "case",
    "CASE",
    "dot.",
    "dot..",
    "..",
    ".",
    ".hidden",
    " lead",
    "trail ",
    "a b",
    "a  b",
  ],
  ...[
    "CON",
    "NUL",
    "aux.txt",
    "a:b",
    "a*b",
    "a?b",
    "a|b",
    "a<b>",
    'a"b',
    "a'b",
    "a\\b",
    "a/b",
    "/",
  ],
  ...[
    "a\tb",
    "a\nb",
    "a\rb",
    "\x1b[31mred",
    "a\x7fb",
    "-rf",
    "--help",
    "$HOME",
    "%s",
    "#",
    "null",
    "1",
    "1.0",
  ],
  ...["a=b", "a,b", "a[b]", "[", "]", "=", "x".repeat(255), "é".repeat(127), "x".repeat(300)],
];

const echo = `import { defineTask, file, z } from "basin";

export default defineTask({
  name: "echo",
  summary: "Gives its param back.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({ text: z.string() }),
  inputs: {},
  outputs: { text: file },
  examples: [],
  run: (_context, { text }) => ({ text: new TextEncoder().encode(text) }),
});
`;

export const r21: Trial = {
  id: "R21",
  title: "names",
  needs: ["python3"],
  cores: 1,
  limitSeconds: 120,
  async run(at: Attempt) {
    const room = await makeRoom(`${at.folder}/room`, { "echo.ts": echo });
    // JSON is YAML, but for characters that YAML does not allow even in quotes: they are written as escapes.
    const quoted = (name: string) =>
      JSON.stringify(name).replace(
        /[\x7f-\uffff]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    await room.write(
      "values.yaml",
      `name: values
axes: { name: [${names.map(quoted).join(", ")}] }
stages:
  say: { task: ./echo.ts, over: [name], with: { text: "\${{ name }}" } }
`,
    );
    const ended = await room.basin(["run", "values.yaml", "--json"]);
    same([ended.code, ended.stderr], [0, ""], "names as values");
    const { ran, keys } = stagesOf(ended.events);
    same(ran.length, names.length, "values that ran");
    same(new Set(Object.values(keys)).size, names.length, "distinct keys");
    const { whole } = await readResults(room.path("results/store"));
    const found = new Set(
      [...whole.values()].map(({ action, outputs }) =>
        `${(action.params as { text: string }).text} ${Object.values(outputs.text.files)[0].digest}`
      ),
    );
    none(
      names.filter((name) => !found.has(`${name} ${sha256(name)}`)),
      "values that came back otherwise",
    );
    const again = await room.basin(["run", "values.yaml", "--json"]);
    same(stagesOf(again.events).hit.length, names.length, "values found again");
    at.count("names that came back as values", names.length);
    const shown = await room.basin(["run", "values.yaml", "--force", "say*"], { env: { CI: "1" } });
    none(controls(shown.stderr), "control characters that reach the terminal");
    none(await runFolders(room.path("results/runs")), "names that left their folder");

    // As names of files that a program makes.
    const writable = names.filter((name) =>
      name !== "." && name !== ".." && !name.includes("/") &&
      new TextEncoder().encode(name).length < 256
    );
    let kept = 0;
    for (const name of writable) {
      await room.write(
        "files.yaml",
        `name: files
stages:
  make:
    run: [python3, -c, "import os, sys; os.mkdir(sys.argv[1]); open(sys.argv[1] + '/' + sys.argv[2], 'w').write(sys.argv[2])", "\${{ outputs.all }}", ${
          quoted(name)
        }]
    outputs: { all: folder }
`,
      );
      const made = await room.basin(["files.yaml", "--json"], { task: "run:external" });
      if (made.code === 0) {
        const results = await readResults(room.path("results/store"));
        const key = stagesOf(made.events).keys.make;
        const { files } = results.whole.get(key)!.outputs.all;
        same(Object.keys(files), [name], "the name of a file");
        same(files[name].digest, sha256(name), "the content of a file");
        kept++;
      } else {
        const failed = made.events.find((event) => event.type === "stage-failed");
        const refused = failed?.type === "stage-failed" && failed.failure.reason === "bad-output";
        holds(
          refused || made.code === 2,
          `the file name ${quoted(name)}: ${made.stdout.slice(-500)}${made.stderr}`,
        );
        at.count("file names refused");
      }
      if (!at.nightly && kept >= 30) break;
    }
    at.count("names that came back as files", kept);

    // As names of stages: most are refused, with line and column.
    let next = 0;
    await Promise.all([0, 1].map(async (lane) => {
      while (next < names.length) {
        const name = names[next++];
        await room.write(
          `stage${lane}.yaml`,
          `stages: { ${quoted(name)}: { task: ./echo.ts, with: { text: x } } }\n`,
        );
        const planned = await room.basin(["plan", `stage${lane}.yaml`]);
        if (planned.code === 0) at.count("stage names taken");
        else {
          same(planned.code, 2, `the stage ${quoted(name)}: ${planned.stderr}`);
          holds(/stage\d\.yaml:\d+:\d+: error: /.test(planned.stderr), planned.stderr);
          at.count("stage names refused");
        }
      }
    }));
  },
};

/** Everything lies in folders of the runs, whatever their stages are called. */
async function runFolders(folder: string): Promise<string[]> {
  const odd: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^[\w.-]+$/.test(name)) odd.push(name);
  }
  return odd;
}

/** Characters that move the cursor and the like, with what follows them. Colours are off. */
function controls(text: string): string[] {
  return [...text].flatMap((c, i, all) =>
    (c < " " && c !== "\n" && c !== "\t") || c === "\x7f" ? [all.slice(i, i + 10).join("")] : []
  );
}

function sha256(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
