// `deno task bench:engine`: Basin against Snakemake, Make and Ninja (Debian's packages) on stages that do next to
// nothing, so that what is measured is the engine. Basin syncs what it stores and keys it by content, as always; the
// others do neither. `--large` adds 10,000 and 100,000 stages; `--runs N` says how often (5), fewer where it takes over
// `--seconds N` (6; with --large 15); `--only REGEX` picks shapes such as `sweep 1000`. Figures lie in results/bench.

import { fromFileUrl, join } from "@std/path";
import { basinEngine } from "./basin_engine.ts";
import { type Engine, peerEngine, removeIfThere } from "./engine.ts";
import { goalLine, judge } from "./goals.ts";
import { outputOf, timePackage } from "./measure.ts";
import { type Peer, peers } from "./peers.ts";
import { resultsTable } from "./results_table.ts";
import { type Entrant, type Failed, type Measured, measureShape, type Scenario } from "./rounds.ts";
import { shape, type ShapeName } from "./shapes.ts";

/** One shape and who takes part. */
interface Trial {
  readonly shape: ShapeName;
  readonly stages: number;
  readonly large?: true;
  /** What Basin's stages that are programs are measured in. */
  readonly commands?: readonly Scenario[];
  /** The same of Snakemake; without `first` it gets outputs that it did not make. */
  readonly snakemake?: readonly Scenario[];
  /** The same of Basin, alone. */
  readonly alone?: readonly Scenario[];
  /** The same of Make and Ninja. */
  readonly others?: readonly Scenario[];
}

const few: readonly Scenario[] = ["no-op", "plan"];
const made: readonly Scenario[] = ["first", "no-op"];
const edited: readonly Scenario[] = [...few, "touch", "edit"];
const all: readonly Scenario[] = ["first", ...edited];
// A touched file of a chain or fan has all stages run again: no news after the first run, and long.
const still: readonly Scenario[] = ["first", ...few];

const trials: readonly Trial[] = [
  { shape: "sweep", stages: 1_000, commands: all, snakemake: all },
  { shape: "chain", stages: 1_000, commands: made, snakemake: few, others: still },
  { shape: "fan", stages: 1_000, commands: made, snakemake: few, others: still },
  // A first run of Snakemake takes many minutes here.
  { shape: "sweep", stages: 10_000, large: true, commands: all, snakemake: edited },
  { shape: "chain", stages: 10_000, large: true, others: still },
  { shape: "fan", stages: 10_000, large: true, others: still },
  { shape: "sweep", stages: 100_000, large: true, alone: ["plan"] },
];

const root = fromFileUrl(new URL("../../../", import.meta.url)).replace(/\/$/, "");
const say = (line: string) => console.error(line);

if (import.meta.main) Deno.exit(await bench(Deno.args));

