// Cases of the kernel `readout_loss` for the conformance suite.

import type { KernelCase } from "../../lib/core/kernel.ts";
import type { RandomStream } from "../../lib/core/random.ts";
import {
  LossKind,
  readoutBlock,
  type ReadoutBuffer,
  ReadoutMode,
  type ReadoutUniform,
} from "../readout_loss.ts";

interface Sizes {
  readonly models: number;
  readonly rows: number;
  readonly steps: number;
  readonly units: number;
  readonly outputs: number;
  readonly groups?: number;
  readonly slots?: number;
}

interface Choices {
  readonly mode?: keyof typeof ReadoutMode;
  readonly kind?: keyof typeof LossKind;
  readonly bias?: boolean;
  readonly scored?: boolean;
  readonly activity?: boolean;
  readonly first?: number;
  /** Size of the weights of the readout. */
  readonly scale?: number;
  /** Every so many steps have weight 0. */
  readonly idle?: number;
}

/** Declared and random cases: nothing, one, a block and its neighbours, large; modes, losses, heads. */
export default function* cases(
  random: RandomStream,
): Iterable<KernelCase<ReadoutBuffer, ReadoutUniform>> {
  let count = 0;
  const of = (label: string, sizes: Sizes, choices: Choices = {}) =>
    caseOf(random, count++, label, sizes, choices);
  const small = { models: 2, rows: 3, steps: 5, units: 6, outputs: 3 };
  yield of("no models", { ...small, models: 0 });
  yield of("no rows", { ...small, rows: 0 });
  yield of("no steps", { ...small, steps: 0 });
  yield of("one of each", { models: 1, rows: 1, steps: 1, units: 1, outputs: 1 });
  for (const mode of ["logits", "losses", "gradients"] as const) {
    for (const kind of ["crossEntropy", "squaredError"] as const) {
      for (const bias of [false, true]) {
        yield of(`${mode}, ${kind}, bias ${bias}`, small, {
          mode,
          kind,
          bias,
          scored: bias,
          activity: !bias,
          idle: 3,
        });
      }
    }
  }
  // Units and outputs around whole vectors, steps around four, a block, a workgroup.
  for (const units of [2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 31]) {
    yield of(`${units} units`, { ...small, units }, { bias: true, activity: true, idle: 2 });
  }
  for (const outputs of [1, 2, 4, 5, 6, 7, 8, 9, 33]) {
    yield of(`${outputs} outputs`, { ...small, outputs }, { scored: true, bias: true });
  }
  for (const steps of [3, 4, 6, 8, 63, 64, 65, 127, 128, 129]) {
    yield of(`${steps} steps`, { ...small, steps }, { scored: true, activity: true, idle: 7 });
  }
  yield of("from the second block on", { ...small, steps: 150 }, {
    first: readoutBlock,
    scored: true,
    activity: true,
  });
  yield of("heads of two classes", { ...small, outputs: 6, groups: 3 }, { scored: true, idle: 2 });
  yield of("heads of values", { ...small, outputs: 6, groups: 2 }, {
    kind: "squaredError",
    scored: true,
  });
  yield of("nothing weighs anything", small, { idle: 1, scored: true });
  yield of("logits far apart", { ...small, steps: 40 }, { scale: 60 });
  yield of("models that share slots", { ...small, models: 5, slots: 2 });
  for (let i = 0; i < 5; i++) {
    const draw = (bound: number, n: number) => 1 + random.integer(bound, 3, i, n);
    yield of(`random ${i}`, {
      models: draw(4, 0),
      rows: draw(5, 1),
      steps: draw(90, 2),
      units: draw(40, 3),
      outputs: draw(12, 4),
    }, { scored: true, activity: i % 2 === 0, bias: i % 3 === 0, idle: 4 });
  }
  yield of("many", { models: 3, rows: 16, steps: 70, units: 128, outputs: 33 }, { bias: true });
}

function caseOf(
  random: RandomStream,
  i: number,
  label: string,
  { models, rows, steps, units, outputs, groups = 1, slots = models }: Sizes,
  {
    mode = "gradients",
    kind = "crossEntropy",
    bias = false,
    scored = false,
    activity = false,
    first = 0,
    scale = 1,
    idle = 0,
  }: Choices,
): KernelCase<ReadoutBuffer, ReadoutUniform> {
  const normal = (length: number, j: number, scale = 1) =>
    Float32Array.from(random.normal(new Float64Array(length), 2, i, j), (value) => value * scale);
  const plane = slots * rows * steps;
  const weights = Float32Array.from(
    { length: plane * (groups * (scored ? 2 : 1) + (activity ? 1 : 0)) },
    (_, at) => {
      const step = at < plane * groups ? Math.floor(at / groups) : at;
      return idle > 0 && step % idle === 0 ? 0 : (1 + random.integer(8, 4, i, at)) / 8;
    },
  );
  const isClass = kind === "crossEntropy";
  const parameters = outputs * (units + 1) + 3;
  return {
    label,
    buffers: {
      // The last model has fewer steps than there is room for.
      slots: Uint32Array.from(
        { length: 2 * models },
        (_, at) => at % 2 === 0 ? (at / 2) % slots : at > 1 ? Math.max(0, steps - 1) : steps,
      ),
      parameters: normal(models * parameters, 0, scale / Math.sqrt(units)),
      states: normal(models * rows * (steps + 1) * units, 1),
      targets: isClass
        ? Float32Array.from(
          { length: plane * groups },
          (_, at) => random.integer(outputs / groups, 5, i, at),
        )
        : normal(plane * outputs, 2),
      weights,
      outputs: new Float32Array(models * rows * steps * outputs),
      state_gradients: new Float32Array(models * rows * steps * units),
      records: Float32Array.from({ length: 2 * models * rows * 4 }, (_, at) => at % 5),
    },
    uniforms: {
      num_models: models,
      num_rows: rows,
      num_steps: steps,
      num_units: units,
      num_outputs: outputs,
      num_parameters: parameters,
      groups,
      first_step: first,
      end_step: steps,
      weight_at: 2,
      bias_at: 2 + outputs * units,
      has_bias: bias ? 1 : 0,
      mode: ReadoutMode[mode],
      kind: LossKind[kind],
      record: i % 2,
      scored_at: scored ? plane * groups : 0,
      activity_at: activity ? plane * groups * (scored ? 2 : 1) : 0,
      activity_l1: activity ? 0.3 : 0,
      activity_l2: activity ? 0.2 : 0,
    },
    // Errors of logits grow with them, and sums over steps with their number.
    tolerance: { abs: 2e-6 * scale * Math.max(2, Math.sqrt(steps)), rel: 4e-6 },
  };
}
