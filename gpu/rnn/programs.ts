// Which program runs a network model: by the name that the model gives.

import type { NetworkProgramName } from "#lib/core/network_model.ts";
import { gatedProgram } from "./gated.ts";
import type { NetworkProgram } from "./program.ts";
import { recurrentProgram } from "./recurrent.ts";

const makers: Readonly<Partial<Record<NetworkProgramName, () => NetworkProgram>>> = {
  gated: gatedProgram,
  recurrent: recurrentProgram,
};

/**
 * A program by name, to be disposed of by whoever asked for it.
 *
 * @throws {RangeError} if there is none yet.
 *
 * @example
 * ```ts
 * import { networkProgram } from "#gpu/rnn/programs.ts";
 * import { assertEquals } from "@std/assert";
 * using program = networkProgram("recurrent");
 * assertEquals(typeof program.forward, "function");
 * ```
 */
export function networkProgram(name: NetworkProgramName): NetworkProgram {
  const make = makers[name];
  if (make === undefined) {
    throw new RangeError(
      `no engine runs networks of the kind '${name}'; there are ${Object.keys(makers).join(", ")}`,
    );
  }
  return make();
}
