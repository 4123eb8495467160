// The graph: what a workflow becomes after axes are expanded, references resolved and params checked.
// One node per stage member, in topological order; integers for edges, so that 100,000 members stay light.

import type { TaskHandle } from "../core/catalogue.ts";
import type { Diagnostic, Span } from "../core/diagnostic.ts";

/** An id on an axis: what a coordinate shows. Records on an axis are known by their `id`. */
export type AxisId = string | number | boolean;

/** Coordinates: axis name → id, in the order of the stage's axes. */
export type Coords = Readonly<Record<string, AxisId>>;

/** Where one input artifact comes from. Paths of files start from where the workflow's own path starts. */
export type Source =
  | { readonly from: number; readonly output: string; readonly coords: Coords }
  | { readonly file: string; readonly coords: Coords };

/** The inputs bound to one port of a member. */
export interface BoundPort {
  readonly kind: string;
  readonly many: boolean;
  /** Whether coordinates are handed over and enter the key. */
  readonly coords: boolean;
  /** In axis order; exactly one unless `many`. */
  readonly sources: readonly Source[];
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
