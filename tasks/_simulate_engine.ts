// The f32 side of `simulate`: members of a batch become ensembles on the engine, those with equally many units together.
// Leaves out the cutting into chunks and dispatches (gpu/ode/run.ts).

import type { Attractor } from "#lib/core/attractor.ts";
import { randomStream } from "#lib/core/random.ts";
import type { Engine } from "#lib/core/engine.ts";
import { odeKernel } from "#gpu/ode/kernel.ts";
import { type EnsembleJob, runEnsembles } from "#gpu/ode/run.ts";
import type { OdeMethod } from "#gpu/ode/twin.ts";
import { uniformInBox } from "#lib/math/random/uniform_box.ts";
import { boxOf, diverged, noiseLabel, type SimulateParams } from "./_simulate.ts";

/** One ensemble: its params, and who is told how it ends. */
export interface EngineSimulation {
  readonly params: SimulateParams;
  finish(states: Float32Array | Float64Array): void;
  fail(error: unknown): void;
  progress(fraction: number): void;
}

/** Runs ensembles of one system, integrator and number of stored points. */
export async function simulateOnEngine(
  engine: Engine,
  // deno-lint-ignore no-explicit-any
  system: Attractor<any>,
  members: readonly EngineSimulation[],
  signal: AbortSignal,
): Promise<void> {
  const byUnits = new Map<number, EnsembleJob[]>();
  for (const member of members) {
    try {
      const job = jobOf(system, member);
      const numUnits = system.dimension(member.params.parameters as never);
      byUnits.set(numUnits, [...byUnits.get(numUnits) ?? [], job]);
    } catch (error) {
      member.fail(error);
    }
  }
  for (const [numUnits, jobs] of byUnits) {
    const { integrator, num_steps } = members[0].params;
    const kernel = odeKernel(system, integrator as OdeMethod, numUnits);
    await runEnsembles(engine, kernel, jobs, { numUnits, numPoints: num_steps, signal });
  }
}

// deno-lint-ignore no-explicit-any
function jobOf(system: Attractor<any>, member: EngineSimulation): EnsembleJob {
  const { params } = member;
  if (system.engine === undefined) {
    throw new RangeError(
      `${system.name} can be simulated in f64 alone; leave out \`precision: f32\``,
    );
  }
  const box = boxOf(system, params);
  const { substeps = 1, dt, discard, num_steps } = params;
  const settling = Math.round(discard / dt) * substeps;
  const steps = settling + (num_steps - 1) * substeps;
  if (steps >= 2 ** 32) {
    throw new RangeError(`${steps} steps are more than the 2³² that engines count; use f64`);
  }
  return {
    member: {
      h: dt / substeps,
      noise: params.process_noise,
      key: randomStream(params.seed, noiseLabel).key,
      substeps,
      discard: settling,
      constants: system.engine.constants(params.parameters as never),
    },
    numTrials: params.num_trials,
    initial: () => uniformInBox(randomStream(params.seed, "initial_state"), params.num_trials, box),
    finish: member.finish,
    diverged: (trial, point) => member.fail(diverged(params, trial, point)),
    progress: member.progress,
  };
}
