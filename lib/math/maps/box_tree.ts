// A tree of boxes around points in one to three dimensions: each box is halved along every axis until it holds one
// point, and knows how many points are in it and where their mean is. Barnes & Hut 1986. O(n log n).

/** Boxes in flat arrays; box 0 holds everything. */
export interface BoxTree {
  readonly numDims: number;
  readonly numBoxes: number;
  /** Number of the first of 2^dims children, which follow one another; 0 for a leaf. */
  readonly firstChild: Int32Array;
  readonly count: Float64Array;
  /** Mean of the points in each box. */
  readonly centre: Float64Array;
  /** Width of each box. */
  readonly width: Float64Array;
  /** The leaf that each point is in. */
  readonly leafOf: Int32Array;
}

/**
 * Builds the tree of points (n × dims, finite).
 *
 * @throws {RangeError} if a point is not finite or dims is not 1 … 3.
 *
 * @example
 * ```ts
 * import { boxTree } from "#lib/math/maps/box_tree.ts";
 * import { assertEquals } from "@std/assert";
 * const { count, centre } = boxTree(Float64Array.of(0, 0, 2, 4), 2, 2);
 * assertEquals([count[0], centre[0], centre[1]], [2, 1, 2]);
 * ```
 */
export function boxTree(points: Float64Array, n: number, numDims: number): BoxTree {
  if (![1, 2, 3].includes(numDims)) {
    throw new RangeError(`a tree of boxes in ${numDims} dimensions; take 1, 2 or 3`);
  }
  const boxes = new Boxes(numDims, 4 * n + 16);
  const { middle, side } = enclosing(points, n, numDims);
  boxes.add(middle, side);
  const leafOf = new Int32Array(n);
  const held = new Map<number, number[]>();
  for (let point = 0; point < n; point++) insert(boxes, points, point, leafOf, held);
  boxes.finish();
  return {
    numDims,
    numBoxes: boxes.num,
    firstChild: boxes.firstChild,
    count: boxes.count,
    centre: boxes.sum,
    width: boxes.width,
    leafOf,
  };
}

/** Puts a point into its leaf, splitting the leaf it meets unless the two are too near to be told apart. */
function insert(
  boxes: Boxes,
  points: Float64Array,
  point: number,
  leafOf: Int32Array,
  held: Map<number, number[]>,
): void {
  let box = 0;
  for (let depth = 0;; depth++) {
    if (boxes.firstChild[box] !== 0) {
      boxes.take(box, points, point);
      box = boxes.childFor(box, points, point);
      continue;
    }
    const there = held.get(box);
    if (there === undefined || depth >= MAX_DEPTH) {
      boxes.take(box, points, point);
      if (there === undefined) held.set(box, [point]);
      else there.push(point);
      leafOf[point] = box;
      return;
    }
    boxes.split(box);
    held.delete(box);
    for (const other of there) {
      const child = boxes.childFor(box, points, other);
      boxes.take(child, points, other);
      leafOf[other] = child;
      if (held.has(child)) held.get(child)!.push(other);
      else held.set(child, [other]);
    }
  }
}

/** Boxes that grow in number. */
class Boxes {
  num = 0;
  firstChild: Int32Array;
  count: Float64Array;
  sum: Float64Array;
  width: Float64Array;
  readonly #middle: number[] = [];

  constructor(readonly numDims: number, capacity: number) {
    this.firstChild = new Int32Array(capacity);
    this.count = new Float64Array(capacity);
    this.sum = new Float64Array(capacity * numDims);
    this.width = new Float64Array(capacity);
  }

  add(middle: readonly number[], width: number): void {
    if (this.num === this.count.length) this.#grow();
    this.width[this.num++] = width;
    this.#middle.push(...middle);
  }

  take(box: number, points: Float64Array, point: number): void {
    this.count[box]++;
    for (let k = 0; k < this.numDims; k++) {
      this.sum[box * this.numDims + k] += points[point * this.numDims + k];
    }
  }

  split(box: number): void {
    const d = this.numDims;
    this.firstChild[box] = this.num;
    const middle = this.#middle.slice(box * d, (box + 1) * d);
    const width = this.width[box] / 2;
    for (let child = 0; child < 1 << d; child++) {
      this.add(middle.map((x, k) => x + (child >> k & 1 ? width / 2 : -width / 2)), width);
    }
  }

  childFor(box: number, points: Float64Array, point: number): number {
    let child = 0;
    for (let k = 0; k < this.numDims; k++) {
      if (points[point * this.numDims + k] >= this.#middle[box * this.numDims + k]) child |= 1 << k;
    }
    return this.firstChild[box] + child;
  }

  /** Sums to means. */
  finish(): void {
    for (let box = 0; box < this.num; box++) {
      for (let k = 0; k < this.numDims; k++) {
        this.sum[box * this.numDims + k] /= this.count[box] || 1;
      }
    }
  }

  #grow(): void {
    const capacity = 2 * this.num;
    const longer = <T extends Float64Array | Int32Array>(old: T, into: T): T => {
      into.set(old);
      return into;
    };
    this.firstChild = longer(this.firstChild, new Int32Array(capacity));
    this.count = longer(this.count, new Float64Array(capacity));
    this.sum = longer(this.sum, new Float64Array(capacity * this.numDims));
    this.width = longer(this.width, new Float64Array(capacity));
  }
}

function enclosing(points: Float64Array, n: number, numDims: number) {
  const low = new Array<number>(numDims).fill(Infinity);
  const high = new Array<number>(numDims).fill(-Infinity);
  for (let at = 0; at < n * numDims; at++) {
    const k = at % numDims;
    if (!Number.isFinite(points[at])) {
      throw new RangeError(`a tree of boxes: point ${Math.floor(at / numDims)} is not finite`);
    }
    low[k] = Math.min(low[k], points[at]);
    high[k] = Math.max(high[k], points[at]);
  }
  return {
    middle: low.map((one, k) => (one + high[k]) / 2),
    side: Math.max(...low.map((one, k) => high[k] - one)) * 1.001 + Number.MIN_VALUE,
  };
}

/** Points nearer than 2⁻⁴⁰ of the whole share a leaf. */
const MAX_DEPTH = 40;
