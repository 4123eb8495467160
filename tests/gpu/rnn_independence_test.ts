// What a network's bytes do not depend on: which models run beside it and in which order, where its rows lie and what the other
// rows are, which batch slots are shared, how many threads there are, how steps are cut into dispatches. Both programs.

import { assertEquals, assertGreater } from "@std/assert";
import { networkProgram } from "#gpu/rnn/programs.ts";
import { stepChunks } from "#gpu/rnn/step_chunks.ts";
import type { Engine, EngineArray } from "#lib/core/engine.ts";
import { randomStream } from "#lib/core/random.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { randomProblem } from "#tests/support/random_networks.ts";
import { cellConstants, type EngineSolution, solveOnEngine } from "#tests/support/rnn_engine.ts";
import type { ReferenceProblem } from "#tests/support/rnn_reference.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];
const kinds = ["outside", "inside", "current", "dead", "live", "live_state_gated"] as const;

type Kind = typeof kinds[number];
type Check = (engine: Engine, kind: Kind) => Promise<void>;

const checks: Readonly<Record<string, Check>> = {
  "the models beside it": theOthers,
  "the other rows": theOtherRows,
  "shared slots": sharedSlots,
  "later steps": laterSteps,
};

for (const { label, open } of processorEngines) {
  for (const [what, check] of Object.entries(checks)) {
    Deno.test(`networks do not depend on ${what} on ${label}`, async () => {
      await using engine = open();
      for (const kind of kinds) await check(engine, kind);
    });
  }
}

gpuTest("networks depend on nothing beside them on webgpu", async (_, t) => {
  await using engine = await webgpuEngine();
  for (const [what, check] of Object.entries(checks)) {
    await t.step(what, async () => {
      for (const kind of kinds) await check(engine, kind);
    });
  }
});

Deno.test("networks do not depend on the number of threads", async () => {
  await using one = wasmEngine(1);
  await using three = wasmEngine(3);
  await using four = wasmEngine(4);
  for (const kind of kinds) {
    const problems = [0, 1, 2].map((i) => problemOf(kind, i, { rows: 37 }));
    const alone = await solveOnEngine(one, problems);
    for (const engine of [three, four, four]) {
      assertEquals(await solveOnEngine(engine, problems), alone, `seed ${seed}, ${kind}`);
    }
  }
});

Deno.test("a dead reset gate has gradients of exactly zero", async () => {
  for (const { label, open } of processorEngines) {
    await using engine = open();
    const problem = problemOf("dead", 0, { rows: 9 });
    const [{ gradients }] = await solveOnEngine(engine, [problem]);
    for (
      const [name, width] of [["W_in", problem.inputs], ["W_rec", problem.units], [
        "b_rec",
        1,
      ]] as const
    ) {
      const ofReset = gradients[name].subarray(0, problem.units * width);
      assertEquals(ofReset.findIndex((x) => x !== 0), -1, `${label}, ${name}`);
      assertEquals(gradients[name].some((x) => x !== 0), true, `${label}, ${name}`);
    }
  }
});

/** Sizes that fill neither vectors nor panels nor blocks of rows. */
function problemOf(
  kind: Kind,
  index: number,
  sizes: Partial<Pick<ReferenceProblem, "rows" | "units" | "steps">> = {},
): ReferenceProblem {
  return randomProblem(seed + index, {
    kind,
    activation: "tanh",
    loss: "cross_entropy",
    inputs: 5,
    units: 11,
    outputs: 3,
    rows: 13,
    steps: 7,
    keep: 0.75,
    tau: kind === "live" || kind === "outside" ? "exponential" : "none",
    drive: true,
    ...sizes,
  });
}

/** Alone, in company, and in another order. */
async function theOthers(engine: Engine, kind: Kind): Promise<void> {
  const problems = [0, 1, 2, 3, 4].map((i) => problemOf(kind, i));
  const together = await solveOnEngine(engine, problems);
  const reversed = await solveOnEngine(engine, problems.toReversed());
  assertEquals(reversed.toReversed(), together, `seed ${seed}, ${kind}, reversed`);
  for (const i of [0, 3]) {
    const [alone] = await solveOnEngine(engine, [problems[i]]);
    assertEquals(alone, together[i], `seed ${seed}, ${kind}, model ${i} alone`);
  }
}

/** Each row in the opposite place, and few rows without the others: what belongs to a row stays. */
async function theOtherRows(engine: Engine, kind: Kind): Promise<void> {
  const problem = problemOf(kind, 0);
  const [all] = await solveOnEngine(engine, [problem]);
  const backwards = Array.from({ length: problem.rows }, (_, row) => problem.rows - 1 - row);
  for (const chosen of [backwards, [6], [12, 1, 5]]) {
    const [some] = await solveOnEngine(engine, [withRows(problem, chosen)]);
    const where = `seed ${seed}, ${kind}, rows ${chosen}`;
    for (const name of ["states", "logits", "initialGradient"] as const) {
      assertEquals(some[name], pick(all[name], problem.rows, chosen), `${where}, ${name}`);
    }
  }
}

/** The first steps of long rows are those of short ones, however steps are cut into dispatches. */
async function laterSteps(engine: Engine, kind: Kind): Promise<void> {
  const long = problemOf(kind, 0, { rows: 1, units: 64, steps: 200 });
  const chunks = stepChunks({ name: "webgpu" }, long, long.units + long.inputs);
  assertGreater(chunks.length, 1, "shaders take the steps in several dispatches");
  const short = 90;
  const [all] = await solveOnEngine(engine, [long]);
  const [some] = await solveOnEngine(engine, [withSteps(long, short)]);
  assertEquals(some.states, firstSteps(all.states, long, short), `seed ${seed}, ${kind}`);
}

