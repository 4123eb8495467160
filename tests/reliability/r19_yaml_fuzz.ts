// R19: real workflows with a few bytes changed, many times over: whatever comes out is a graph, or errors that each have a
// line and a column; never an exception, never a long wait. (The YAML test suite is pinned by yaml_suite_test.ts.)

import { fromFileUrl } from "@std/path";
import { createCatalogue } from "#lib/cli/catalogue.ts";
import { rooms } from "#lib/cli/rooms.ts";
import type { Catalogue } from "#lib/core/catalogue.ts";
import type { Diagnostic } from "#lib/core/diagnostic.ts";
import { err } from "#lib/core/result.ts";
import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { fakeCatalogue } from "#tests/lib/workflow/fake_catalogue.ts";
import { filesBelow } from "#tests/support/stored.ts";
import { tasks } from "#tasks/mod.ts";
import { none } from "./promise.ts";
import { seeded } from "#tests/support/random_graph.ts";
import type { Attempt, Trial } from "./trial.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));

export const r19: Trial = {
  id: "R19",
  title: "mutated workflows",
  needs: [],
  cores: 1,
  limitSeconds: 300,
  async run(at: Attempt) {
    const corpus = await readCorpus();
    const catalogues = { fake: fakeCatalogue(), real: realCatalogue() };
    const numMutants = at.size(20_000, 2_000_000);
    const broken: string[] = [];
    let numGraphs = 0;
    for (let i = 0; i < numMutants && broken.length < 20; i++) {
      const seed = (at.seed + i) >>> 0;
      const draw = seeded(seed);
      const base = corpus[draw(corpus.length)];
      const text = mutate(base.bytes, draw, corpus);
      const read = (path: string) => {
        const other = corpus.find(({ file }) => file === path);
        if (path === base.file) return Promise.resolve(text);
        if (other === undefined) return Promise.reject(new Deno.errors.NotFound(path));
        return Promise.resolve(decoder.decode(other.bytes));
      };
      const title = `mutant ${seed} of ${base.file}`;
      try {
        let began = performance.now();
        let problems = await judge(base.file, read, catalogues[base.catalogue]);
        let seconds = (performance.now() - began) / 1000;
        if (seconds > 1) {
          // Once more: the machine may have been busy.
          began = performance.now();
          problems = await judge(base.file, read, catalogues[base.catalogue]);
          seconds = Math.min(seconds, (performance.now() - began) / 1000);
          if (seconds > 5) broken.push(`${title}: took ${seconds.toFixed(1)} s`);
        }
        at.slowest("a mutant took", seconds, 1);
        if (problems === null) numGraphs++;
        else {none(
            problems.flatMap((one) => placeProblem(one, text, base.file)),
            "errors without place",
          );}
      } catch (error) {
        broken.push(`${title}: ${error instanceof Error ? error.stack : error}`);
      }
    }
    at.count("mutants", numMutants);
    at.count("of which still a workflow", numGraphs);
    at.count(`workflows they come from`, corpus.length);
    none(broken, "mutants broke Basin");
    at.count("internal errors", 0);
  },
};

