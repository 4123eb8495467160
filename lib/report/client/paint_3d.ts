// Draws paths and points of three dimensions on a canvas: far things first and paler, a box with names and ticks around
// them. Fifty thousand points take a few hundred strokes: what lies at one depth and looks alike is drawn at once.

/// <reference lib="dom" />

import {
  type Box,
  type Eye,
  intoBins,
  matrixOf,
  mixed,
  numberText,
  ticksBetween,
} from "./view_3d.ts";

/** How paths look. */
export interface PathLook {
  readonly colour: string;
  readonly width: number;
}

/** A sign at a point: where a path starts, ends or has come to, or a fixed point. */
export interface Sign {
  readonly kind: "start" | "end" | "stable" | "unstable";
  /** x, y, z in the box. */
  readonly at: ArrayLike<number>;
  readonly colour: string;
}

/** What is drawn. */
export interface Picture {
  /** x, y, z in the box, of all paths one after the other. */
  readonly positions: Float32Array;
  /** Where each path begins among the points, and the end of the last. */
  readonly starts: readonly number[];
  /** Index of each path's look. */
  readonly lookOf: readonly number[];
  readonly looks: readonly PathLook[];
  /** Every path is drawn up to this point of it. */
  readonly step: number;
  readonly signs: readonly Sign[];
  readonly axes: readonly string[];
  readonly box: Box;
  readonly eye: Eye;
  /** How far the centre is moved, in px. */
  readonly shift: readonly [number, number];
  readonly ink: {
    readonly text: string;
    readonly line: string;
    readonly soft: string;
    readonly back: string;
  };
}

/** Where things came to lie, in px. */
export interface Drawn {
  /** x and y of each point. */
  readonly points: Float32Array;
  /** x and y of each sign. */
  readonly signs: Float32Array;
}

/** Depths told apart. */
const SLICES = 32;

/** Points of which the joints are plain. */
const MANY = 10_000;

/** Half the diagonal of the box: no point in it is deeper. */
const DEEPEST = Math.sqrt(3) / 2;

/** Draws a picture of a size in px, and says where things lie. */
export function paint(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  picture: Picture,
): Drawn {
  const { positions, eye, shift, ink, looks, signs } = picture;
  const matrix = matrixOf(eye);
  const scale = 0.54 * Math.min(width, height * 1.08) * eye.zoom;
  const [left, top] = [width / 2 + shift[0], height / 2 + shift[1]];
  const place = (x: number, y: number, z: number): [number, number, number] => [
    left + scale * (matrix[0] * x + matrix[1] * y + matrix[2] * z),
    top - scale * (matrix[3] * x + matrix[4] * y + matrix[5] * z),
    matrix[6] * x + matrix[7] * y + matrix[8] * z,
  ];
  const sliceOf = (depth: number) =>
    Math.max(0, Math.min(SLICES - 1, Math.floor((depth / DEEPEST + 1) / 2 * SLICES)));
  context.fillStyle = ink.back;
  context.fillRect(0, 0, width, height);
  // Round joints cost twice as much, and cannot be seen where points are many.
  context.lineJoin = context.lineCap = "round";
  if (positions.length > 3 * MANY) [context.lineJoin, context.lineCap] = ["bevel", "butt"];
  drawBox(context, picture, place, [left, top], true);

  const numPoints = positions.length / 3;
  const points = new Float32Array(2 * numPoints);
  const depths = new Float32Array(numPoints);
  for (let i = 0; i < numPoints; i++) {
    const [x, y, z] = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
    points[2 * i] = left + scale * (matrix[0] * x + matrix[1] * y + matrix[2] * z);
    points[2 * i + 1] = top - scale * (matrix[3] * x + matrix[4] * y + matrix[5] * z);
    depths[i] = matrix[6] * x + matrix[7] * y + matrix[8] * z;
  }
  const { bins, froms } = segments(picture, depths, sliceOf);
  const { starts, order } = intoBins(bins, SLICES * looks.length);
  const signPlaces = signs.map(({ at }) => place(at[0], at[1], at[2]));
  const signSlices = signPlaces.map(([, , depth]) => sliceOf(depth));
  for (let slice = 0; slice < SLICES; slice++) {
    // What is far is paler.
    const pale = 0.35 * (1 - (slice + 0.5) / SLICES);
    for (let look = 0; look < looks.length; look++) {
      const bin = slice * looks.length + look;
      if (starts[bin] === starts[bin + 1]) continue;
      context.strokeStyle = mixed(looks[look].colour, ink.back, pale);
      context.lineWidth = looks[look].width;
      context.beginPath();
      let last = -2;
      for (let k = starts[bin]; k < starts[bin + 1]; k++) {
        const from = froms[order[k]];
        if (from !== last + 1) context.moveTo(points[2 * from], points[2 * from + 1]);
        context.lineTo(points[2 * from + 2], points[2 * from + 3]);
        last = from;
      }
      context.stroke();
    }
    signs.forEach((sign, i) => {
      if (signSlices[i] !== slice) return;
      drawSign(
        context,
        sign,
        signPlaces[i][0],
        signPlaces[i][1],
        mixed(sign.colour, ink.back, pale * 0.6),
        ink.back,
      );
    });
  }
  drawBox(context, picture, place, [left, top], false);
  return { points, signs: Float32Array.from(signPlaces.flatMap(([x, y]) => [x, y])) };
}