/** Models that read one slot have what they have with a batch of their own each. */
async function sharedSlots(engine: Engine, kind: Kind): Promise<void> {
  const [batch, ...others] = [0, 1, 2].map((i) => problemOf(kind, i));
  const problems = [batch, ...others.map(({ parameters }) => ({ ...batch, parameters }))];
  const shared = await runShared(engine, problems);
  const own = await solveOnEngine(engine, problems);
  const where = `seed ${seed}, ${kind}`;
  own.forEach((solution, model) => {
    assertEquals(shared[model].states, solution.states, `${where}, states of model ${model}`);
  });
}

/** States of models of the recurrent or gated program that all read slot 1 of two. */
async function runShared(
  engine: Engine,
  problems: readonly ReferenceProblem[],
): Promise<readonly Pick<EngineSolution, "states">[]> {
  const [{ cell, inputs, units, outputs, rows, steps, parameters }] = problems;
  const names = Object.keys(parameters);
  const isGated = ["dead", "live", "live_state_gated"].includes(cell.kind);
  using program = networkProgram(isGated ? "gated" : "recurrent");
  let perModel = 0;
  const offsets: Record<string, number> = {};
  for (const name of names) {
    offsets[`at_${name}`] = perModel;
    perModel += parameters[name].length;
  }
  const constants = { ...cellConstants(problems[0]), ...offsets };
  const shape = {
    models: problems.length,
    rows,
    steps,
    inputs,
    units,
    outputs,
    parameters: perModel,
    slots: 2,
  };
  const empty = randomStream(seed, "test/other slot").normal(
    new Float64Array(rows * steps * inputs),
  );
  const ofModels = (data: (problem: ReferenceProblem) => ArrayLike<number>) =>
    engine.upload(Float64Array.from(problems.flatMap((one) => Array.from(data(one)))));
  using slots = engine.upload(Uint32Array.from(problems.flatMap(() => [1, steps])));
  using given = ofModels((one) => names.flatMap((name) => Array.from(one.parameters[name])));
  using seen = engine.upload(Float64Array.from([...empty, ...Array.from(problems[0].input)]));
  using noise = ofModels(({ drive }) => drive!);
  using states = ofModels(({ initial }) => beforeSteps(initial!, rows, steps, units));
  using work = engine.allocate(
    problems.length * rows * steps * program.workPerStep(shape, constants),
  );
  const buffers = { slots, parameters: given, inputs: seen, noise, states, work };
  program.forward(engine, shape, buffers, constants);
  const all = await engine.download(states);
  return problems.map((_, model) => ({
    states: afterFirst(all, model * rows, rows, steps, units),
  }));
}

/** row × (step + 1) × unit with the state before the first step. */
function beforeSteps(
  initial: ArrayLike<number>,
  rows: number,
  steps: number,
  units: number,
): Float64Array {
  const out = new Float64Array(rows * (steps + 1) * units);
  for (let row = 0; row < rows; row++) {
    for (let unit = 0; unit < units; unit++) {
      out[row * (steps + 1) * units + unit] = initial[row * units + unit];
    }
  }
  return out;
}

function afterFirst(
  all: EngineArray,
  firstRow: number,
  rows: number,
  steps: number,
  units: number,
): Float64Array {
  const out = new Float64Array(rows * steps * units);
  for (let row = 0; row < rows; row++) {
    const at = (firstRow + row) * (steps + 1) * units;
    out.set(all.subarray(at + units, at + (steps + 1) * units), row * steps * units);
  }
  return out;
}

function withRows(problem: ReferenceProblem, chosen: readonly number[]): ReferenceProblem {
  const { rows } = problem;
  return {
    ...problem,
    rows: chosen.length,
    input: pick(problem.input, rows, chosen),
    initial: pick(problem.initial!, rows, chosen),
    drive: pick(problem.drive!, rows, chosen),
    targets: pick(problem.targets, rows, chosen),
    weights: pick(problem.weights, rows, chosen),
  };
}

function withSteps(problem: ReferenceProblem, steps: number): ReferenceProblem {
  const first = (data: ArrayLike<number>) => firstSteps(data, problem, steps);
  return {
    ...problem,
    steps,
    input: first(problem.input),
    drive: first(problem.drive!),
    targets: first(problem.targets),
    weights: first(problem.weights),
  };
}

/** The chosen rows of data that has rows first. */
function pick(data: ArrayLike<number>, rows: number, chosen: readonly number[]): Float64Array {
  const width = data.length / rows;
  return Float64Array.from(chosen.flatMap((row) => slice(data, row * width, width)));
}

/** The first steps of data that has rows, then steps. */
function firstSteps(
  data: ArrayLike<number>,
  { rows, steps }: ReferenceProblem,
  wanted: number,
): Float64Array {
  const width = data.length / rows / steps;
  const ofRow = (_: unknown, row: number) => slice(data, row * steps * width, wanted * width);
  return Float64Array.from(Array.from({ length: rows }, ofRow).flat());
}

function slice(data: ArrayLike<number>, at: number, length: number): number[] {
  return Array.from({ length }, (_, i) => data[at + i]);
}
