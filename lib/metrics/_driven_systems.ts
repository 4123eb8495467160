// Controlled operators as driven systems for comparison: read from their arrays, refused in words that name these, and
// brought to one size.

import type { ControlledOperator } from "../core/artifacts/controlled_operator.ts";
import { describeShape } from "../core/tensor.ts";
import type { DrivenSystem } from "../math/control/controllability.ts";
import { paddedSystem } from "../math/control/driven_system.ts";

/** What is asked of a system. */
export interface Needs {
  /** A must not be zero: it is compared by its angle. */
  readonly state: boolean;
  /** B must be there and not be zero. */
  readonly input: boolean;
}

/** What to do with systems of different sizes. */
export interface MismatchPolicy {
  readonly on_size_mismatch: "error" | "zero_pad";
  readonly on_input_mismatch: "error" | "zero_pad";
}

/**
 * The system that a controlled operator holds.
 *
 * @throws {TypeError} if it lacks an array.
 * @throws {RangeError} if an array has the wrong shape, holds what is not finite, or is zero where it must not be.
 *
 * @example
 * ```ts
 * import { drivenSystem } from "#lib/metrics/_driven_systems.ts";
 * import { tensor } from "#lib/core/tensor.ts";
 * import { assertEquals } from "@std/assert";
 * const state = tensor(["target", "source"], [1, 1], Float64Array.of(0.5));
 * const input = tensor(["target", "input"], [1, 2], Float64Array.of(1, 3));
 * const system = drivenSystem({ arrays: { state, input }, about: {} }, { state: true, input: true });
 * assertEquals([system.numStates, system.numInputs], [1, 2]);
 * ```
 */
export function drivenSystem({ arrays }: ControlledOperator, needs: Needs): DrivenSystem {
  const { state, input } = arrays;
  if (state === undefined || input === undefined) {
    throw new TypeError(
      `input_dsa got ${describe(arrays)} without ${
        state === undefined ? "state" : "input"
      }; give controlled operators with state (target × source) and input (target × input)`,
    );
  }
  const refuse = (why: string): never => {
    throw new RangeError(`input_dsa got ${describe(arrays)}: ${why}`);
  };
  const [n, m] = [state.shape[0], input.shape[1]];
  if (state.dims.length !== 2 || input.dims.length !== 2 || state.shape[1] !== n) {
    refuse("the state must be square; give target × source, and for input target × input");
  }
  if (input.shape[0] !== n) {
    refuse("their numbers of targets differ; give the A and B of one system");
  }
  if (n === 0 || m === 0) refuse("there is nothing in it; give at least one state and one input");
  for (const [name, { data, shape }] of Object.entries({ state, input })) {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      refuse(
        `${name}[${Math.floor(bad / shape[1])}, ${bad % shape[1]}] is ${
          data[bad]
        }; leave this system out, or fit it again`,
      );
    }
  }
  if (needs.state && isZero(state.data)) {
    refuse(
      "the state is zero, and an angle needs a direction; compare the inputs: compare: control",
    );
  }
  if (needs.input && isZero(input.data)) {
    refuse("the input is zero, so that inputs reach no state; compare the states: compare: state");
  }
  const doubles = (data: ArrayLike<number>) =>
    data instanceof Float64Array ? data : Float64Array.from(data);
  return {
    state: doubles(state.data),
    input: doubles(input.data),
    numStates: n,
    numInputs: m,
  };
}

/**
 * Both systems at one size, padded where the policy says so; a system that is not changed is returned as it is.
 *
 * @throws {RangeError} if sizes differ and the policy refuses that.
 *
 * @example
 * ```ts
 * import { equalSized } from "#lib/metrics/_driven_systems.ts";
 * import { assertEquals } from "@std/assert";
 * const a = { state: Float64Array.of(5), input: Float64Array.of(1), numStates: 1, numInputs: 1 };
 * const b = { ...a, input: Float64Array.of(1, 2), numInputs: 2 };
 * const policy = { on_size_mismatch: "error", on_input_mismatch: "zero_pad" } as const;
 * assertEquals(equalSized(a, b, policy)[0].input, Float64Array.of(1, 0));
 * ```
 */
export function equalSized(
  a: DrivenSystem,
  b: DrivenSystem,
  policy: MismatchPolicy,
): readonly [DrivenSystem, DrivenSystem] {
  if (a.numStates !== b.numStates && policy.on_size_mismatch === "error") {
    throw new RangeError(
      `input_dsa got controlled operators of ${a.numStates} and ${b.numStates} states, state (${
        stateShape(a)
      }) and state (${stateShape(b)}); fit them with one rank, or set on_size_mismatch: zero_pad`,
    );
  }
  if (a.numInputs !== b.numInputs && policy.on_input_mismatch === "error") {
    throw new RangeError(
      `input_dsa got controlled operators of ${a.numInputs} and ${b.numInputs} inputs, input (${
        inputShape(a)
      }) and input (${
        inputShape(b)
      }); give both the same inputs, or set on_input_mismatch: zero_pad`,
    );
  }
  const n = Math.max(a.numStates, b.numStates), m = Math.max(a.numInputs, b.numInputs);
  const padded = (one: DrivenSystem) =>
    one.numStates === n && one.numInputs === m ? one : paddedSystem(one, n, m);
  return [padded(a), padded(b)];
}

/**
 * The arrays of a system in words, for messages.
 *
 * @example
 * ```ts
 * import { describeDriven } from "#lib/metrics/_driven_systems.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(describeDriven({ numStates: 2, numInputs: 1 }), "a controlled operator with state (target 2 × source 2) and input (target 2 × input 1)");
 * ```
 */
export function describeDriven(system: Pick<DrivenSystem, "numStates" | "numInputs">): string {
  return `a controlled operator with state (${stateShape(system)}) and input (${
    inputShape(system)
  })`;
}

function stateShape({ numStates: n }: Pick<DrivenSystem, "numStates">): string {
  return describeShape(["target", "source"], [n, n]);
}

function inputShape(
  { numStates: n, numInputs: m }: Pick<DrivenSystem, "numStates" | "numInputs">,
): string {
  return describeShape(["target", "input"], [n, m]);
}

function describe(arrays: ControlledOperator["arrays"]): string {
  const parts = ["state", "input"].filter((name) => arrays[name] !== undefined)
    .map((name) => `${name} (${describeShape(arrays[name].dims, arrays[name].shape)})`);
  return `a controlled operator with ${parts.length === 0 ? "no arrays" : parts.join(" and ")}`;
}

function isZero(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) return false;
  return true;
}
