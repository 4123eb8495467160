// The mathematics of the viewer: turning, projecting, ordering by depth, ticks, words for times, colours that can be
// seen on a ground. Nothing here knows a page.

/** Where the eye is, in degrees, and how near. */
export interface Eye {
  readonly azimuth: number;
  readonly elevation: number;
  readonly zoom: number;
}

/** A box in data coordinates. */
export interface Box {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Where the eye stands first, as in the figures. */
export const firstEye: Eye = { azimuth: -60, elevation: 22, zoom: 1 };

/**
 * The eye after a drag by some px; a drag of 200 px is a quarter of a turn. It does not go over the poles.
 *
 * @example
 * ```ts
 * import { firstEye, turned } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(turned(firstEye, 200, 1000), { azimuth: -150, elevation: 90, zoom: 1 });
 * ```
 */
export function turned(eye: Eye, right: number, down: number): Eye {
  const azimuth = eye.azimuth - right * 0.45;
  return {
    azimuth: azimuth - 360 * Math.floor((azimuth + 180) / 360),
    elevation: Math.max(-90, Math.min(90, eye.elevation + down * 0.45)),
    zoom: eye.zoom,
  };
}

/**
 * The eye a factor nearer, between half and twenty times.
 *
 * @example
 * ```ts
 * import { firstEye, zoomed } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([zoomed(firstEye, 2).zoom, zoomed(firstEye, 1e9).zoom], [2, 20]);
 * ```
 */
export function zoomed(eye: Eye, factor: number): Eye {
  return { ...eye, zoom: Math.max(0.5, Math.min(20, eye.zoom * factor)) };
}

/**
 * The nine numbers that take a point around the centre of the box to right, up and towards the eye, row by row.
 *
 * @example
 * ```ts
 * import { matrixOf } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * const front = matrixOf({ azimuth: 0, elevation: 0, zoom: 1 });
 * assertEquals([...front].map((x) => Math.round(x)), [0, 1, 0, 0, 0, 1, 1, 0, 0]);
 * ```
 */
export function matrixOf({ azimuth, elevation }: Eye): Float64Array {
  const [a, e] = [azimuth * Math.PI / 180, elevation * Math.PI / 180];
  const [cosA, sinA, cosE, sinE] = [Math.cos(a), Math.sin(a), Math.cos(e), Math.sin(e)];
  // deno-fmt-ignore
  return Float64Array.of(
    -sinA, cosA, 0,
    -cosA * sinE, -sinA * sinE, cosE,
    cosA * cosE, sinA * cosE, sinE,
  );
}

/**
 * The smallest box around numbers x, y, z, x, …; flat sides get some room. Without numbers, the unit box.
 *
 * @example
 * ```ts
 * import { boxAround } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(boxAround([[0, 1, 2, 4, 3, 2]]), { low: [0, 1, 1.5], high: [4, 3, 2.5] });
 * ```
 */
export function boxAround(lists: Iterable<readonly number[]>): Box {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const numbers of lists) {
    for (let i = 0; i < numbers.length; i++) {
      const axis = i % 3;
      if (numbers[i] < low[axis]) low[axis] = numbers[i];
      if (numbers[i] > high[axis]) high[axis] = numbers[i];
    }
  }
  for (let axis = 0; axis < 3; axis++) {
    if (!(low[axis] <= high[axis])) [low[axis], high[axis]] = [0, 1];
    if (low[axis] === high[axis]) {
      low[axis] -= 0.5;
      high[axis] += 0.5;
    }
  }
  return { low, high };
}

/**
 * Places numbers x, y, z, x, … in a box, so that its centre is 0 and its sides are 1 long.
 *
 * @example
 * ```ts
 * import { inBox } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...inBox([0, 5, 10], { low: [0, 0, 0], high: [10, 10, 10] })], [-0.5, 0, 0.5]);
 * ```
 */
export function inBox(numbers: readonly number[], { low, high }: Box): Float32Array {
  const placed = new Float32Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const axis = i % 3;
    placed[i] = (numbers[i] - low[axis]) / (high[axis] - low[axis]) - 0.5;
  }
  return placed;
}

