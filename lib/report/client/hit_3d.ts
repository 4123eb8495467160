// What lies under the pointer.

import type { Drawn, Picture } from "./paint_3d.ts";

/**
 * The nearest of some places within a reach in px, or -1.
 *
 * @param places x and y of each
 *
 * @example
 * ```ts
 * import { nearest } from "#lib/report/client/hit_3d.ts";
 * import { assertEquals } from "@std/assert";
 * const places = Float32Array.of(0, 0, 10, 0);
 * assertEquals([nearest(places, 9, 1, 5, 0, 2), nearest(places, 50, 0, 5, 0, 2)], [1, -1]);
 * ```
 */
export function nearest(
  places: Float32Array,
  x: number,
  y: number,
  reach: number,
  from: number,
  to: number,
): number {
  let best = -1;
  let least = reach * reach;
  for (let i = from; i < to; i++) {
    const [dx, dy] = [places[2 * i] - x, places[2 * i + 1] - y];
    const distance = dx * dx + dy * dy;
    if (distance < least) [least, best] = [distance, i];
  }
  return best;
}

/**
 * The nearest point of a path that is drawn by now, within 8 px, or -1.
 *
 * @example
 * ```ts
 * import { nearestPoint } from "#lib/report/client/hit_3d.ts";
 * import { assertEquals } from "@std/assert";
 * const drawn = { points: Float32Array.of(0, 0, 10, 0, 20, 0) };
 * const paths = { starts: [0, 3], lookOf: [0], step: 1 };
 * assertEquals([nearestPoint(drawn, paths, 9, 0), nearestPoint(drawn, paths, 19, 0)], [1, -1]);
 * ```
 */
export function nearestPoint(
  { points }: Pick<Drawn, "points">,
  { starts, step, lookOf }: Pick<Picture, "starts" | "step" | "lookOf">,
  x: number,
  y: number,
): number {
  let best = -1;
  let least = 8;
  for (let path = 0; path < lookOf.length; path++) {
    const at = nearest(
      points,
      x,
      y,
      least,
      starts[path],
      Math.min(starts[path + 1], starts[path] + step + 1),
    );
    if (at < 0) continue;
    least = Math.hypot(points[2 * at] - x, points[2 * at + 1] - y);
    best = at;
  }
  return best;
}

/**
 * The path that a point is of.
 *
 * @example
 * ```ts
 * import { pathAt } from "#lib/report/client/hit_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([0, 2, 3].map((point) => pathAt({ starts: [0, 3, 5] }, point)), [0, 0, 1]);
 * ```
 */
export function pathAt({ starts }: Pick<Picture, "starts">, point: number): number {
  let path = 0;
  while (starts[path + 1] <= point) path++;
  return path;
}
