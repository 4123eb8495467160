// The box around three-dimensional paths: its edges, names of axes and numbers at their ends, placed on paper.

import { boxEdges, type Eye, orthographic } from "../draw/orthographic.ts";
import type { Limits } from "./_paths.ts";

/** A mark of the box: an edge from (u, v) to (u2, v2), or a text at (u, v). */
export interface BoxMark {
  readonly part: string;
  readonly panel: string;
  readonly u: number;
  readonly v: number;
  readonly u2?: number;
  readonly v2?: number;
  readonly text?: string;
}

/**
 * Place on paper of a data point within limits. A flat axis is drawn in the middle.
 *
 * @example
 * ```ts
 * import { onPaper } from "#lib/figures/_box_3d.ts";
 * import { assertEquals } from "@std/assert";
 * const limits = { low: [0, 0, 0], high: [2, 2, 0] };
 * assertEquals(onPaper({ azimuth: 0, elevation: 0 }, limits)([1, 1, 0]), { u: 0, v: 0 });
 * ```
 */
export function onPaper(
  eye: Eye,
  { low, high }: Limits,
): (point: readonly number[]) => { readonly u: number; readonly v: number } {
  const { project } = orthographic(eye);
  const inBox = (point: readonly number[], axis: number) =>
    high[axis] > low[axis] ? (point[axis] - low[axis]) / (high[axis] - low[axis]) : 0.5;
  return (point) => {
    const { u, v } = project(inBox(point, 0), inBox(point, 1), inBox(point, 2));
    return { u: round(u), v: round(v) };
  };
}

/**
 * The marks of a panel's box, as rows of data with positions `u` (right) and `v` (up).
 *
 * @example
 * ```ts
 * import { boxValues } from "#lib/figures/_box_3d.ts";
 * import { assertEquals } from "@std/assert";
 * const limits = { low: [0, 0, 0], high: [1, 1, 1] };
 * const values = boxValues("", { azimuth: -60, elevation: 22 }, limits, ["x", "y", "z"]);
 * assertEquals(values.filter(({ part }) => part === "axis").map(({ text }) => text), ["x", "y", "z"]);
 * ```
 */
export function boxValues(
  panel: string,
  eye: Eye,
  limits: Limits,
  names: readonly string[],
): BoxMark[] {
  const { project } = orthographic(eye);
  const edges = boxEdges(eye).map(({ from, to, hidden }) => {
    const a = project(...from);
    const b = project(...to);
    return { from, a, b, hidden, axis: [0, 1, 2].find((axis) => from[axis] !== to[axis])! };
  });
  const lines = edges.map(({ a, b, hidden }) => ({
    part: hidden ? "hidden edge" : "edge",
    panel,
    u: round(a.u),
    v: round(a.v),
    u2: round(b.u),
    v2: round(b.v),
  }));
  const texts = [0, 1, 2].flatMap((axis) => {
    // The axis is named on the edge that is lowest on paper, the vertical one on the leftmost.
    const place = (edge: typeof edges[number]) =>
      axis === 2 ? edge.a.u + edge.b.u : edge.a.v + edge.b.v;
    const own = edges.filter((edge) => edge.axis === axis);
    const { a, b } = own.reduce((best, edge) => place(edge) < place(best) - 1e-9 ? edge : best);
    const at = (share: number, out: number) => {
      const u = a.u + share * (b.u - a.u);
      const v = a.v + share * (b.v - a.v);
      // Away from the edge, on the side turned from the centre of the box.
      const [nu, nv] = [-(b.v - a.v), b.u - a.u];
      const length = Math.hypot(nu, nv) * Math.sign(nu * u + nv * v || 1);
      return { u: round(u + out * nu / length), v: round(v + out * nv / length) };
    };
    return [
      { part: "axis", panel, text: names[axis], ...at(0.5, axis === 2 ? 0.12 : 0.13) },
      ...[0, 1].map((end) => ({
        // Numbers beside the upright edge end at it, however long they are.
        part: axis === 2 ? "limit left" : "limit",
        panel,
        text: show([limits.low, limits.high][end][axis]),
        ...at([0.1, 0.9][end], axis === 2 ? 0.03 : 0.09),
      })),
    ];
  });
  return [...lines, ...texts];
}

/**
 * How far the box reaches on paper from its centre.
 *
 * @example
 * ```ts
 * import { reachOf } from "#lib/figures/_box_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(reachOf({ azimuth: 0, elevation: 0 }), { u: 0.5, v: 0.5 });
 * ```
 */
export function reachOf(eye: Eye): { readonly u: number; readonly v: number } {
  const { project } = orthographic(eye);
  const corners = boxEdges(eye).flatMap(({ from, to }) => [project(...from), project(...to)]);
  return {
    u: Math.max(...corners.map(({ u }) => Math.abs(u))),
    v: Math.max(...corners.map(({ v }) => Math.abs(v))),
  };
}

/** Positions to a hundred-thousandth of the box: finer than any printer, and short in the file. */
function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

function show(value: number): string {
  return String(Number(value.toPrecision(2))).replace("-", "−");
}
