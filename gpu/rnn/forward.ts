// States of networks on given inputs: forward alone, without noise, from the state 0, in chunks that an engine can hold.
// Networks of one model, one setting and one size that see the same trials run side by side; none notices the others.
// Leaves out readout and loss (readout.ts), and training (sweep.ts).

import type { Network } from "#lib/core/artifacts/network.ts";
import { canonicalJson } from "#lib/core/canonical.ts";
import type { Engine, EngineArray } from "#lib/core/engine.ts";
import type { NetworkModel } from "#lib/core/network_model.ts";
import { networkProgram } from "./programs.ts";
import type { NetworkProgram, ProgramConstants, SweepShape } from "./program.ts";

/** What networks are given. */
export interface ForwardInputs {
  /** Trial × step × channel, row-major; the first `numSteps` of `stride` steps of a trial are taken. */
  readonly data: Float32Array;
  readonly numTrials: number;
  readonly numSteps: number;
  readonly stride: number;
}

/** States of one network over some trials. */
export interface StateBlock {
  /** Place of the network in the list. */
  readonly network: number;
  readonly firstTrial: number;
  readonly numTrials: number;
  /** Trial × (step + 1) × state, the state before step 0 first. Belongs to the engine: read it at once. */
  readonly states: EngineArray;
  readonly numStates: number;
}

/** Bytes of states and work on an engine at once. */
const mostBytes = 1 << 26;

/**
 * Runs networks on trials and hands over their states block by block, all of one network's in the order of trials.
 *
 * @param model the networks' model, as `lib/models/networks` has it
 * @param options.program the program to run, for tests; else the model's
 * @throws {RangeError} if networks differ in settings or sizes, or their inputs are not those channels.
 *
 * @example
 * ```ts
 * import { forwardStates } from "#gpu/rnn/forward.ts";
 * import { RefEngine } from "#gpu/runtime/ref_engine.ts";
 * import { assertEquals } from "@std/assert";
 * await using engine = new RefEngine();
 * const inputs = { data: new Float32Array(4), numTrials: 1, numSteps: 2, stride: 2 };
 * await forwardStates(engine, undefined as never, [], inputs, () => {});
 * assertEquals(engine.counts.dispatches, 0); // no network, nothing to do
 * ```
 */