async function bench(args: readonly string[]): Promise<number> {
  const after = (name: string) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const runs = Number(after("--runs") ?? 5);
  const wanted = new RegExp(after("--only") ?? "");
  const chosen = trials.filter(({ large, shape, stages }) =>
    (args.includes("--large") || !large) && wanted.test(`${shape} ${stages}`)
  );
  if (await outputOf(["true"]) === undefined) {
    say(`error: there is no program 'time' to measure with: apt-get install ${timePackage}`);
    return 1;
  }
  const present = await presentPeers();
  const { tasks } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const machine = {
    cores: navigator.hardwareConcurrency,
    cpu: /model name\s*: (.*)/.exec(await systemFile("cpuinfo"))?.[1] ?? Deno.build.arch,
    kernel: (await systemFile("sys/kernel/osrelease")).trim(),
  };
  const versions = {
    Basin: JSON.parse(await Deno.readTextFile(join(root, "deno.json"))).version,
    Deno: Deno.version.deno,
    ...Object.fromEntries(present.map(({ peer, version }) => [peer.name, version])),
  };
  const loadBefore = await load();
  const startedAt = new Date();
  await Deno.mkdir(join(root, "results/bench"), { recursive: true });
  const work = await Deno.makeTempDir({ dir: join(root, "results/bench"), prefix: "work-" });
  const cleanUp = () => removeIfThere(work);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => cleanUp().finally(() => Deno.exit(130)));
  }
  const results: (Measured | Failed)[] = [];
  try {
    for (const trial of chosen) {
      say(`${trial.shape}, ${trial.stages} stages:`);
      const entrants = entrantsOf(trial, present, { work, tasks, jobs: machine.cores });
      const found = await measureShape(entrants, {
        runs,
        seconds: Number(after("--seconds") ?? (args.includes("--large") ? 15 : 6)),
        scratch: work,
        say: sayMeasured,
      });
      results.push(...found);
      for (const line of resultsTable(found)) console.log(line);
      for (const { engine } of entrants) await removeIfThere(engine.folder);
    }
  } finally {
    await cleanUp();
  }
  const loadAfter = await load();
  const goals = judge(results);
  console.log(
    `\n${machine.cores} cores (${machine.cpu}), load ${loadBefore} before, ${loadAfter} after`,
  );
  console.log(Object.entries(versions).map((words) => words.join(" ")).join(", "));
  console.log("all outputs equal, stage by stage, unless a row says failed\n");
  for (const goal of goals) console.log(goalLine(goal));
  const name = `results/bench/engine-${startedAt.toISOString().replace(/[:.]/g, "-")}.json`;
  const record = {
    started_at: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    machine: { ...machine, load_before: loadBefore, load_after: loadAfter },
    versions,
    jobs: machine.cores,
    unit: { wall: "s", cpu: "s", rss: "MB" },
    results,
    goals,
  };
  await Deno.writeTextFile(join(root, name), JSON.stringify(record, null, 1) + "\n");
  say(`\n${name}, after ${record.seconds.toFixed(0)} s`);
  return results.some((result) => "failed" in result) ? 1 : 0;
}

interface Present {
  readonly peer: Peer;
  readonly version: string;
}

async function presentPeers(): Promise<readonly Present[]> {
  const present: Present[] = [];
  for (const peer of peers) {
    const text = await outputOf(peer.version);
    const version = text?.match(/\d[\w.]*/)?.[0];
    if (version !== undefined) present.push({ peer, version });
    else say(`no ${peer.name} here: it is left out (apt-get install ${peer.package})`);
  }
  return present;
}

function entrantsOf(
  trial: Trial,
  present: readonly Present[],
  { work, tasks, jobs }: {
    readonly work: string;
    readonly tasks: Readonly<Record<string, { readonly command: string }>>;
    readonly jobs: number;
  },
): readonly Entrant[] {
  const folder = (name: string) => `${work}/${trial.shape}-${trial.stages}-${name}`;
  const of = (stages: "tasks" | "commands") => shape(trial.shape, trial.stages, { stages });
  const basin = basinEngine("tasks", of("tasks"), folder("tasks"), { root, tasks, jobs });
  const { alone, commands, snakemake, others = all } = trial;
  const { forgetTasks } = basin;
  if (alone !== undefined) return [{ engine: basin, scenarios: alone }];
  const own: readonly Scenario[] = trial.shape === "sweep" ? ["cold", ...all] : all;
  const entrants: Entrant[] = [{ engine: basin, scenarios: own, forgetTasks }];
  if (commands !== undefined) {
    const name = folder("commands");
    const engine: Engine = basinEngine("commands", of("commands"), name, { root, tasks, jobs });
    entrants.push({ engine, scenarios: commands });
  }
  for (const { peer } of present) {
    const scenarios = peer.name === "snakemake" ? snakemake : others;
    if (scenarios === undefined) continue;
    const engine = peerEngine(peer, of("tasks"), folder(peer.name), jobs);
    entrants.push({ engine, scenarios, adopts: !scenarios.includes("first") });
  }
  return entrants;
}

function sayMeasured(result: Measured | Failed): void {
  const start = `  ${result.scenario.padEnd(6)} ${result.engine.padEnd(10)}`;
  if ("failed" in result) return say(`${start} failed: ${result.failed}`);
  const { min, rss } = result.summary;
  say(`${start} ${min.wall.toFixed(3)} s, CPU ${min.cpu.toFixed(2)} s, ${rss.toFixed(0)} MB`);
}

async function load(): Promise<string> {
  return (await systemFile("loadavg")).split(" ", 3).join(" ");
}

/** A file below /proc, which Deno itself reads only with all permissions; empty where there is none. */
async function systemFile(name: string): Promise<string> {
  return await outputOf(["cat", `/proc/${name}`]) ?? "";
}