/** Pieces of paths up to the moment shown: the bin of depth and look of each, and the point that it begins at. */
function segments(
  { starts, lookOf, looks, step }: Picture,
  depths: Float32Array,
  sliceOf: (depth: number) => number,
) {
  let count = 0;
  const lengths = lookOf.map((_, path) =>
    Math.max(0, Math.min(step, starts[path + 1] - starts[path] - 1))
  );
  for (const length of lengths) count += length;
  const bins = new Uint32Array(count);
  const froms = new Uint32Array(count);
  let at = 0;
  for (let path = 0; path < lookOf.length; path++) {
    for (let from = starts[path]; from < starts[path] + lengths[path]; from++) {
      bins[at] = sliceOf((depths[from] + depths[from + 1]) / 2) * looks.length + lookOf[path];
      froms[at++] = from;
    }
  }
  return { bins, froms };
}

function drawSign(
  context: CanvasRenderingContext2D,
  { kind }: Sign,
  x: number,
  y: number,
  colour: string,
  back: string,
): void {
  context.beginPath();
  if (kind === "stable") {
    polygon(context, [[x, y - 8], [x + 6.5, y], [x, y + 8], [x - 6.5, y]]);
  } else if (kind === "unstable") {
    polygon(context, [[x, y - 8], [x + 7, y + 5], [x - 7, y + 5]]);
  } else context.arc(x, y, kind === "start" ? 4 : 4.5, 0, 2 * Math.PI);
  const open = kind === "start" || kind === "unstable";
  context.fillStyle = open ? back : colour;
  context.strokeStyle = open ? colour : back;
  context.lineWidth = open ? 2 : 1;
  context.fill();
  context.stroke();
}

function polygon(context: CanvasRenderingContext2D, corners: readonly (readonly number[])[]): void {
  corners.forEach(([x, y], i) => i === 0 ? context.moveTo(x, y) : context.lineTo(x, y));
  context.closePath();
}

type Place = (x: number, y: number, z: number) => readonly [number, number, number];

