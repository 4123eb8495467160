// Graphs that grow with tables: whatever the order in which tables become known, the members are in the end those that
// the rules give literally; and at no time is anything said that a further table would take back.

import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { renderDiagnostics } from "#lib/report/diagnostics.ts";
import { expand } from "#lib/workflow/expand.ts";
import type { Graph, StageMember } from "#lib/workflow/graph.ts";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { fakeCatalogue, type FakeTask } from "#tests/lib/workflow/fake_catalogue.ts";
import { membersAsText } from "#tests/lib/workflow/grow_text.ts";
import { randomForeach } from "#tests/support/random_foreach.ts";
import { seeded } from "#tests/support/random_graph.ts";

const numWorkflows = 240;
/** Most seeds are the same in every run, the others new. */
const numFixed = 200;
const fresh = crypto.getRandomValues(new Uint32Array(1))[0];

const port = { kind: "table", many: false, optional: true, coords: false };
const list = { kind: "table", many: true, optional: true, coords: true };
const node: FakeTask = {
  name: "node",
  summary: "Takes anything.",
  params: z.looseObject({}),
  inputs: [{
    ...{ one0: port, one1: port, one2: port, column: port },
    ...{ list0: list, list1: list, list2: list },
  }],
  outputs: { table: "table" },
};

async function graphOf(text: string): Promise<Graph> {
  const loaded = await loadWorkflow("w.yaml", () => Promise.resolve(text), { overrides: [] });
  const graph = loaded.ok ? await expand(loaded.value, fakeCatalogue([node])) : loaded;
  if (graph.ok) return graph.value;
  throw new Error(renderDiagnostics(graph.error, { colour: false }));
}

/** A graph as the model writes members. */
function summary({ members }: Graph): Record<string, unknown> {
  return Object.fromEntries(
    members.filter((member) => !member.replaced).map(({ id, params, inputs }) => [id, {
      params,
      inputs: Object.fromEntries(
        Object.entries(inputs).map(([name, bound]) => [
          name,
          bound.sources.map((source) => {
            if ("file" in source) return source.file;
            const { id: from } = members[source.from];
            if (source.part !== undefined) return `${from}/${source.part.folder}`;
            const coords = Object.entries(source.coords).map(([axis, value]) => `${axis}=${value}`);
            return [from, ...coords].join(" ");
          }),
        ]),
      ),
    }]),
  );
}

/** What must hold of every graph. */
function checkGraph({ members, growing }: Graph, hasLost = false): void {
  const live = new Set<string>();
  members.forEach((member, index) => {
    assertEquals(member.index, index);
    const sources = Object.values(member.inputs).flatMap(({ sources }) => sources);
    const from = sources.flatMap((source) => "from" in source ? [members[source.from]] : []);
    assert(from.every((source) => source.index < index), `${member.id} stands before its inputs`);
    if (member.replaced) {
      assert(member.pending, `${member.id} was replaced, but not pending`);
      return;
    }
    assert(!live.has(member.id), `${member.id} is there twice`);
    live.add(member.id);
    assert(from.every((source) => !source.replaced), `${member.id} reads what was replaced`);
    const waits = from.some((source) => source.pending) ||
      sources.some((source) => "from" in source && isWanted(source.from, source.output));
    if (member.pending) assert(waits || hasLost, `${member.id} waits for nothing`);
    else assert(from.every((source) => !source.pending), `${member.id} reads what is pending`);
  });
  for (const { from } of growing?.wants ?? []) {
    assert(!members[from].pending && !members[from].replaced, "a table of a pending member");
  }
  if (growing === undefined && !hasLost) {
    assert(members.every((member) => !member.pending || member.replaced), "nothing to wait for");
  }

  function isWanted(from: number, output: string): boolean {
    return growing?.wants.some((want) => want.from === from && want.output === output) ?? false;
  }
}