/** Loads and expands; returns the errors, or null for a graph. */
async function judge(
  file: string,
  read: (path: string) => Promise<string>,
  catalogue: Catalogue,
): Promise<readonly Diagnostic[] | null> {
  const workflow = await loadWorkflow(file, (path) => read(path), { overrides: [] });
  const graph = workflow.ok ? await expand(workflow.value, catalogue) : workflow;
  const diagnostics = graph.ok ? graph.value.warnings : graph.error;
  if (!graph.ok && graph.error.length === 0) throw new Error("refused without a word");
  const text = renderDiagnostics(diagnostics, { colour: false });
  if (/\[object |\bundefined\b.*\bundefined\b/.test(text)) throw new Error(`said: ${text}`);
  return graph.ok ? null : graph.error;
}

function placeProblem({ code, at }: Diagnostic, text: string, file: string): string[] {
  const numLines = at.file === file ? text.split(/\r\n|\r|\n/).length : Infinity;
  const right = at.line >= 1 && at.line <= numLines && at.column >= 1 && at.endLine >= at.line;
  return right ? [] : [`${code} at ${at.file}:${at.line}:${at.column}`];
}

interface Base {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly catalogue: "fake" | "real";
}

/** The workflows of the project, those of its tests, right and wrong, and those of the language's manual. */
async function readCorpus(): Promise<readonly Base[]> {
  const corpus: Base[] = [];
  for (const [folder, catalogue] of [["workflows", "real"], ["tests/golden", "fake"]] as const) {
    for (const path of await filesBelow(root + folder)) {
      const bytes = await Deno.readFile(path);
      const file = path.slice(root.length);
      if (path.endsWith(".yaml") && bytes.length < 100_000) corpus.push({ file, bytes, catalogue });
    }
  }
  const manual = await Deno.readTextFile(`${root}workflows/README.md`);
  [...manual.matchAll(/^```yaml\n([^]*?)^```$/gm)].forEach(([, text], i) => {
    const whole = /^stages:/m.test(text) ? text : `stages:\n${text}`;
    const bytes = new TextEncoder().encode(whole);
    corpus.push({ file: `workflows/manual${i}.yaml`, bytes, catalogue: "real" });
  });
  return corpus;
}

function realCatalogue(): Catalogue {
  return createCatalogue({
    root,
    tasks,
    rooms,
    userTask: () => Promise.resolve(err("tasks of one's own are not loaded here")),
  });
}

const decoder = new TextDecoder();
const tokens = [
  ..."[]{},:&*!|>'\"%@`#?-\t\n\r ~<$=.0é\u2028\ufeff\0\x7f",
  ...[
    "${{",
    "}}",
    "${{ ",
    " }}",
    ": ",
    "- ",
    "<<: ",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "---\n",
    "...\n",
  ],
  ...["null", "true", "-1", "0", "1e9", "99999999999999999999", ".nan", ".inf", "0x7fffffff"],
  ...[
    "range(1000000)",
    "params.",
    "[seed]",
    "__proto__",
    "constructor",
    "stages:",
    "over: [",
    "from: ",
  ],
  ...[
    "gather: all",
    "where: {",
    "rename: {",
    "keep: ",
    "matrix: {",
    "foreach: {",
    "run: ",
    "files: {",
  ],
  ...[
    "workflow: ",
    "retry: 3",
    "resources: {",
    "timeout: ",
    "sobol",
    "store: digest",
    "failed: omit",
  ],
].map((token) => new TextEncoder().encode(token));

/** One to four changes at random places. */
function mutate(
  bytes: Uint8Array,
  draw: (below: number) => number,
  corpus: readonly Base[],
): string {
  let text = bytes;
  for (let left = 1 + draw(4); left > 0; left--) {
    const at = draw(text.length + 1);
    const length = Math.min(1 + draw(draw(4) === 0 ? 200 : 8), text.length - at);
    switch (draw(7)) {
      case 0: {
        text = text.slice();
        if (at < text.length) text[at] ^= 1 << draw(8);
        break;
      }
      case 1:
        text = joined(text.subarray(0, at), text.subarray(at + length));
        break;
      case 2:
        text = joined(text.subarray(0, at + length), text.subarray(at));
        break;
      case 3:
        text = joined(text.subarray(0, at), tokens[draw(tokens.length)], text.subarray(at));
        break;
      case 4:
        text = joined(
          text.subarray(0, at),
          tokens[draw(tokens.length)],
          text.subarray(at + length),
        );
        break;
      case 5: {
        const other = corpus[draw(corpus.length)].bytes;
        const from = draw(other.length + 1);
        const part = other.subarray(from, from + draw(300));
        text = joined(text.subarray(0, at), part, text.subarray(at));
        break;
      }
      default: {
        // A line goes elsewhere.
        const begin = text.lastIndexOf(10, Math.max(0, at - 1)) + 1;
        const after = text.indexOf(10, at);
        const stop = after < 0 ? text.length : after + 1;
        const rest = joined(text.subarray(0, begin), text.subarray(stop));
        const to = rest.indexOf(10, draw(rest.length + 1)) + 1;
        text = joined(rest.subarray(0, to), text.subarray(begin, stop), rest.subarray(to));
      }
    }
  }
  return decoder.decode(text);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
