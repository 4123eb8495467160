// A law: a sub-workflow means what its stages mean when they are written out in the workflow that calls it.

import { assert, assertEquals } from "@std/assert";
import type { Graph } from "#lib/workflow/graph.ts";
import { tryExpand } from "./expand_text.ts";

/** One random choice after another; the seed is shown where something fails. */
function chooser(seed: number) {
  let state = seed;
  const below = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * n);
  };
  const some = <T>(list: readonly T[], from = 0): T[] => {
    const chosen = list.filter(() => below(2) === 0);
    return chosen.length >= from ? chosen : [list[below(list.length)]];
  };
  return { below, some, one: <T>(list: readonly T[]) => list[below(list.length)] };
}

/** The same work as a call and written out. */
function texts(seed: number): { called: Record<string, string>; flat: string; text: string } {
  const { below, some, one } = chooser(seed);
  const callAxes = some(["g", "s"]);
  // What the call itself hands in is right: a mistake there is one even if nobody takes the input.
  const inputs = ["x", "y"].map((name) => {
    const stage = one(["d", "e"]);
    const where = one([
      ...["", "", "where: { s: 1 }", "where: { s: [0, 2] }"],
      ...stage === "d" ? ["where: { g: { not: [a] } }"] : [],
    ]);
    const gather = where === "where: { s: 1 }" ? "" : one(["", "", "gather: [s]"]);
    return { name, stage, where, gather };
  });
  const given = callAxes.includes("s") && below(2) === 0
    ? "${{ s + params.top }}"
    : "${{ params.top }}";
  const stages: string[] = [];
  const lists = new Set<number>();
  const flat: string[] = [];
  const numStages = 1 + below(4);
  for (let i = 0; i < numStages; i++) {
    const isList = below(3) === 0;
    const source = () => {
      const input = one([
        ...inputs.map(({ name }) => name),
        ...Array.from({ length: i }, (_, j) => `t${j}`),
      ]);
      return { input, outer: inputs.find(({ name }) => name === input) };
    };
    const part = (from: ReturnType<typeof source>, gather: string) => {
      const output = from.input.startsWith("t")
        ? (lists.has(Number(from.input.slice(1))) ? ".table" : ".first")
        : "";
      const inside = from.outer === undefined ? from.input + output : `inputs.${from.input}`;
      const outside = from.outer === undefined ? `c__${from.input}${output}` : from.outer.stage;
      const gathers = from.outer?.gather === "gather: [s]" && gather === "gather: [g]"
        ? "gather: [s, g]"
        : gather || (from.outer?.gather ?? "");
      return [
        `{ stage: ${inside}${gather && ", " + gather} }`,
        `{ stage: ${outside}${from.outer?.where ? ", " + from.outer.where : ""}${
          gathers && ", " + gathers
        } }`,
      ];
    };
    const over = some(["k"]);
    const own = over.length > 0 ? `over: [${over}], ` : "";
    const all = [...callAxes, ...over];
    const outer = all.length > 0 ? `over: [${all}], ` : "";
    if (isList) {
      lists.add(i);
      const [a, b] = part(source(), one(["gather: [g]", "gather: [s]", "gather: all"]));
      stages.push(`  t${i}: { task: collect, ${own}from: { tables: ${a} } }`);
      flat.push(`  c__t${i}: { task: collect, ${outer}from: { tables: ${b} } }`);
    } else {
      const [a, b] = part(source(), "");
      const [c, d] = part(source(), "");
      stages.push(
        `  t${i}: { task: pair, ${own}from: { table: ${a}, other: ${c} }, with: { n: "\${{ params.n * 2 }}" } }`,
      );
      flat.push(
        `  c__t${i}: { task: pair, ${outer}from: { table: ${b}, other: ${d} }, with: { n: "${
          given.replace("}}", "").replace("${{", "${{ (") + ") * 2 }}"
        }" } }`,
      );
    }
  }
  const head = `
params: { top: 7 }
axes: { g: [a, b], s: [0, 1, 2]AXES }
stages:
  d: { task: value, over: [g, s] }
  e: { task: value, over: [s] }
`;
  const from = inputs.map(({ name, stage, where, gather }) =>
    `${name}: { stage: ${stage}${where && ", " + where}${gather && ", " + gather} }`
  );
  const called = {
    "w.yaml": `${head.replace("AXES", "")}  c: { workflow: sub.yaml, ${
      callAxes.length > 0 ? `over: [${callAxes}], ` : ""
    }from: { ${from.join(", ")} }, with: { n: "${given}" } }\n`,
    "sub.yaml": `inputs: { x: table, y: table }\nparams: { n: 0 }\naxes: { k: [1, 2] }\nstages:\n${
      stages.join("\n")
    }\n`,
  };
  const written = `${head.replace("AXES", ", k: [1, 2]")}${flat.join("\n")}\n`;
  return { called, flat: written, text: Object.values(called).join("---\n") };
}

/** What runs, by what it is called: params, and where inputs come from. */
function workOf(graph: Graph): Map<string, unknown> {
  const name = (id: string) => id.replace("c/", "c__");
  return new Map(graph.members.map(({ id, params, inputs }) => [name(id), {
    params,
    inputs: Object.fromEntries(
      Object.entries(inputs).map(([port, { kind, many, sources }]) => [port, {
        ...{ kind, many },
        sources: sources.map((source) =>
          "from" in source
            ? [name(graph.members[source.from].id), source.output, source.coords]
            : source.file
        ),
      }]),
    ),
  }]));
}

Deno.test("a sub-workflow means what its stages mean when they are written out", async () => {
  const start = crypto.getRandomValues(new Uint32Array(1))[0];
  let right = 0;
  for (let i = 0; i < 150; i++) {
    const seed = i < 75 ? i : (start + i) >>> 0;
    const { called, flat, text } = texts(seed);
    const [a, b] = [await tryExpand(called), await tryExpand(flat)];
    const about = `seed ${seed}\n${text}\n${typeof a === "string" ? a : ""}${
      typeof b === "string" ? b : ""
    }`;
    assertEquals(typeof a === "string", typeof b === "string", about);
    if (typeof a === "string" || typeof b === "string") continue;
    right++;
    assertEquals(workOf(a), workOf(b), about);
  }
  assert(right > 30, `only ${right} were right`);
});
