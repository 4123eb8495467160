// Expansion agrees with the rules taken literally: on random workflows, the members and what is bound to them are
// those found by walking through every combination of every axis. And what a graph says of itself loads again.

import { assertEquals } from "@std/assert";
import { z } from "zod";
import { randomStream } from "#lib/core/random.ts";
import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import type { Graph } from "#lib/workflow/graph.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { fakeCatalogue, type FakeTask } from "#tests/lib/workflow/fake_catalogue.ts";

const numWorkflows = 300;

const port = { kind: "table", many: false, optional: true, coords: false };
const list = { kind: "table", many: true, optional: true, coords: true };
const node: FakeTask = {
  name: "node",
  summary: "Takes anything.",
  params: z.looseObject({}),
  inputs: [{ one0: port, one1: port, one2: port, list0: list, list1: list, list2: list }],
  outputs: { table: "table" },
};

interface ModelAxis {
  readonly name: string;
  readonly values: readonly number[];
  readonly rank: number;
}

interface ModelMember {
  readonly id: string;
  readonly coords: ReadonlyMap<string, number>;
  readonly inputs: Readonly<Record<string, readonly string[]>>;
}

interface ModelStage {
  readonly axes: readonly ModelAxis[];
  readonly members: readonly ModelMember[];
}

/** One input as it stands in the file and as the rules read it. */
interface ModelInput {
  readonly port: string;
  readonly text: string;
  readonly axes: readonly ModelAxis[];
  readonly gathered: ReadonlySet<string>;
  readonly candidates: readonly {
    readonly id: string;
    readonly coords: ReadonlyMap<string, number>;
  }[];
}

/** A random workflow, and what it should become. */
function randomWorkflow(number: number): { text: string; stages: Map<string, ModelStage> } {
  const stream = randomStream(number, "expansion");
  let draw = 0;
  const below = (bound: number) => stream.integer(bound, draw++);
  const chance = (percent: number) => below(100) < percent;
  const axes: ModelAxis[] = ["a", "b", "c"].map((name, rank) => ({
    name,
    rank,
    values: [[3, 1], [0, 5, 2], [7]][below(3)].map((value) => value + 10 * rank),
  }));
  const lines = [
    "axes:",
    ...axes.map(({ name, values }) => `  ${name}: [${values.join(", ")}]`),
    "stages:",
  ];
  const stages = new Map<string, ModelStage>();
  const numStages = 2 + below(5);
  for (let s = 0; s < numStages; s++) {
    const own: ModelAxis[] = [];
    const count = { seq: 0 };
    if (chance(30)) own.push({ name: `m${s}`, values: [1, 2], rank: 100 * (s + 1) + count.seq++ });
    const over = axes.filter(() => chance(s === 0 ? 60 : 25));
    const inputs: ModelInput[] = [];
    for (let i = 0; i < (s === 0 ? 0 : below(3)); i++) {
      inputs.push(randomInput(i, s, `s${below(s)}`, count));
    }
    const byName = new Map([...own, ...over].map((axis) => [axis.name, axis]));
    for (const input of inputs) {
      for (const axis of input.axes) {
        if (!input.gathered.has(axis.name)) byName.set(axis.name, axis);
      }
    }
    const all = [...byName.values()].sort((x, y) => x.rank - y.rank);
    const keep = randomKeep(all);
    lines.push(`  s${s}:`, "    task: node");
    if (over.length > 0) lines.push(`    over: [${over.map(({ name }) => name).join(", ")}]`);
    if (own.length > 0) lines.push(`    matrix: { ${own[0].name}: [1, 2] }`);
    if (keep !== null) lines.push(`    keep: \${{ ${keep.text} }}`);
    if (all.length > 0) lines.push(`    with: { first: "\${{ ${all[0].name} }}" }`);
    if (inputs.length > 0) {
      lines.push("    from:", ...inputs.map((input) => `      ${input.port}: ${input.text}`));
    }
    stages.set(`s${s}`, modelOf(`s${s}`, all, inputs, keep?.holds ?? (() => true)));
  }
  return { text: lines.join("\n") + "\n", stages };

  function randomInput(i: number, stage: number, name: string, count: { seq: number }): ModelInput {
    const source = stages.get(name)!;
    const where: string[] = [];
    const rename: string[] = [];
    let kept = [...source.axes];
    let candidates = source.members.map(({ id, coords }) => ({ id, coords: new Map(coords) }));
    for (const axis of source.axes) {
      const value = axis.values[below(axis.values.length)];
      const has = (coords: ReadonlyMap<string, number>) => coords.get(axis.name) === value;
      const selection = below(7);
      if (selection === 0) {
        where.push(`${axis.name}: ${value}`);
        candidates = candidates.filter(({ coords }) => has(coords));
        kept = kept.filter((other) => other !== axis);
        for (const { coords } of candidates) coords.delete(axis.name);
      } else if (selection === 1) {
        where.push(`${axis.name}: { not: [${value}] }`);
        candidates = candidates.filter(({ coords }) => !has(coords));
      } else if (selection === 2) {
        where.push(`${axis.name}: [${value}]`);
        candidates = candidates.filter(({ coords }) => has(coords));
      }
    }
    kept = kept.map((axis) => {
      if (!chance(15) || axis.name.includes("_")) return axis;
      const to = `${axis.name}_${stage}${i}`;
      rename.push(`${axis.name}: ${to}`);
      for (const { coords } of candidates) {
        coords.set(to, coords.get(axis.name)!);
        coords.delete(axis.name);
      }
      return { ...axis, name: to, rank: 100 * (stage + 1) + count.seq++ };
    });
    const isList = chance(40);
    const gathered = isList ? kept.filter(() => chance(60)) : [];
    const parts = [`stage: ${name}`];
    if (where.length > 0) parts.push(`where: { ${where.join(", ")} }`);
    if (rename.length > 0) parts.push(`rename: { ${rename.join(", ")} }`);
    if (isList) parts.push(`gather: [${gathered.map((axis) => axis.name).join(", ")}]`);
    return {
      port: `${isList ? "list" : "one"}${i}`,
      text: parts.length === 1 && chance(50) ? name : `{ ${parts.join(", ")} }`,
      axes: kept,
      gathered: new Set(gathered.map((axis) => axis.name)),
      candidates,
    };
  }

  function randomKeep(all: readonly ModelAxis[]) {
    if (all.length === 0 || !chance(40)) return null;
    const axis = all[below(all.length)];
    const value = axis.values[below(axis.values.length)];
    const other = all.find((twin) =>
      twin !== axis && twin.name.split("_")[0] === axis.name.split("_")[0]
    );
    if (other !== undefined) {
      return {
        text: `${axis.name} < ${other.name}`,
        holds: (coords: ReadonlyMap<string, number>) =>
          axis.values.indexOf(coords.get(axis.name)!) <
            other.values.indexOf(coords.get(other.name)!),
      };
    }
    return {
      text: `${axis.name} != ${value}`,
      holds: (coords: ReadonlyMap<string, number>) => coords.get(axis.name) !== value,
    };
  }
}

