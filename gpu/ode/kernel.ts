// Kernels for ensembles of trajectories of one system: `ode_ensemble` where few units know of each other, with the state
// in registers for all steps of a dispatch, and `ode_network` where all do through sums, with the units of four
// trajectories spread over a workgroup. Which one is the system's own choice (`engine.coupling`).

import type { Attractor } from "#lib/core/attractor.ts";
import { defineKernel, type Kernel } from "#lib/core/kernel.ts";
import philox from "../shared/philox.wgsl" with { type: "text" };
import ensemble from "../ode_ensemble.wgsl" with { type: "text" };
import network from "../ode_network.wgsl" with { type: "text" };
import noise from "./noise.wgsl" with { type: "text" };
import schedule from "./schedule.wgsl" with { type: "text" };
import slotsStorage from "./slots_storage.wgsl" with { type: "text" };
import slotsWorkgroup from "./slots_workgroup.wgsl" with { type: "text" };
import state2 from "./state2.wgsl" with { type: "text" };
import state3 from "./state3.wgsl" with { type: "text" };
import { type OdeBuffer, type OdeMethod, odeMethods, odeTwin, type OdeUniform } from "./twin.ts";

/** A kernel for ensembles, with what its caller must know to lay out its states. */
export interface OdeKernel extends Kernel<OdeBuffer, OdeUniform> {
  /** Blocks of units per quad; see layout.ts. */
  readonly blocks: number;
  /** Turns of all its loops that a thread of a software adapter makes for one step, at most. */
  turnsPerStep(numUnits: number): number;
}

/**
 * The kernel of a system and a method.
 *
 * @throws {RangeError} if the system has no field for engines.
 *
 * @example
 * ```ts
 * import { odeKernel } from "#gpu/ode/kernel.ts";
 * import lorenz from "#lib/models/attractors/lorenz.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(odeKernel(lorenz, "rk4", 3).name, "ode_ensemble/lorenz_rk4");
 * ```
 */
export function odeKernel(
  // deno-lint-ignore no-explicit-any
  attractor: Attractor<any>,
  method: OdeMethod,
  numUnits: number,
): OdeKernel {
  const { name, engine } = attractor;
  if (engine === undefined) {
    throw new RangeError(`odeKernel() got ${name}, which has no field for engines`);
  }
  const isNetwork = engine.coupling === "sums";
  const inWorkgroup = numUnits <= mostWorkgroupUnits;
  const field = `../${engine.path.replace(/\.wgsl$/, "")}`;
  const unitsPerThread = engine.coupling === "triples" ? 3 : 2;
  const chosen = {
    field: [field, engine.wgsl],
    "ode/state": unitsPerThread === 3 ? ["ode/state3", state3] : ["ode/state2", state2],
    "ode/slots": inWorkgroup
      ? ["ode/slots_workgroup", slotsFor(numUnits)]
      : ["ode/slots_storage", slotsStorage],
  } as const;
  let source = isNetwork ? network : ensemble;
  const fragments: Record<string, string> = {
    "shared/philox": philox,
    "ode/noise": noise,
    "ode/schedule": schedule,
  };
  for (const [generic, [path, text]] of Object.entries(chosen)) {
    if (!source.includes(`#import "${generic}"`)) continue;
    source = source.replace(`#import "${generic}"`, `#import "${path}"`);
    fragments[path] = text;
  }
  const blocks = isNetwork ? 4 : 1;
  return {
    ...defineKernel<OdeBuffer, OdeUniform>({
      name: `${isNetwork ? "ode_network" : "ode_ensemble"}/${name}_${method}`,
      source,
      fragments,
      overrides: (device) => ({
        workgroup_size: isNetwork ? networkThreads[device] : ensembleThreads[device],
        method: odeMethods.indexOf(method),
      }),
      grid({ num_quads, num_units }, { workgroup_size }) {
        if (isNetwork) return [num_quads, 1, 1];
        return [
          Math.ceil(num_quads * Math.ceil(num_units / unitsPerThread) / workgroup_size),
          1,
          1,
        ];
      },
      wasm: {
        module: engine.wasm,
        entry: method,
        buffers: ["quads", "members", "constants", "state", "points"],
        uniforms: [
          "num_quads",
          "first_point",
          "num_points",
          "first_step",
          "num_steps",
          "num_units",
        ],
        numParts: ({ num_quads }) => Math.max(1, Math.ceil(num_quads / tiles[engine.coupling])),
      },
      twin: odeTwin(attractor, method, blocks),
      // Some tens of steps of rounding in f32, where neighbouring states have not parted yet.
      tolerance: { abs: 2e-5, rel: 2e-5 },
    }),
    blocks,
    turnsPerStep: isNetwork ? networkTurns : () => ensembleTurns,
  };
}

/**
 * Each of the four evaluations goes twice over the units of a thread and once over the threads; noise once; a point once,
 * and over four lanes of each unit. Every loop counts one turn more for its end. What is left is for the steps themselves.
 */
function networkTurns(numUnits: number): number {
  const units = Math.ceil(numUnits / networkThreads.software);
  return 4 * (2 * (units + 1) + networkThreads.software + 1) + (units + 1) + (6 * units + 1) + 4;
}

/** The fragment with no more workgroup memory than needed, in steps, so that networks share shaders. */
function slotsFor(numUnits: number): string {
  const room = Math.ceil(numUnits / 32) * 32;
  return slotsWorkgroup.replace(/SLOT_UNITS: u32 = \d+u/, `SLOT_UNITS: u32 = ${room}u`);
}

/** 12 KiB of workgroup memory at 48 bytes per unit; every device has 16. */
const mostWorkgroupUnits = 256;
const ensembleThreads = { gpu: 64, software: 16 };
const networkThreads = { gpu: 32, software: 8 };
/**
 * Eight threads of a software adapter go through loops together, as often as any of them; where their members store at
 * different steps, that may be as often as all of them. Stretches up to a point count, too, and ends of loops.
 */
const ensembleTurns = 12;
/** Quads that are worth a part of their own, as the wasm modules have it: four times what they take side by side. */
const tiles = { triples: 12, pairs: 16, sums: 1 };
