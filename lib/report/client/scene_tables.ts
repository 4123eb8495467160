// What the viewer turns, as tables of numbers: every step of every path, and fixed points. No document here, so that it can
// be tested anywhere.

import type { Scene } from "../../core/figure.ts";
import type { SpecTable } from "./spec_data.ts";

/** Paths with a row for each step, and fixed points with a row each. */
export function tablesOfScene({ axes, paths, points, names, dt, dt_ms }: Scene): SpecTable[] {
  const coords = [...new Set([...paths, ...points].flatMap(({ coords }) => Object.keys(coords)))];
  const heads = coords.map((name) => names?.[name] ?? name);
  const step = dt_ms ?? dt ?? 1;
  const time = dt_ms !== undefined ? "time (ms)" : dt !== undefined ? "time" : "step";
  const rows = paths.flatMap(({ coords: own, of, points }) =>
    Array.from({ length: points.length / 3 }, (_, at) => [
      ...coords.map((name) => own[name]),
      of,
      Number((at * step).toPrecision(12)),
      ...points.slice(3 * at, 3 * at + 3),
    ])
  );
  const fixed = points.map(({ coords: own, position, stable, label }) => [
    ...coords.map((name) => own[name]),
    stable,
    label,
    ...position,
  ]);
  return [
    { name: "paths", columns: [...heads, "of", time, ...axes], rows },
    { name: "fixed points", columns: [...heads, "stable", "label", ...axes], rows: fixed },
  ].filter(({ rows }) => rows.length > 0);
}
