// The readout on every engine: its gradients against finite differences, what steps of weight 0 leave, logits far apart,
// several models, chunks of steps, loops longer than software adapters count.

import { assert, assertEquals } from "@std/assert";
import { type ReadoutLoss, weightPlanes } from "#gpu/rnn/readout.ts";
import readoutLoss, { LossKind, readoutBlock, ReadoutMode } from "#gpu/readout_loss.ts";
import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import type { Engine, EngineArray } from "#lib/core/engine.ts";
import { gpuTest } from "#tests/support/adapter.ts";
import { assertAllClose } from "#tests/support/close.ts";
import { processorEngines, wasmEngine } from "#tests/support/engines.ts";
import { readoutOnEngine, readoutProblem } from "#tests/support/readout_problem.ts";
import { webgpuEngine } from "#tests/support/webgpu_engine.ts";

const seed = crypto.getRandomValues(new Uint32Array(1))[0];

function total(records: EngineArray): number {
  let sum = 0;
  for (let i = 0; i < records.length; i += 4) sum += records[i] + records[i + 1];
  return sum;
}

const losses: readonly ReadoutLoss[] = [
  { kind: "cross_entropy" },
  { kind: "cross_entropy", groups: 2, scored: true, activity: { l1: 0.3, l2: 0.2 } },
  { kind: "squared_error", activity: { l1: 0, l2: 0.4 } },
  { kind: "squared_error", groups: 2, scored: true },
];

Deno.test("readoutProgram() has the gradients that finite differences have", async () => {
  await using engine = new RefEngine();
  for (const loss of losses) {
    const problem = readoutProblem(seed, {}, loss);
    const { gradients, stateGradients } = await readoutOnEngine(engine, problem);
    const slope = async (values: Float64Array, i: number) => {
      const step = 1e-5;
      const at = values[i];
      values[i] = at + step;
      const above = total((await readoutOnEngine(engine, problem)).records);
      values[i] = at - step;
      const below = total((await readoutOnEngine(engine, problem)).records);
      values[i] = at;
      return (above - below) / (2 * step);
    };
    const where = `seed ${seed}, ${JSON.stringify(loss)}`;
    const { units, steps, outputs } = problem.shape;
    for (let i = 3; i < 3 + (units + 1) * outputs; i += 2) {
      const found = [gradients[i]];
      assertAllClose(
        found,
        [await slope(problem.parameters, i)],
        { atol: 1e-8 },
        `${where}, W ${i}`,
      );
    }
    for (let i = 0; i < stateGradients.length; i += 3) {
      const [row, rest] = [Math.floor(i / (steps * units)), i % (steps * units)];
      const state = row * (steps + 1) * units + units + rest;
      const found = [stateGradients[i]];
      assertAllClose(
        found,
        [await slope(problem.states, state)],
        { atol: 1e-8 },
        `${where}, h ${i}`,
      );
    }
  }
});

for (const { label, open } of processorEngines) {
  Deno.test(`readoutProgram() gives exact zeros for steps that weigh nothing on ${label}`, async () => {
    await using engine = open();
    await zeros(engine);
  });
  Deno.test(`readoutProgram() stays finite for logits far apart on ${label}`, async () => {
    await using engine = open();
    await farApart(engine);
  });
  Deno.test(`readoutProgram() counts right answers on ${label}`, async () => {
    await using engine = open();
    await answers(engine);
  });
}

gpuTest("readoutProgram() works on webgpu as elsewhere", async (_, t) => {
  await using engine = await webgpuEngine();
  await t.step("zeros", () => zeros(engine));
  await t.step("logits far apart", () => farApart(engine));
  await t.step("answers", () => answers(engine));
  await t.step("loops longer than software adapters count", async () => {
    await using exact = new RefEngine();
    const problem = readoutProblem(seed, { rows: 1, steps: 1000, units: 300, outputs: 70 }, {
      kind: "cross_entropy",
      scored: true,
      activity: { l1: 0.1, l2: 0.1 },
    });
    const [found, right] = [
      await readoutOnEngine(engine, problem),
      await readoutOnEngine(exact, problem),
    ];
    const near = (key: keyof typeof found, atol: number) =>
      assertAllClose(found[key], right[key], { atol, rtol: 1e-5 }, `seed ${seed}, ${key}`);
    near("logits", 1e-5);
    near("slopes", 1e-7);
    near("stateGradients", 1e-7);
    near("records", 1e-5);
    near("gradients", 2e-5);
  });
});

/** Padding: states of NaN, classes that there are not. */
async function zeros(engine: Engine): Promise<void> {
  for (const loss of losses) {
    for (const outputs of [4, 6]) {
      const problem = readoutProblem(seed, { steps: 7, outputs, units: 9 }, loss);
      const { rows, steps, units } = problem.shape;
      const isPadding = (cell: number) => cell % steps >= 5 - Math.floor(cell / steps);
      const perCell = problem.weights.length / (rows * steps);
      const { scoredAt, activityAt } = weightPlanes(problem.shape, loss);
      const groups = loss.groups ?? 1;
      for (let cell = 0; cell < rows * steps; cell++) {
        if (!isPadding(cell)) continue;
        for (let group = 0; group < groups; group++) {
          problem.weights[cell * groups + group] = 0;
          if (scoredAt > 0) problem.weights[scoredAt + cell * groups + group] = 0;
        }
        if (activityAt > 0) problem.weights[activityAt + cell] = 0;
        const state = (cell + Math.floor(cell / steps) + 1) * units;
        problem.states.fill(NaN, state, state + units);
      }
      assert(perCell >= 1);
      const found = await readoutOnEngine(engine, problem);
      const where = `seed ${seed}, ${outputs} outputs, ${JSON.stringify(loss)}`;
      assert(found.records.every(Number.isFinite), `${where}: records`);
      for (let cell = 0; cell < rows * steps; cell++) {
        const slopes = found.slopes.slice(cell * outputs, (cell + 1) * outputs);
        const states = found.stateGradients.slice(cell * units, (cell + 1) * units);
        const isZero = [...slopes, ...states].every((x) => x === 0);
        assertEquals(isZero, isPadding(cell), `${where}: step ${cell}`);
      }
    }
  }
}