/** What a graph says for good must be said by every later one, in the same place. */
function checkGrown(before: Graph, after: Graph): void {
  const settled = (member: StageMember) => !member.pending;
  const indexes = before.members.filter(settled).map(({ index }) => index);
  assertEquals(membersAsText(after, indexes), membersAsText(before, indexes));
  before.members.forEach((member, i) => {
    assertEquals(after.members[i].id, member.id);
    if (member.replaced) assert(after.members[i].replaced);
  });
}

for (let chunk = 0; chunk < 4; chunk++) {
  Deno.test(`a graph grows to what the rules say, in any order of tables (${chunk + 1} of 4)`, async () => {
    let numMembers = 0;
    let numSteps = 0;
    for (let n = 0; n < numWorkflows / 4; n++) {
      const number = n * 4 + chunk;
      const seed = number < numFixed ? number : fresh + number;
      const { text, members, table } = randomForeach(seed);
      try {
        const expected = Object.fromEntries(
          members.map(({ id, inputs, params }) => [id, { params, inputs }]),
        );
        const first = await graphOf(text);
        checkGraph(first);
        assertEquals(membersAsText(await graphOf(first.resolved)), membersAsText(first));
        for (const order of ["all", "one by one", "some"]) {
          const below = seeded(seed + 7 * order.length);
          let graph = first;
          while (graph.growing !== undefined) {
            const wants = [...graph.growing.wants].sort(() => below(2) - 0.5);
            const count = order === "all" ? wants.length : order === "some" ? 1 + below(3) : 1;
            const given = wants.slice(0, count).map((want) => ({
              ...want,
              table: table(graph.members[want.from].id),
            }));
            const grown = await graph.growing.grow(given);
            if (!grown.ok) throw new Error(renderDiagnostics(grown.error, { colour: false }));
            checkGraph(grown.value);
            checkGrown(graph, grown.value);
            graph = grown.value;
            numSteps++;
          }
          assertEquals(summary(graph), expected, order);
        }
        numMembers += members.length;
      } catch (error) {
        throw new Error(
          `seed ${seed}: ${error instanceof Error ? error.message : error}\n${text}`,
          {
            cause: error,
          },
        );
      }
    }
    assert(numMembers > 500, `only ${numMembers} members were compared`);
    assert(numSteps > 200, `the graphs grew only ${numSteps} times`);
  });
}

Deno.test("a graph that loses tables says nothing that these could change, and all else", async () => {
  let numPending = 0;
  for (let number = 0; number < 80; number++) {
    const seed = number < 60 ? number : fresh + number;
    const { text, members, table } = randomForeach(seed);
    try {
      const expected: Record<string, unknown> = Object.fromEntries(
        members.map(({ id, inputs, params }) => [id, { params, inputs }]),
      );
      const below = seeded(seed + 1);
      const complete = new Set<string>();
      let graph = await graphOf(text);
      while (graph.growing !== undefined) {
        const { wants, grow } = graph.growing;
        const lost = wants.filter(() => below(6) === 0);
        const given = wants.filter((want) => !lost.includes(want)).map((want) => {
          const { id } = graph.members[want.from];
          complete.add(id);
          return { ...want, table: table(id) };
        });
        const grown = await grow(given, lost);
        if (!grown.ok) throw new Error(renderDiagnostics(grown.error, { colour: false }));
        checkGraph(grown.value, true);
        checkGrown(graph, grown.value);
        graph = grown.value;
      }
      for (const [id, member] of Object.entries(summary(graph))) {
        const { pending } = graph.members.find((own) => own.id === id && !own.replaced)!;
        if (pending) numPending++;
        else assertEquals(member, expected[id], id);
      }
      // What stands on a row of a table that is known, and takes nothing else, is made.
      for (const { id, inputs } of members) {
        const takes = Object.entries(inputs);
        if (takes.length !== 1 || takes[0][0] !== "column") continue;
        const [maker] = takes[0][1][0].split("/w/");
        if (!complete.has(maker)) continue;
        const found = graph.members.find((own) => own.id === id && !own.replaced);
        assert(found !== undefined && !found.pending, `${id} is not made`);
      }
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}\n${text}`, {
        cause: error,
      });
    }
  }
  assert(numPending > 50, `only ${numPending} members stayed pending`);
});
