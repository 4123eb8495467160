// A model of one's own, written for `@tensorflow/tfjs`, in a task outside the project: it runs shut in, on the engine of
// the run, and is stored under the class of what computed it.

import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { copyProject } from "#tests/support/project.ts";

const task = `import * as tf from "@tensorflow/tfjs";
import { defineTask, one, table, tableOf, trajectories, withTfjs, z } from "basin";

/** A layers model, as tutorials write them. Layers draw their weights by chance, which here is always the same. */
function makeModel(numUnits: number): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 4, activation: "tanh", inputShape: [numUnits] }),
      tf.layers.dense({ units: numUnits }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
  return model;
}

export default defineTask({
  name: "mine",
  summary: "Trains a model of layers on states.",
  version: 1,
  numerics: "engine",
  params: z.strictObject({ steps: z.int() }),
  inputs: { trajectories: one(trajectories) },
  outputs: { losses: table },
  examples: [],
  run: (context, { steps }, { trajectories: { states } }) =>
    withTfjs(context.engine, async (own) => {
      const [trials, time, units] = states.shape;
      const x = tf.tensor2d(Float32Array.from(states.data), [trials * time, units]);
      const model = makeModel(units);
      const losses = [];
      for (let step = 0; step < steps; step++) losses.push(await model.trainOnBatch(x, x.mul(0.5)));
      const backend = own.getBackend();
      return { losses: tableOf(losses.map((loss, step) => ({ step, loss: loss as number, backend }))) };
    }),
});
`;

const workflow = `name: mine
stages:
  states:
    task: simulate
    with: { system: van_der_pol, num_trials: 3, num_steps: 20 }
  trained:
    task: ./mine.ts
    from: { trajectories: states }
    with: { steps: 3 }
`;

Deno.test("run trains a tfjs model of one's own on the engine of the run", async () => {
  await using project = await copyProject();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "basin-user-" }));
  try {
    const file = join(folder, "mine.yaml");
    await Deno.writeTextFile(file, workflow);
    await Deno.writeTextFile(join(folder, "mine.ts"), task);
    const args = [file, "--engine", "wasm"];
    const first = await project.run(args);
    assertEquals(first.failed, []);
    const finished = first.events.find((event) =>
      event.type === "stage-finished" && event.stage === "trained"
    );
    assertEquals((finished as { engine?: string }).engine, "tfjs-wasm-f32");
    assertEquals((await project.run(args)).hit, ["states", "trained"], "found again");
    const verified = await project.basin("verify", [file, "trained", "--engine", "wasm"]);
    assertEquals(verified.code, 0, verified.stdout + verified.stderr);
    const { stdout } = await project.basin("show", [file, "trained", "--engine", "wasm"]);
    // Rows of `step loss backend`.
    const losses = [...stdout.matchAll(/^ *\d +([\d.e-]+) +wasm\b/gm)].map(([, loss]) =>
      Number(loss)
    );
    assertEquals(losses.length, 3, stdout);
    assert(losses[2] < losses[0], "it learns");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