/** The rules, literally: every combination, every input. */
function modelOf(
  stage: string,
  axes: readonly ModelAxis[],
  inputs: readonly ModelInput[],
  keep: (coords: ReadonlyMap<string, number>) => boolean,
): ModelStage {
  let combinations: Map<string, number>[] = [new Map()];
  for (const axis of axes) {
    combinations = combinations.flatMap((coords) =>
      axis.values.map((value) => new Map([...coords, [axis.name, value]]))
    );
  }
  const members: ModelMember[] = [];
  for (const coords of combinations.filter(keep)) {
    const bound: Record<string, string[]> = {};
    const exists = inputs.every((input) => {
      const joined = input.axes.filter((axis) => !input.gathered.has(axis.name));
      const gathered = input.axes.filter((axis) => input.gathered.has(axis.name))
        .sort((x, y) => x.rank - y.rank);
      const found = input.candidates.filter((candidate) =>
        joined.every((axis) => candidate.coords.get(axis.name) === coords.get(axis.name))
      );
      found.sort((x, y) => {
        for (const { name, values } of gathered) {
          const difference = values.indexOf(x.coords.get(name)!) -
            values.indexOf(y.coords.get(name)!);
          if (difference !== 0) return difference;
        }
        return 0;
      });
      bound[input.port] = found.map(({ id, coords: own }) =>
        [id, ...gathered.map(({ name }) => `${name}=${own.get(name)}`)].join(" ")
      );
      return found.length > 0 || (input.port.startsWith("list") && joined.length === 0);
    });
    if (!exists) continue;
    const labels = axes.map(({ name }) => `${name}=${coords.get(name)}`).join(",");
    members.push({ id: labels === "" ? stage : `${stage}[${labels}]`, coords, inputs: bound });
  }
  return { axes, members };
}

async function graphOf(text: string): Promise<Graph | string> {
  const loaded = await loadWorkflow("w.yaml", () => Promise.resolve(text), { overrides: [] });
  const graph = loaded.ok ? await expand(loaded.value, fakeCatalogue([node])) : loaded;
  return graph.ok ? graph.value : renderDiagnostics(graph.error, { colour: false });
}

function summary(graph: Graph): unknown {
  return graph.members.map((member) => [
    member.id,
    Object.fromEntries(
      Object.entries(member.inputs).map(([name, bound]) => [
        name,
        bound.sources.map((source) => {
          const coords = Object.entries(source.coords).map(([axis, id]) => `${axis}=${id}`);
          return ["from" in source ? graph.members[source.from].id : source.file, ...coords].join(
            " ",
          );
        }),
      ]),
    ),
  ]);
}

for (let chunk = 0; chunk < 3; chunk++) {
  Deno.test(`expand() makes what the rules say, literally (${chunk + 1} of 3)`, async () => {
    let numMembers = 0;
    for (let n = 0; n < numWorkflows / 3; n++) {
      const number = chunk * (numWorkflows / 3) + n;
      const { text, stages } = randomWorkflow(number);
      const graph = await graphOf(text);
      const expected = [...stages.values()].flatMap(({ members }) =>
        members.map(({ id, inputs }): [string, unknown] => [id, inputs])
      );
      if (typeof graph === "string") throw new Error(`workflow ${number}:\n${text}\n${graph}`);
      const byStage = [...stages.keys()].flatMap((stage) =>
        (summary(graph) as [string, unknown][])
          .filter((_, i) => graph.members[i].stage === stage)
      );
      assertEquals(byStage, expected, `workflow ${number}:\n${text}`);
      numMembers += expected.length;
      const again = await graphOf(graph.resolved);
      if (typeof again === "string") {
        throw new Error(`resolved ${number}:\n${graph.resolved}\n${again}`);
      }
      assertEquals(summary(again), summary(graph), `workflow ${number}, resolved`);
      assertEquals(
        again.members.map((member) => member.params),
        graph.members.map((member) => member.params),
      );
    }
    if (numMembers < 500) throw new Error(`only ${numMembers} members were compared`);
  });
}