export async function forwardStates(
  engine: Engine,
  // deno-lint-ignore no-explicit-any
  model: NetworkModel<any>,
  networks: readonly Network[],
  inputs: ForwardInputs,
  receive: (block: StateBlock) => void,
  options: { readonly program?: NetworkProgram; readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (networks.length === 0) return;
  const [{ settings, sizes, dtMs }] = networks;
  requireAlike(networks);
  requireInputs(inputs, sizes.inputs);
  const numStates = model.stateSize(settings, sizes);
  const { parameters, offsets } = packed(model, networks);
  const perModel = parameters.length / networks.length;
  const constants: ProgramConstants = {
    ...model.constants(settings, { dtMs }),
    ...offsets,
    noise: 0,
  };
  const own = options.program === undefined ? networkProgram(model.program) : undefined;
  using _own = own;
  const program = options.program ?? own!;
  const { numTrials, numSteps } = inputs;
  const shape = (models: number, rows: number): SweepShape => ({
    models,
    rows,
    steps: numSteps,
    inputs: sizes.inputs,
    units: sizes.units,
    outputs: sizes.outputs,
    parameters: perModel,
    slots: 1,
  });
  const work = workOf(program, shape(1, 1), constants);
  const perRow = 4 * Math.max((numSteps + 1) * numStates, numSteps * work, numSteps * sizes.inputs);
  const room = Math.min(mostBytes, engine.limits.maxBindingBytes, engine.limits.maxBufferBytes);
  const rowsAtOnce = clamp(Math.floor(room / perRow), numTrials);
  const modelsAtOnce = rowsAtOnce < numTrials
    ? 1
    : clamp(Math.floor(room / (perRow * rowsAtOnce)), networks.length);
  for (let first = 0; first < networks.length; first += modelsAtOnce) {
    const models = Math.min(modelsAtOnce, networks.length - first);
    for (let trial = 0; trial < numTrials; trial += rowsAtOnce) {
      options.signal?.throwIfAborted();
      const rows = Math.min(rowsAtOnce, numTrials - trial);
      const length = rows * (numSteps + 1) * numStates;
      using slots = engine.upload(
        Uint32Array.from({ length: 2 * models }, (_, i) => i % 2 * numSteps),
      );
      using given = engine.upload(
        parameters.subarray(first * perModel, (first + models) * perModel),
      );
      using seen = engine.upload(inputRows(inputs, sizes.inputs, trial, rows));
      using noise = engine.allocate(1);
      using states = engine.allocate(models * length);
      using left = engine.allocate(Math.max(1, models * rows * numSteps * work));
      const buffers = { slots, parameters: given, inputs: seen, noise, states, work: left };
      program.forward(engine, shape(models, rows), buffers, constants);
      const all = await engine.download(states);
      for (let at = 0; at < models; at++) {
        receive({
          network: first + at,
          firstTrial: trial,
          numTrials: rows,
          states: all.subarray(at * length, (at + 1) * length),
          numStates,
        });
      }
    }
  }
}

function clamp(count: number, most: number): number {
  return Math.max(1, Math.min(most, count));
}

function workOf(program: NetworkProgram, shape: SweepShape, constants: ProgramConstants): number {
  return Math.max(1, program.workPerStep(shape, constants));
}

/** Parameters of all networks, one network after the other in the model's order, and where each tensor begins. */
function packed(
  // deno-lint-ignore no-explicit-any
  model: NetworkModel<any>,
  networks: readonly Network[],
): { readonly parameters: Float32Array; readonly offsets: Readonly<Record<string, number>> } {
  const [{ settings, sizes }] = networks;
  const shapes = model.parameters(settings, sizes);
  const offsets: Record<string, number> = {};
  let perModel = 0;
  for (const { name, shape } of shapes) {
    offsets[`at_${name}`] = perModel;
    perModel += shape.reduce((product, length) => product * length, 1);
  }
  const parameters = new Float32Array(networks.length * perModel);
  networks.forEach((network, at) => {
    for (const { name, shape } of shapes) {
      const tensor = network.parameters[name];
      if (tensor === undefined || tensor.shape.join() !== shape.join()) {
        throw new RangeError(
          `a ${network.model} of these settings has the parameter ${name} (${
            shape.join(" × ")
          }), but the network's is ${tensor === undefined ? "absent" : tensor.shape.join(" × ")}`,
        );
      }
      parameters.set(tensor.data as Float32Array, at * perModel + offsets[`at_${name}`]);
    }
  });
  return { parameters, offsets };
}

/** The first steps of some trials; all of them need no copy. */
function inputRows(
  { data, numSteps, stride }: ForwardInputs,
  width: number,
  trial: number,
  rows: number,
): Float32Array {
  const all = data.subarray(trial * stride * width, (trial + rows) * stride * width);
  if (numSteps === stride) return all;
  const kept = new Float32Array(rows * numSteps * width);
  for (let row = 0; row < rows; row++) {
    const from = row * stride * width;
    kept.set(all.subarray(from, from + numSteps * width), row * numSteps * width);
  }
  return kept;
}

function requireAlike(networks: readonly Network[]): void {
  const alike = ({ model, settings, sizes, dtMs }: Network) =>
    canonicalJson({ model, settings, sizes: { ...sizes }, dtMs } as never);
  const first = alike(networks[0]);
  const odd = networks.findIndex((network) => alike(network) !== first);
  if (odd < 0) return;
  throw new RangeError(
    `network ${odd} of the list is ${
      alike(networks[odd])
    }, the first is ${first}; run networks of unlike models, ` +
      "settings or sizes one list after the other",
  );
}

function requireInputs({ data, numTrials, numSteps, stride }: ForwardInputs, width: number): void {
  if (data.length === numTrials * stride * width && numSteps >= 1 && numSteps <= stride) return;
  throw new RangeError(
    `networks of ${width} inputs got ${data.length} numbers for ${numTrials} trials × ${stride} steps, of which ` +
      `${numSteps} are to be run; give trial × step × channel`,
  );
}