/** The edges behind the paths, or those before them with names and ticks. */
function drawBox(
  context: CanvasRenderingContext2D,
  { axes, box, ink }: Picture,
  place: Place,
  centre: readonly [number, number],
  behind: boolean,
): void {
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((
    bits,
  ) => [(bits & 1) - 0.5, ((bits >> 1) & 1) - 0.5, ((bits >> 2) & 1) - 0.5]);
  const placed = corners.map(([x, y, z]) => place(x, y, z));
  const nearest = placed.reduce((best, [, , depth], i) => depth > placed[best][2] ? i : best, 0);
  const farthest = 7 - nearest;
  context.lineWidth = 1;
  for (let axis = 0; axis < 3; axis++) {
    const own = [0, 1, 2, 3, 4, 5, 6, 7].filter((bits) => (bits & (1 << axis)) === 0)
      .map((from) => ({ from, to: from | (1 << axis) }));
    for (const { from, to } of own) {
      // The three edges at the nearest corner would cross the paths; they are left out.
      if (from === nearest || to === nearest || !behind) continue;
      context.strokeStyle = from === farthest || to === farthest
        ? mixed(ink.line, ink.back, 0.45)
        : ink.line;
      context.beginPath();
      context.moveTo(placed[from][0], placed[from][1]);
      context.lineTo(placed[to][0], placed[to][1]);
      context.stroke();
    }
    if (behind) continue;
    const outline = own.filter(({ from, to }) =>
      ![from, to].includes(nearest) && ![from, to].includes(farthest)
    );
    drawAxis(
      context,
      axis,
      axes[axis],
      box,
      place,
      centre,
      outline.map(({ from }) => corners[from]),
      ink,
    );
  }
}

/** Names an axis and its ticks on the lower, or the left, of the two edges of the box's outline. */
function drawAxis(
  context: CanvasRenderingContext2D,
  axis: number,
  name: string,
  { low, high }: Box,
  place: Place,
  centre: readonly [number, number],
  outline: readonly (readonly number[])[],
  ink: Picture["ink"],
): void {
  const pointOn = (corner: readonly number[], share: number) => {
    const at = corner.map((value, i) => i === axis ? share - 0.5 : value);
    return place(at[0], at[1], at[2]);
  };
  const ends = outline.map((corner) => [pointOn(corner, 0), pointOn(corner, 1)] as const);
  if (ends.length === 0) return;
  const lowest = ([a, b]: typeof ends[number]) => axis === 2 ? -(a[0] + b[0]) : a[1] + b[1];
  const chosen = ends.reduce(
    (best, one, i) => lowest(one) > lowest(ends[best]) + 1e-6 ? i : best,
    0,
  );
  const [a, b] = ends[chosen];
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
  if (length < 24) return;
  // Away from the edge, on the side turned from the centre.
  let [nx, ny] = [-(b[1] - a[1]) / length, (b[0] - a[0]) / length];
  if (nx * ((a[0] + b[0]) / 2 - centre[0]) + ny * ((a[1] + b[1]) / 2 - centre[1]) < 0) {
    [nx, ny] = [-nx, -ny];
  }
  context.fillStyle = ink.soft;
  context.font = `12px ${FONT}`;
  context.textBaseline = "middle";
  context.textAlign = Math.abs(nx) < 0.5 ? "center" : nx > 0 ? "left" : "right";
  let widest = 0;
  for (const value of ticksBetween(low[axis], high[axis], Math.max(2, Math.min(5, length / 50)))) {
    const [x, y] = pointOn(outline[chosen], (value - low[axis]) / (high[axis] - low[axis]));
    context.strokeStyle = ink.soft;
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 4 * nx, y + 4 * ny);
    context.stroke();
    // Two axes meet in a corner; their numbers would, too.
    if (axis < 2 && (x - a[0]) ** 2 + (y - a[1]) ** 2 < 36) continue;
    if (axis < 2 && (x - b[0]) ** 2 + (y - b[1]) ** 2 < 36) continue;
    const text = numberText(value);
    context.fillText(text, x + 8 * nx, y + 12 * ny);
    widest = Math.max(widest, context.measureText(text).width);
  }
  context.fillStyle = ink.text;
  context.font = `600 13px ${FONT}`;
  const out = Math.abs(nx) < 0.5 ? 32 : 18 + widest;
  context.fillText(name, (a[0] + b[0]) / 2 + out * nx, (a[1] + b[1]) / 2 + Math.max(out, 26) * ny);
}

const FONT = "system-ui, sans-serif";
