// Where the boxes and arrows of the graph lie. Graphviz decides from sizes alone: no name is given to it, and what comes
// back are numbers. Leaves out how they are drawn (dag_svg.ts) and how Graphviz is called (the command line).

import type { DagStage } from "./dag.ts";
import { columnsOf, fit, oneLine } from "./format.ts";

/** A point of the picture: x to the right and y downwards, in pixels. */
export type Point = readonly [x: number, y: number];

/** Where everything lies. */
export interface DagLayout {
  readonly width: number;
  readonly height: number;
  /** By position of the stage; boxes by their middle. */
  readonly boxes: readonly {
    readonly at: Point;
    readonly width: number;
    readonly height: number;
  }[];
  /** Arrows as Bézier curves: a start and three points a piece. */
  readonly arrows: readonly {
    readonly from: number;
    readonly to: number;
    readonly points: readonly Point[];
  }[];
}

/** Lines of a box: its name, and what it does over which axes. */
export interface BoxLines {
  readonly name: string;
  readonly detail: string;
}

/** Pixels of a box that are no text. */
const padding = 22;
/** Pixels a character, of the widest of the usual fonts. */
const nameWidth = 8;
const detailWidth = 6.4;
const narrowest = 104;
const mostColumns = 28;
const boxHeight = 58;
/** Pixels in an inch, of which Graphviz counts. */
const inch = 72;

/**
 * What a box says, short enough for it.
 *
 * @example
 * ```ts
 * import { boxLines } from "#lib/report/dag_layout.ts";
 * import { assertEquals } from "@std/assert";
 * const stage = { name: "fit", task: "dmd", axes: ["seed"], numMembers: 3, from: [] };
 * assertEquals(boxLines(stage), { name: "fit", detail: "dmd · seed" });
 * ```
 */
export function boxLines({ name, task, axes }: DagStage): BoxLines {
  const detail = [task === name ? "" : task, axes.join(" × ")].filter((part) => part !== "");
  return {
    name: fit(oneLine(name), mostColumns),
    detail: fit(oneLine(detail.join(" · ")), mostColumns + 6),
  };
}

/**
 * The graph as Graphviz lays it out: boxes of the sizes that their text needs, named by position.
 *
 * @param direction from left to right, or downwards
 *
 * @example
 * ```ts
 * import { layoutDot } from "#lib/report/dag_layout.ts";
 * import { assert } from "@std/assert";
 * const stage = { name: "<b>", task: "dmd", axes: [], numMembers: 1, from: [] };
 * assert(!layoutDot([stage], "TB").includes("<b>"));
 * ```
 */
export function layoutDot(stages: readonly DagStage[], direction: "LR" | "TB"): string {
  const positions = new Map(stages.map(({ name }, i) => [name, i]));
  const lines = [
    "digraph workflow {",
    `  rankdir=${direction}; nodesep=0.2; ranksep=${direction === "LR" ? 0.5 : 0.42};`,
    '  node [shape=box, fixedsize=true, label=""];',
  ];
  stages.forEach((stage, i) => {
    const { name, detail } = boxLines(stage);
    const text = Math.max(columnsOf(name) * nameWidth, columnsOf(detail) * detailWidth);
    const width = Math.max(narrowest, Math.round(text + padding));
    lines.push(`  n${i} [width=${inches(width)}, height=${inches(boxHeight)}];`);
  });
  stages.forEach(({ from }, i) => {
    for (const source of from) {
      const position = positions.get(source);
      if (position !== undefined) lines.push(`  n${position} -> n${i};`);
    }
  });
  return [...lines, "}"].join("\n") + "\n";
}

/**
 * Reads what Graphviz says in its plain format.
 *
 * @returns `undefined` if it is no layout of as many stages
 *
 * @example
 * ```ts
 * import { readLayout } from "#lib/report/dag_layout.ts";
 * import { assertEquals } from "@std/assert";
 * const plain = 'graph 1 2 1\nnode n0 1 0.5 1 0.5 "" solid box black lightgrey\nstop\n';
 * assertEquals(readLayout(plain, 1)!.boxes, [{ at: [72, 36], width: 72, height: 36 }]);
 * assertEquals(readLayout("", 1), undefined);
 * ```
 */
export function readLayout(plain: string, numStages: number): DagLayout | undefined {
  const lines = plain.split("\n").map((line) => line.split(" "));
  const [, , width, height] = (lines.find(([kind]) => kind === "graph") ?? []).map(Number);
  const point = (x: string, y: string): Point => [
    rounded(Number(x) * inch),
    rounded((height - Number(y)) * inch),
  ];
  const position = (name: string) => Number(name?.slice(1));
  const boxes: DagLayout["boxes"][number][] = [];
  const arrows: DagLayout["arrows"][number][] = [];
  for (const [kind, ...words] of lines) {
    if (kind === "node") {
      boxes[position(words[0])] = {
        at: point(words[1], words[2]),
        width: rounded(Number(words[3]) * inch),
        height: rounded(Number(words[4]) * inch),
      };
    } else if (kind === "edge") {
      const points: Point[] = [];
      for (let i = 0; i < Number(words[2]); i++) {
        points.push(point(words[3 + 2 * i], words[4 + 2 * i]));
      }
      arrows.push({ from: position(words[0]), to: position(words[1]), points });
    }
  }
  const isWhole = boxes.length === numStages && Object.keys(boxes).length === numStages &&
    [width, height, ...boxes.flatMap(({ at, width, height }) => [...at, width, height])]
      .every(Number.isFinite) &&
    arrows.every(({ from, to, points }) =>
      from in boxes && to in boxes && points.length >= 4 && points.flat().every(Number.isFinite)
    );
  if (!isWhole) return undefined;
  return { width: rounded(width * inch), height: rounded(height * inch), boxes, arrows };
}

function inches(pixels: number): string {
  return (pixels / inch).toFixed(4);
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
