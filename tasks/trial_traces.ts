// One trial as a table, moment by moment: what a network is given, what it should answer, and, with a network, what it
// answers, stepped in double precision. For figures of traces. Leaves out many trials (represent, evaluate).

import { z } from "zod";
import { network } from "#lib/core/artifacts/network.ts";
import { table } from "#lib/core/artifacts/table.ts";
import { type Trials, trials } from "#lib/core/artifacts/trials.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { defineTask, one, optional } from "#lib/core/task.ts";
import { conditions, rowTest } from "#lib/math/tables/condition.ts";
import {
  exampleNetwork,
  exampleTrials,
  lengthsOf,
  modelOf,
  requireFit,
} from "./_network_states.ts";
import { readoutOf } from "./_readout.ts";

const params = z.strictObject({
  where: conditions.default({}).describe(
    "conditions of the trial: {choice: 1, coherence_percent: 51.2}",
  ),
  nth: z.int().min(0).default(0).describe("which of the trials that meet them, from 0"),
  target: z.boolean().default(true).describe("also what the right answer is"),
});

export default defineTask({
  name: "trial_traces",
  summary: "Lays out one trial as a table: inputs, target and a network's answer over time.",
  version: 1,
  numerics: "f64",
  params,
  inputs: { trials: one(trials), model: optional(network) },
  outputs: { traces: table },
  examples: [
    { params: { where: { choice: 1 } }, inputs: () => ({ trials: exampleTrials() }) },
    {
      params: { nth: 2, target: false },
      inputs: () => ({ trials: exampleTrials(), model: exampleNetwork() }),
    },
  ],
  async run(_context, { where, nth, target }, { trials, model }) {
    const trial = placeOf(trials, where, nth);
    const numSteps = lengthsOf(trials)[trial];
    const dtMs = trials.about.dt_ms as number;
    const traces = [...inputTraces(trials, trial), ...(target ? targetTraces(trials, trial) : [])];
    if (model !== undefined) {
      requireFit("trial_traces", model, trials);
      const outputs = await answers(model, trials, trial, numSteps);
      traces.push(...outputTraces(trials, outputs, model.sizes.outputs));
    }
    const period = periodOf(trials, trial);
    const records = traces.flatMap(({ trace, kind, at }) =>
      Array.from({ length: numSteps }, (_, t): Record<string, Cell> => ({
        trace,
        kind,
        time_ms: t * dtMs,
        value: at(t),
        period: period(t),
      }))
    );
    return {
      traces: tableOf(records, {
        trace: { key: true },
        time_ms: { key: true, unit: "ms" },
        kind: { description: "input, rule, target or output" },
      }),
    };
  },
});

interface Trace {
  readonly trace: string;
  readonly kind: "input" | "rule" | "target" | "output";
  at(step: number): number;
}

function placeOf(
  { conditions: table }: Trials,
  where: z.output<typeof conditions>,
  nth: number,
): number {
  const matches = rowTest(table, where, "trial_traces");
  const found = [...table.rows.keys()].filter((row) => matches(table.rows[row]));
  if (nth < found.length) return found[nth];
  throw new RangeError(
    `trial_traces is to show trial ${nth} of those with ${
      JSON.stringify(where)
    }, but there are ${found.length} of ${table.rows.length}`,
  );
}

function inputTraces({ inputs }: Trials, trial: number): Trace[] {
  const [, longest, width] = inputs.shape;
  return Array.from({ length: width }, (_, channel): Trace => {
    const name = String(inputs.coords?.channel?.[channel] ?? `input_${channel + 1}`);
    return {
      trace: name,
      kind: name.startsWith("rule_") ? "rule" : "input",
      at: (t) => inputs.data[(trial * longest + t) * width + channel],
    };
  });
}

function targetTraces({ targets }: Trials, trial: number): Trace[] {
  const [numTrials, longest] = targets.shape;
  const width = targets.data.length / (numTrials * longest);
  const names = targets.coords?.output;
  return Array.from({ length: width }, (_, k): Trace => ({
    trace: width === 1 ? "target" : `target_${names?.[k] ?? k + 1}`,
    kind: "target",
    at: (t) => targets.data[(trial * longest + t) * width + k],
  }));
}

/** Probabilities of classes, or the outputs themselves. */
function outputTraces({ about }: Trials, outputs: Float64Array, width: number): Trace[] {
  const names = Array.isArray(about.outputs) && about.outputs.length === width
    ? about.outputs.map(String)
    : Array.from({ length: width }, (_, k) => `output_${k + 1}`);
  const isClass = about.target !== "value";
  return names.map((name, k): Trace => ({
    trace: isClass ? `p_${name}` : name,
    kind: "output",
    at(t) {
      const own = outputs.subarray(t * width, (t + 1) * width);
      if (!isClass) return own[k];
      const top = Math.max(...own);
      const total = own.reduce((sum, one) => sum + Math.exp(one - top), 0);
      return Math.exp(own[k] - top) / total;
    },
  }));
}

async function answers(
  network: Parameters<typeof modelOf>[0],
  { inputs }: Trials,
  trial: number,
  numSteps: number,
): Promise<Float64Array> {
  const { settings, sizes, parameters, dtMs } = network;
  const model = await modelOf(network);
  if (model.step === undefined) {
    throw new RangeError(`trial_traces cannot step a ${model.name}; leave the network out`);
  }
  const wide = Object.fromEntries(
    Object.entries(parameters).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
  const step = model.step(settings, wide, sizes, { dtMs });
  const numStates = model.stateSize(settings, sizes);
  const [, longest, width] = inputs.shape;
  const states = new Float64Array(numSteps * numStates);
  let state = new Float64Array(numStates);
  for (let t = 0; t < numSteps; t++) {
    const from = (trial * longest + t) * width;
    const next = states.subarray(t * numStates, (t + 1) * numStates);
    step(Float64Array.from(inputs.data.subarray(from, from + width)), state, next);
    state = next;
  }
  return readoutOf(network)(states, numSteps);
}

/** The period that a step lies in; null outside all of them. */
function periodOf({ bounds }: Trials, trial: number): (step: number) => string | null {
  const names = bounds.coords?.period ?? [];
  const numPeriods = bounds.shape[1];
  return (step) => {
    for (let period = 0; period < numPeriods; period++) {
      const at = 2 * (trial * numPeriods + period);
      if (step < bounds.data[at] || step >= bounds.data[at + 1]) continue;
      return String(names[period] ?? period);
    }
    return null;
  };
}
