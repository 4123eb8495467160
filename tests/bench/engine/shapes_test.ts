// That the shapes mean what the benchmark compares: Basin writes what every stage must write, and so do the peers that
// are there; that its figures are judged and shown. Leaves out times.

import { assert, assertEquals, assertLessOrEqual, assertRejects, assertThrows } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { basin } from "#lib/cli/main.ts";
import { testTerminal } from "#tests/support/terminal.ts";
import { basinEngine, type BasinKind, basinTitles } from "./basin_engine.ts";
import { type Engine, peerEngine, requireOutputs, writeConfig } from "./engine.ts";
import { expectedTexts } from "./expected.ts";
import { goalLine, judge } from "./goals.ts";
import { summaryOf } from "./measure.ts";
import { peers } from "./peers.ts";
import { resultsTable } from "./results_table.ts";
import type { Failed, Measured } from "./rounds.ts";
import { leavesOf, shape, shapeNames } from "./shapes.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const { tasks } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));

Deno.test("shape() has as many stages as it is asked for, each after what it reads", () => {
  for (const name of shapeNames) {
    const { stages, configs } = shape(name, 400);
    assertEquals(stages.length, 400, name);
    const known = new Set(Object.keys(configs));
    for (const { name, inputs } of stages) {
      for (const input of inputs) assert(known.has(input), `${name} before ${input}`);
      known.add(name);
    }
  }
  assertEquals(leavesOf(shape("sweep", 400)).length, 100);
  assertEquals(leavesOf(shape("chain", 400)).length, 1);
  assertEquals(leavesOf(shape("fan", 400)).length, 399);
  assertThrows(() => shape("sweep", 250), RangeError, "300, 400");
});

Deno.test("expectedTexts() follows the stages' actions from the config files on", () => {
  const sweep = shape("sweep", 400);
  const config = "config 7\nrate 0.008\n";
  const train = (seed: number) => `${config}prep\nseed ${seed}\n`;
  assertEquals(expectedTexts(sweep).get("aggregate_7"), train(0) + train(1));
  const edited = expectedTexts(sweep, { ...sweep.configs, "configs/7.txt": "other\n" });
  assertEquals(edited.get("prep_7"), "other\nprep\n");
  assertEquals(edited.get("prep_8"), expectedTexts(sweep).get("prep_8"));
  assertEquals(expectedTexts(shape("fan", 5)).get("leaf_3"), "config 0\nroot\nleaf 3\n");
  assertEquals(expectedTexts(shape("chain", 12)).get("count_11"), "12\n");
});

for (const kind of ["tasks", "commands"] as const) {
  Deno.test(`shape() of ${kind} runs in Basin and writes what every stage must write`, async () => {
    for (const [name, numStages] of sizes[kind]) {
      await using folder = await temporary();
      const engine = basinEngine(kind, shape(name, numStages, { stages: kind }), folder.path, {
        root,
        tasks,
        jobs: 2,
      });
      await engine.write();
      await runInProcess(engine);
      assertEquals(await engine.numRan(), numStages, name);
      await requireOutputs(engine);
      // One config file feeds a hundredth of a sweep, and everything else.
      const [config] = Object.keys(engine.configs);
      await writeConfig(engine, config);
      await runInProcess(engine);
      assertEquals(await engine.numRan(), 0, name);
      await writeConfig(engine, config, "5\n");
      await assertRejects(() => requireOutputs(engine), Error, "wrote something else");
      await runInProcess(engine);
      assertEquals(await engine.numRan(), name === "sweep" ? numStages / 100 : numStages);
      await requireOutputs(engine);
    }
  });
}

const sizes = {
  tasks: [["sweep", 300], ["chain", 4]],
  // Enough to see that commands mean the same: programs take long to start.
  commands: [["chain", 3], ["fan", 3]],
} as const satisfies Record<BasinKind, readonly (readonly [string, number])[]>;

for (const peer of peers.filter(({ name }) => name !== "snakemake")) {
  const there = isThere(peer.version);
  if (!there) console.warn(`no ${peer.name} here: its side of the benchmark is not tested`);
  Deno.test({
    name: `peers: ${peer.name} writes what every stage of each shape must write`,
    ignore: !there,
    fn: async () => {
      for (const [name, numStages] of [["sweep", 400], ["chain", 4], ["fan", 4]] as const) {
        await using folder = await temporary();
        const engine = peerEngine(peer, shape(name, numStages), folder.path, 2);
        await engine.write();
        await assertRejects(() => requireOutputs(engine), Error, "wrote nothing");
        const [program, ...args] = engine.run.words;
        const { success, stderr } = await new Deno.Command(program, { args, cwd: engine.run.cwd })
          .output();
        assert(success, new TextDecoder().decode(stderr));
        assertEquals(await engine.numRan(), numStages);
        assertEquals(await engine.numRan(), 0);
        await requireOutputs(engine);
      }
    },
  });
}

Deno.test("summaryOf() takes the smallest and the middle of each quantity", () => {
  const samples = [[3, 1, 5], [1, 2, 6], [2, 9, 4], [4, 4, 4]]
    .map(([wall, cpu, rss]) => ({ wall, cpu, rss }));
  assertEquals(summaryOf(samples), {
    min: { wall: 1, cpu: 1, rss: 4 },
    median: { wall: 2.5, cpu: 3, rss: 4.5 },
    rss: 6,
  });
});

Deno.test("judge() says met, missed or open, and lines and tables fit 80 columns", () => {
  const results: (Measured | Failed)[] = [
    measured("first", basinTitles.tasks, 12, 4),
    measured("first", "Make", 6),
    measured("no-op", basinTitles.tasks, 0.5),
    measured("no-op", "Snakemake", 12),
    measured("first", basinTitles.tasks, 1234.5, 9, "chain"),
    {
      shape: "sweep",
      stages: 10_000,
      scenario: "plan",
      engine: "Make",
      failed: "x".repeat(99) + "\ny",
    },
  ];
  const verdicts = judge(results).map(({ goal, met }) => `${goal}: ${met}`);
  assertEquals(verdicts, [
    "no-op of 10,000 stages, s: true",
    "no-op of 10,000, share of Snakemake's: false",
    "in process, CPU per stage, ms: true",
    "in process, wall per stage, ms: true",
    "child process, times Make's wall: undefined",
    "peak RSS, no-op of 10,000, MB: false",
    "peak RSS, first run of 10,000, MB: false",
    "plan of 100,000 stages, s: undefined",
    "plan of 100,000 stages, peak RSS, MB: undefined",
    "chain of 10,000 stages, failures: true",
  ]);
  const lines = [
    ...resultsTable(results),
    ...judge(results).flatMap((one) => goalLine(one).split("\n")),
  ];
  for (const line of lines) assertLessOrEqual(line.length, 80, line);
});

function measured(
  scenario: Measured["scenario"],
  engine: string,
  wall: number,
  cpu = wall,
  shape = "sweep",
): Measured {
  const samples = [{ wall, cpu, rss: 200 }];
  return {
    shape,
    stages: 10_000,
    scenario,
    engine,
    ran: 10_000,
    samples,
    summary: summaryOf(samples),
  };
}

/** Basin's command of an engine, without a process for it. */
async function runInProcess(engine: Engine): Promise<void> {
  const terminal = testTerminal({ root });
  const words = engine.run.words;
  const code = await basin(words.slice(words.lastIndexOf("run")), terminal);
  assertEquals(code, 0, terminal.written.out + terminal.written.err);
}

async function temporary(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir({ prefix: "basin-shape-" }));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

function isThere([program, ...args]: readonly string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}
