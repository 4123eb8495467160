// A task: a stage type. Its file in `tasks/` exports one of these; the file name is the name used in YAML.
// Leaves out: how tasks are found (catalogue.ts), checked against a workflow (resolve.ts), and run (executors).

import type { z } from "zod";
import type { ArtifactType } from "./artifact.ts";
import type { Engine } from "./engine.ts";

/** A value handed over through a gathered input, with where it stands on the gathered axes. */
export interface Item<T> {
  readonly value: T;
  /** Axis name → id of the value on that axis. Empty unless the port asks for coordinates. */
  readonly coords: Readonly<Record<string, string | number | boolean>>;
}

/** One input of a task. Make it with {@link one}, {@link optional} or {@link many}. */
export interface Port<V> {
  // deno-lint-ignore no-explicit-any
  readonly type: ArtifactType<any>;
  readonly many: boolean;
  readonly optional: boolean;
  /** Whether coordinates are handed over, and so enter the key. */
  readonly coords: boolean;
  /** Present at compile time only: what the task receives. */
  readonly __value?: V;
}

/** Inputs by name. */
// deno-lint-ignore no-explicit-any
export type Ports = Readonly<Record<string, Port<any>>>;

/** What `run` receives for a set of ports. */
export type Values<P extends Ports> = {
  readonly [K in keyof P]: P[K] extends Port<infer V> ? V : never;
};

/** Outputs by name. */
// deno-lint-ignore no-explicit-any
export type Outputs = Readonly<Record<string, ArtifactType<any>>>;

/** What `run` must return. */
export type Results<O extends Outputs> = {
  readonly [K in keyof O]: O[K] extends ArtifactType<infer T> ? T : never;
};

/**
 * A port that takes exactly one artifact.
 *
 * @example
 * ```ts
 * import { one } from "#lib/core/task.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { assert } from "@std/assert";
 * assert(!one(table).many && !one(table).optional);
 * ```
 */
export function one<T>(type: ArtifactType<T>): Port<T> {
  return { type, many: false, optional: false, coords: false };
}

/**
 * A port that may stay unbound; the task then receives `undefined`.
 *
 * @example
 * ```ts
 * import { optional } from "#lib/core/task.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { assert } from "@std/assert";
 * assert(optional(table).optional);
 * ```
 */
export function optional<T>(type: ArtifactType<T>): Port<T | undefined> {
  return { type, many: false, optional: true, coords: false };
}

/**
 * A port that takes a list: what `gather` or a list in `from` hands over, in axis order.
 * With `coords: true` each item carries its coordinates, which then are part of the key.
 *
 * @example
 * ```ts
 * import { many } from "#lib/core/task.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { assert } from "@std/assert";
 * assert(many(table, { coords: true }).many);
 * ```
 */
export function many<T>(
  type: ArtifactType<T>,
  options: { coords?: boolean; optional?: boolean } = {},
): Port<readonly Item<T>[]> {
  return {
    type,
    many: true,
    optional: options.optional ?? false,
    coords: options.coords ?? false,
  };
}

/** How much of a task's work was found and how much was computed, in its own unit. */
export interface StateWork {
  /** What is counted: "epochs". */
  readonly unit: string;
  readonly found: number;
  readonly computed: number;
}

/**
 * States on the way that survive the process: of this action, and of others that go the same way for a while. An action
 * goes the way that `continues` says: same code, same numerics class, same inputs, same value of `continues`. What is
 * found never changes a result, only how much of it must be computed.
 */