async function farApart(engine: Engine): Promise<void> {
  for (const outputs of [2, 3, 5, 33]) {
    const problem = readoutProblem(seed, { outputs, units: 1, rows: 1, steps: 4 }, {
      kind: "cross_entropy",
    }, false);
    // Logits of one step: 0, 1000, 2000, … times the state.
    for (let k = 0; k < outputs; k++) problem.parameters[3 + k] = 1000 * k;
    problem.states.set([1, -1, 30, -30], 1);
    problem.targets.set([outputs - 1, outputs - 1, 0, 0]);
    problem.weights.fill(1);
    const { records, slopes } = await readoutOnEngine(engine, problem);
    const far = (outputs - 1) * 1000;
    assertAllClose([records[0]], [0 + far + 30 * far + 0], { rtol: 1e-6 }, `${outputs} outputs`);
    const right = new Float64Array(4 * outputs);
    right[outputs] = 1;
    right[2 * outputs - 1] = -1;
    right[3 * outputs - 1] = 1;
    right[2 * outputs] = -1;
    assertAllClose(slopes, right, { atol: 1e-7 }, `${outputs} outputs`);
  }
}

async function answers(engine: Engine): Promise<void> {
  for (const outputs of [3, 6]) {
    const loss = { kind: "cross_entropy", scored: true } as const;
    const problem = readoutProblem(seed, { steps: 70, rows: 2, outputs }, loss);
    problem.weights.forEach((x, i) => x < 0.3 / 140 && (problem.weights[i] = 0));
    const { logits, records } = await readoutOnEngine(engine, problem);
    for (const row of [0, 1]) {
      let [right, all] = [0, 0];
      for (let cell = row * 70; cell < (row + 1) * 70; cell++) {
        if (problem.weights[140 + cell] === 0) continue;
        const own = [...logits.slice(cell * outputs, (cell + 1) * outputs)];
        right += own.indexOf(Math.max(...own)) === problem.targets[cell] ? 1 : 0;
        all++;
      }
      assertEquals([...records.slice(4 * row + 2, 4 * row + 4)], [right, all], `seed ${seed}`);
    }
  }
}

Deno.test("readoutProgram() gives each of several models the bytes that it has alone", async () => {
  await using engine = wasmEngine(4);
  const problem = readoutProblem(seed, { models: 3, steps: 67, units: 13, outputs: 5 }, losses[0]);
  problem.slots.set([2, 67, 0, 66, 1, 3]);
  const together = await readoutOnEngine(engine, problem);
  for (const model of [0, 1, 2]) {
    const shape = { ...problem.shape, models: 1 };
    const own = <T extends EngineArray>(all: T): T =>
      all.slice(model * all.length / 3, (model + 1) * all.length / 3) as T;
    const alone = await readoutOnEngine(engine, {
      ...problem,
      shape,
      slots: problem.slots.slice(2 * model, 2 * model + 2),
      parameters: own(problem.parameters),
      states: own(problem.states),
    });
    for (const [key, values] of Object.entries(together)) {
      assertEquals(alone[key as keyof typeof alone], own(values), `seed ${seed}, ${model}, ${key}`);
    }
  }
});

Deno.test("the kernel readout_loss gives the same bytes however steps are cut into dispatches", async () => {
  await using engine = wasmEngine(1);
  const steps = 3 * readoutBlock + 5;
  const { shape, slots, parameters, states, targets, weights } = readoutProblem(
    seed,
    { steps },
    losses[0],
  );
  const run = async (cuts: readonly number[]) => {
    using records = engine.allocate(shape.rows * 4);
    using outputs = engine.allocate(shape.rows * steps * shape.outputs);
    using gradients = engine.allocate(shape.rows * steps * shape.units);
    const given = [slots, parameters, states, targets, weights].map((data) => engine.upload(data));
    for (let i = 1; i < cuts.length; i++) {
      engine.dispatch(readoutLoss, {
        slots: given[0],
        parameters: given[1],
        states: given[2],
        targets: given[3],
        weights: given[4],
        outputs,
        state_gradients: gradients,
        records,
      }, {
        num_models: 1,
        num_rows: shape.rows,
        num_steps: steps,
        num_units: shape.units,
        num_outputs: shape.outputs,
        num_parameters: shape.parameters,
        groups: 1,
        first_step: cuts[i - 1],
        end_step: cuts[i],
        weight_at: 3,
        bias_at: 0,
        has_bias: 0,
        mode: ReadoutMode.gradients,
        kind: LossKind.crossEntropy,
        record: 0,
        scored_at: 0,
        activity_at: 0,
        activity_l1: 0,
        activity_l2: 0,
      });
    }
    for (const buffer of given) buffer[Symbol.dispose]();
    return await Promise.all(
      [records, outputs, gradients].map((buffer) => engine.download(buffer)),
    );
  };
  const [b, whole] = [readoutBlock, await run([0, steps])];
  assertEquals(await run([0, b, 2 * b, 3 * b, steps]), whole, `seed ${seed}`);
  assertEquals(await run([0, 2 * b, steps]), whole, `seed ${seed}`);
});