/** Bins in order of depth, what is in each, far to near. */
export interface Bins {
  /** Where each bin begins in `order`, and the end. */
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

/**
 * Puts things into bins without changing their order within a bin: a counting sort, as quick for 50,000 as a look at each.
 *
 * @param bins the bin of each thing
 *
 * @example
 * ```ts
 * import { intoBins } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * const { starts, order } = intoBins(Uint32Array.of(2, 0, 2, 1), 3);
 * assertEquals([[...starts], [...order]], [[0, 1, 2, 4], [1, 3, 0, 2]]);
 * ```
 */
export function intoBins(bins: Uint32Array, numBins: number): Bins {
  const starts = new Uint32Array(numBins + 1);
  for (let i = 0; i < bins.length; i++) starts[bins[i] + 1]++;
  for (let bin = 0; bin < numBins; bin++) starts[bin + 1] += starts[bin];
  const next = starts.slice(0, numBins);
  const order = new Uint32Array(bins.length);
  for (let i = 0; i < bins.length; i++) order[next[bins[i]]++] = i;
  return { starts, order };
}

/**
 * Round numbers between two ends, about so many.
 *
 * @example
 * ```ts
 * import { ticksBetween } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(ticksBetween(-1.3, 1.2, 4), [-1, 0, 1]);
 * ```
 */
export function ticksBetween(low: number, high: number, about: number): number[] {
  const raw = (high - low) / Math.max(1, about);
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= raw * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, i) => Number(((first + i) * step).toPrecision(12)) + 0,
  );
}

/**
 * A number as an axis has it: short, with a real minus.
 *
 * @example
 * ```ts
 * import { numberText } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([-0.25, 12000, 1e-7, 1234567].map(numberText), ["−0.25", "12000", "1e−7", "1.23e+6"]);
 * ```
 */
export function numberText(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5)
    ? Number(value.toPrecision(3)).toExponential()
    : String(Number(value.toPrecision(6)));
  return text.replaceAll("-", "−");
}

/**
 * The moment of a point of a path in words: in ms, in s from ten of them on, in the system's own time, or as a step.
 *
 * @example
 * ```ts
 * import { timeText } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(timeText(12, { dt_ms: 20 }, 50), "240 ms");
 * assertEquals(timeText(600, { dt_ms: 20 }, 800), "12 s");
 * assertEquals([timeText(12, { dt: 0.25 }, 50), timeText(12, {}, 50)], ["time 3", "step 13 of 50"]);
 * ```
 */
export function timeText(
  step: number,
  { dt_ms, dt }: { readonly dt_ms?: number | undefined; readonly dt?: number | undefined },
  numSteps: number,
): string {
  if (dt_ms !== undefined) {
    const seconds = dt_ms * (numSteps - 1) >= 10_000;
    return seconds
      ? `${numberText(Number((step * dt_ms / 1000).toPrecision(4)))} s`
      : `${numberText(Number((step * dt_ms).toPrecision(6)))} ms`;
  }
  if (dt !== undefined) return `time ${numberText(Number((step * dt).toPrecision(4)))}`;
  return `step ${step + 1} of ${numSteps}`;
}

/** Red, green, blue from 0 to 255. */
type Rgb = readonly [number, number, number];

/**
 * A colour mixed with another: `share` of the second.
 *
 * @example
 * ```ts
 * import { mixed } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(mixed("#000000", "#ffffff", 0.5), "#808080");
 * ```
 */
export function mixed(a: string, b: string, share: number): string {
  const [from, to] = [rgb(a), rgb(b)];
  return `#${
    from.map((value, i) =>
      Math.round(value + share * (to[i] - value)).toString(16).padStart(2, "0")
    ).join("")
  }`;
}

/**
 * A colour that stands out from a ground by a contrast, of three if none is given: itself, or so much of black or white
 * added as needed. Source: WCAG 2.2, success criterion 1.4.11.
 *
 * @example
 * ```ts
 * import { legible } from "#lib/report/client/view_3d.ts";
 * import { assert, assertEquals } from "@std/assert";
 * assertEquals(legible("#0072B2", "#ffffff"), "#0072B2");
 * assert(legible("#332288", "#14171d") !== "#332288");
 * ```
 */
export function legible(colour: string, ground: string, least = 3): string {
  const target = isDark(ground) ? "#ffffff" : "#000000";
  for (let share = 0; share < 1; share += 0.1) {
    const tried = share === 0 ? colour : mixed(colour, target, share);
    if (contrast(tried, ground) >= least) return tried;
  }
  return target;
}

/**
 * Whether white stands out more from a ground than black.
 *
 * @example
 * ```ts
 * import { isDark } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(["#14171d", "#f5f6f9"].map(isDark), [true, false]);
 * ```
 */
export function isDark(ground: string): boolean {
  return lightness(rgb(ground)) < 0.18;
}

/**
 * Contrast of two colours, from 1 to 21.
 *
 * @example
 * ```ts
 * import { contrast } from "#lib/report/client/view_3d.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(contrast("#000000", "#ffffff"), 21);
 * ```
 */
export function contrast(a: string, b: string): number {
  const [x, y] = [lightness(rgb(a)), lightness(rgb(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function rgb(colour: string): Rgb {
  const hex = colour.length === 4
    ? [...colour.slice(1)].map((digit) => digit + digit).join("")
    : colour.slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

/** Relative luminance (WCAG 2.2). */
function lightness(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