export interface SavedStates {
  /** Labels of the states there are, sorted; they grow and shrink by what this task saves and drops. */
  readonly labels: readonly string[];
  /** The bytes of a state, or `undefined` if there is none, or it is damaged. They are the caller's. */
  load(label: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps a state under a label of 1 to 1000 bytes of UTF-8. The bytes are copied at once; a state that is there already
   * stands. A task that is killed right after this finds the state, as a rule, when it runs again.
   */
  save(label: string, bytes: Uint8Array): void;
  /** Lets go of states that nothing will continue from. */
  drop(labels: readonly string[]): void;
  /**
   * Tells the engine how much was found and how much was computed; the last time counts. Nothing computed counts as a
   * hit.
   */
  told(work: StateWork): void;
}

/** What a running task may use besides its params and inputs. There is nothing else. */
export interface TaskContext {
  /**
   * The members (a metric, an attractor) that the params chose, by the name of the param; those of a list of names as
   * `<param>.<place>` (`memberList` of resolve.ts).
   */
  // deno-lint-ignore no-explicit-any
  readonly members: Readonly<Record<string, any>>;
  /** Aborted when the run stops. Long loops look at it now and then. */
  readonly signal: AbortSignal;
  /** Reports progress from 0 to 1, never backwards, with a short note. */
  progress(fraction: number, note?: string): void;
  /** The engine of the run, for stages whose numerics are `engine`; asking for it in any other stage throws. */
  readonly engine: Engine;
  /** For tasks that say `continues`; asking for it in any other throws. In a batch each member has its own. */
  readonly states: SavedStates;
}

/** What the bits of a result depend on: nothing, double precision on the CPU, or the engine that ran it. */
export type Numerics = "exact" | "f64" | "engine";

/**
 * That, and when, many actions of a task may be run as one: actions of the same code and numerics class whose params
 * agree in `by` and whose inputs have the same numbers of bytes, unless these may differ.
 */
export interface Fusion {
  /** Params that must be equal; all others may differ within a batch. */
  readonly by: readonly string[];
  /** Members in one batch at most; 256 if absent. */
  readonly most?: number;
  /** Whether inputs of different sizes go into one batch, too: for tasks that sort them out themselves. */
  readonly anySizes?: boolean;
}

/** One member of a batch. It is finished or failed exactly once; companions never change its bytes. */
export interface FusedMember<P, I extends Ports, O extends Outputs> {
  readonly params: P;
  readonly inputs: Values<I>;
  /** Hands its results over; they are committed while the rest goes on. */
  finish(results: Results<O>): void;
  /** What is wrong with this member alone, such as divergence. The batch goes on. */
  fail(error: unknown): void;
  progress(fraction: number, note?: string): void;
  /** For tasks that say `continues`, and these alone. */
  readonly states?: SavedStates;
}

/** A param that names a member of a room, or a list of them, and the param that holds the members' own params. */
export interface MemberUse {
  /** `metrics`, `attractors`, `dmd`, … : a folder with a generated index. */
  readonly room: string;
  /**
   * The param that is validated by the chosen member's own schema. Members of a list share it, and the task finds the
   * reading of each under its name.
   */
  readonly params?: string;
}

/** What a param schema must be: a strict zod object. */
export type ParamsSchema = z.ZodObject;

/** Ports that are fixed, or depend on the params and chosen members; an array offers alternatives. */
export type InputsOf<P, I extends Ports> =
  | I
  // deno-lint-ignore no-explicit-any
  | ((params: P, members: Readonly<Record<string, any>>) => Ports | readonly Ports[]);

/** Everything that defines a task. */
export interface Task<
  P extends ParamsSchema = ParamsSchema,
  I extends Ports = Ports,
  O extends Outputs = Outputs,
> {
  /** Equals the file name. */
  readonly name: string;
  /** One sentence for people: what it computes. */
  readonly summary: string;
  /** Raised when the meaning changes without the code showing it. */
  readonly version: number;
  /**
   * What the bits of the result depend on: `exact` (nothing), `f64` (double precision on the CPU) or
   * `engine` (the engine that ran it, which then is part of the key). A function where params or members decide.
   */
  readonly numerics:
    | Numerics
    // deno-lint-ignore no-explicit-any
    | ((params: z.output<P>, members: Readonly<Record<string, any>>) => Numerics);
  /** Strict object; every field described, units in names. */
  readonly params: P;
  /** Params that choose members. */
  readonly members?: Readonly<Record<string, MemberUse>>;
  readonly inputs: InputsOf<z.output<P>, I>;
  // deno-lint-ignore no-explicit-any
  readonly outputs: O | ((params: z.output<P>, members: Readonly<Record<string, any>>) => Outputs);
  /**
   * What is wrong with params and members taken together (a period that is no multiple of dt), told when planning, with
   * the place in the YAML. `path` leads from the params.
   */
  check?(
    params: z.output<P>,
    // deno-lint-ignore no-explicit-any
    members: Readonly<Record<string, any>>,
  ): readonly {
    readonly path: readonly (string | number)[];
    readonly message: string;
    readonly known?: readonly string[];
  }[];
  /**
   * For tasks that go step by step and may be continued: the params that decide every step, as plain data, without those
   * that only say when to stop. Actions that agree in it (and in code, numerics class and inputs) share `states`; where
   * it gives `undefined` there are none. All that it looks at counts as read, and so do all inputs.
   */
  continues?(params: z.output<P>): unknown;
  /** Small params for documentation and the conformance suite; those with inputs give `inputs`. */
  readonly examples: readonly TaskExample[];
  run(
    context: TaskContext,
    params: z.output<P>,
    inputs: Values<I>,
  ): Promise<Results<O>> | Results<O>;
  /** Which actions may be run as one; needs `runMany`. */
  readonly fuse?: Fusion;
  /**
   * Runs several members as one. What it throws is the batch's failure (the engine's, as a rule): the batch is then
   * halved and tried again.
   */
  runMany?(
    context: TaskContext,
    members: readonly FusedMember<z.output<P>, I, O>[],
  ): Promise<void> | void;
}

/** Names to lazy imports of tasks, as the generated index has it. */
export type TaskIndex = Readonly<
  // deno-lint-ignore no-explicit-any
  Record<string, () => Promise<{ readonly default: Task<any, any, any> }>>
>;

/** A small case that the conformance suite runs twice and compares. */
export interface TaskExample {
  readonly params: Readonly<Record<string, unknown>>;
  /** Values by port; an array for a `many` port, of values or of {@link Item}s. Made lazily: loading stays cheap. */
  // deno-lint-ignore no-explicit-any
  readonly inputs?: () => Readonly<Record<string, any>>;
}

/**
 * Defines a task: nothing at run time, inference and checks at compile time. A task whose ports depend
 * on its params receives `inputs` as loose values and checks nothing more than the engine did.
 *
 * @example
 * ```ts
 * import { defineTask, one } from "#lib/core/task.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const first = defineTask({
 *   name: "first_rows",
 *   summary: "Keeps the first rows of a table.",
 *   version: 1,
 *   numerics: "exact",
 *   params: z.strictObject({ num_rows: z.int().min(1).describe("rows to keep") }),
 *   inputs: { table: one(table) },
 *   outputs: { table },
 *   examples: [],
 *   run: (_context, params, inputs) => ({
 *     table: { ...inputs.table, rows: inputs.table.rows.slice(0, params.num_rows) },
 *   }),
 * });
 * assertEquals(first.name, "first_rows");
 * ```
 */
export function defineTask<P extends ParamsSchema, I extends Ports, O extends Outputs>(
  task: Task<P, I, O>,
): Task<P, I, O> {
  return task;
}
