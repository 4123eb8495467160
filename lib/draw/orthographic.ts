// Three dimensions on paper: orthographic projection, so that a grammar of flat graphics can draw trajectories.
// The z axis points up; `azimuth` turns the box around it, `elevation` lifts the eye above the x-y plane.

/** Where the eye is, in degrees. */
export interface Eye {
  readonly azimuth: number;
  readonly elevation: number;
}

/** A direction of projection. */
export interface Projection {
  /** Right and up on paper, and depth towards the eye, of a point in [0, 1]³ around the centre of the box. */
  project(
    x: number,
    y: number,
    z: number,
  ): { readonly u: number; readonly v: number; readonly depth: number };
}

/**
 * The orthographic projection for an eye. Lengths along u and v are those of the box, so a sphere stays round.
 *
 * @example
 * ```ts
 * import { orthographic } from "#lib/draw/orthographic.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const above = orthographic({ azimuth: 0, elevation: 90 }).project(1, 0.5, 0.5);
 * assertAlmostEquals(Math.hypot(above.u, above.v), 0.5, 1e-12);
 * ```
 */
export function orthographic({ azimuth, elevation }: Eye): Projection {
  const a = azimuth * Math.PI / 180;
  const e = elevation * Math.PI / 180;
  const [cosA, sinA, cosE, sinE] = [Math.cos(a), Math.sin(a), Math.cos(e), Math.sin(e)];
  return {
    project(x, y, z) {
      const [px, py, pz] = [x - 0.5, y - 0.5, z - 0.5];
      const forward = px * cosA + py * sinA;
      return {
        u: -px * sinA + py * cosA,
        v: -forward * sinE + pz * cosE,
        depth: forward * cosE + pz * sinE,
      };
    },
  };
}

/** An edge of the unit cube on paper. */
export interface BoxEdge {
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  /** Whether it meets the corner farthest from the eye, and is seen through the box. */
  readonly hidden: boolean;
}

/**
 * The twelve edges of the unit cube; the three that meet the farthest corner are `hidden`.
 *
 * @example
 * ```ts
 * import { boxEdges } from "#lib/draw/orthographic.ts";
 * import { assertEquals } from "@std/assert";
 * const edges = boxEdges({ azimuth: -60, elevation: 25 });
 * assertEquals(edges.filter(({ hidden }) => hidden).length, 3);
 * ```
 */
export function boxEdges(eye: Eye): BoxEdge[] {
  const { project } = orthographic(eye);
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
    [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1] as const
  );
  const depths = corners.map(([x, y, z]) => project(x, y, z).depth);
  const farthest = depths.indexOf(Math.min(...depths));
  return corners.flatMap((from, i) =>
    [1, 2, 4].filter((bit) => (i & bit) === 0).map((bit) => ({
      from,
      to: corners[i | bit],
      hidden: i === farthest || (i | bit) === farthest,
    }))
  );
}
