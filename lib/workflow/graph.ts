// The graph: what a workflow becomes after axes are expanded, references resolved and params checked.
// One node per stage member, in topological order; integers for edges, so that 100,000 members stay light.

import type { TaskHandle } from "../core/catalogue.ts";
import type { Command } from "../core/command.ts";
import type { Diagnostic, Span } from "../core/diagnostic.ts";
import type { Digest } from "../core/digest.ts";
import type { Result } from "../core/result.ts";
import type { Table } from "../core/table.ts";
import type { Numerics } from "../core/task.ts";

/** An id on an axis: what a coordinate shows. Records on an axis are known by their `id`. */
export type AxisId = string | number | boolean;

/** Coordinates: axis name → id, in the order of the stage's axes. */
export type Coords = Readonly<Record<string, AxisId>>;

/** Where one input artifact comes from. Paths of files start from where the workflow's own path starts. */
export type Source =
  | {
    readonly from: number;
    readonly output: string;
    readonly coords: Coords;
    /** One artifact in a column of a table output: the folder of its files there, and its kind. */
    readonly part?: { readonly folder: string; readonly kind: string };
  }
  | { readonly file: string; readonly coords: Coords };

/** The inputs bound to one port of a member. */
export interface BoundPort {
  readonly kind: string;
  readonly many: boolean;
  /** Whether coordinates are handed over and enter the key. */
  readonly coords: boolean;
  /** In axis order; exactly one unless `many`. */
  readonly sources: readonly Source[];
  /** `failed: omit`: failed members are left out of the list instead of skipping this one. */
  readonly omitFailed?: true;
}

/** What a stage asks of the machine in one attempt. Never in a key. */
export interface Resources {
  /** Cores; 1 if nothing is said. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory?: number;
  /** Named slots: name → how many. */
  readonly slots: Readonly<Record<string, number>>;
}

/** What happens after a failed attempt. */
export interface RetryPolicy {
  /** Attempts in all, 1 for no retry. */
  readonly attempts: number;
  /** Seconds before the second attempt; doubled before each further one. */
  readonly backoffSeconds: number;
}

/** A `run:` stage's own part. */
export interface CommandSpec {
  readonly command: Command;
  /** Declared environment variables: a value, or `null` for the one of the environment. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Tool → the command line that prints its version. */
  readonly tools: Readonly<Record<string, string>>;
}

/** One node: a stage at one point of its axes. */
export interface StageMember {
  /** Position in `Graph.members`; every source has a smaller one. */
  readonly index: number;
  /** `stage[axis=value,…]`. */
  readonly id: string;
  readonly stage: string;
  readonly coords: Coords;
  readonly task: TaskHandle;
  /** Checked, with defaults. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Members chosen by params: param → room and name. */
  readonly members: Readonly<Record<string, { readonly room: string; readonly name: string }>>;
  readonly inputs: Readonly<Record<string, BoundPort>>;
  /** Output → kind. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly timeoutSeconds?: number;
  /** Present for `run:` stages; `task` is then `runTask`. */
  readonly command?: CommandSpec;
  /** By attempt, the last one for all further ones; absent: one core. */
  readonly resources?: readonly Resources[];
  readonly retry?: RetryPolicy;
  /** `store: digest`. */
  readonly keep?: "digest";
  /** Where params or members decide it; else the task's. */
  readonly numerics?: Numerics;
  /** Digest of what its task's `continues` says, if anything: actions that agree in it may share states on the way. */
  readonly continues?: Digest;
  /**
   * It stands for members that a table will name which is not known yet, or reads such a one: it is never run.
   * Its inputs tell what it waits for.
   */
  readonly pending?: true;
  /** It was pending, and its place was taken by members further down. */
  readonly replaced?: true;
}

/**
 * What the bits of a member's results depend on.
 *
 * @example
 * ```ts
 * import { numericsOf } from "#lib/workflow/graph.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(numericsOf(fakeGraph([{ id: "a" }]).members[0]), "exact");
 * ```
 */
export function numericsOf({ numerics, task }: Pick<StageMember, "numerics" | "task">): Numerics {
  if (numerics !== undefined) return numerics;
  if (task.numerics === "by_params") {
    throw new Error(`the numerics of ${task.name} are not resolved`);
  }
  return task.numerics;
}

/** A table that `foreach` waits for: an output of a member. */
export interface WantedTable {
  readonly from: number;
  readonly output: string;
}

/** The part of a graph that depends on tables which are not known yet. */
export interface Growing {
  /** Tables that were not given so far. */
  readonly wants: readonly WantedTable[];
  /**
   * The graph with further tables given. Members keep their indexes; pending ones that are now known are marked
   * `replaced`, and new ones follow at the end, in topological order. Diagnostics if a table does not fit.
   *
   * `never` are tables that will not be known because what makes them failed: the members that stand for their rows
   * stay pending for good, but lists with `failed: omit` no longer wait for these; they are then among their sources.
   */
  grow(
    tables: readonly (WantedTable & { readonly table: Table })[],
    never?: readonly WantedTable[],
  ): Promise<Result<Graph, Diagnostic[]>>;
}

/** A stage as written, for views that collapse axes. */
export interface StageInfo {
  readonly name: string;
  readonly task: string;
  readonly description: string;
  readonly axes: readonly string[];
  readonly numMembers: number;
  /** Names of the stages it takes inputs from. */
  readonly from: readonly string[];
  readonly at: Span;
}

/** An expanded workflow. */
export interface Graph {
  readonly workflow: string;
  readonly description: string;
  readonly file: string;
  readonly profile: string | null;
  readonly stages: readonly StageInfo[];
  readonly members: readonly StageMember[];
  /** Warnings; errors would have prevented the graph. */
  readonly warnings: readonly Diagnostic[];
  /** The workflow as resolved (extends, profile, overrides applied, expressions in place), as YAML. */
  readonly resolved: string;
  /** What `resolved` says, without reading it again. */
  resolvedValue?(): Readonly<Record<string, unknown>>;
  /** Absent if no `foreach` waits for a table. */
  readonly growing?: Growing;
}

/**
 * Who reads each member: for member i the indexes of the members with an input from i, ascending.
 *
 * @example
 * ```ts
 * import { dependentsOf } from "#lib/workflow/graph.ts";
 * import { assertEquals } from "@std/assert";
 * const port = (from: number) => ({ x: { kind: "table", many: false, coords: false, sources: [{ from, output: "t", coords: {} }] } });
 * assertEquals(dependentsOf([{ inputs: {} }, { inputs: port(0) }, { inputs: port(0) }]), [[1, 2], [], []]);
 * ```
 */
export function dependentsOf(
  members: readonly Pick<StageMember, "inputs">[],
): readonly (readonly number[])[] {
  const dependents: number[][] = members.map(() => []);
  members.forEach((member, index) => {
    for (const port of Object.values(member.inputs)) {
      for (const source of port.sources) {
        if (!("from" in source)) continue;
        const readers = dependents[source.from];
        if (readers[readers.length - 1] !== index) readers.push(index);
      }
    }
  });
  return dependents;
}
