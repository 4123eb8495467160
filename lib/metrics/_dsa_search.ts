// The search for the best rotations of many pairs on an engine: every start of every pair is descended in f32 at once
// (gpu/dsa_align.ts), starts that cannot catch up are dropped between dispatches, and the best few ends of each pair are
// polished in f64, where the search of a hard pair also goes on. A pair's result depends on the pair and the engine alone:
// not on the other pairs, nor on how the work is cut into dispatches (_dsa_dispatch.ts). Leaves out starts, bounds and
// scores (lib/math/dsa/comparison.ts).

import align from "#gpu/dsa_align.ts";
import {
  type AlignLayout,
  alignLayout,
  maxDimensions,
  placedOperators,
  placedRotation,
} from "#gpu/dsa_align/layout.ts";
import { Mark, Status } from "#gpu/dsa_align/twin.ts";
import type { Engine, EngineArray, EngineBuffer } from "#lib/core/engine.ts";
import type { Comparison } from "#lib/math/dsa/comparison.ts";
import { multiply, multiplyTransposeA } from "#lib/math/linalg/matmul.ts";
import { matchingError, matchingProblem, pad } from "#lib/math/dsa/matching_problem.ts";
import { pairTable } from "#lib/math/dsa/pair_table.ts";
import { search, type SearchResult } from "#lib/math/dsa/search.ts";
import type { Start } from "#lib/math/dsa/starts.ts";
import { dispatchSize, evaluationsBetweenLooks, howManyFit } from "./_dsa_dispatch.ts";

/**
 * Searches all pairs; one with more than 128 dimensions is searched in f64.
 *
 * @param progress is told the fraction that is done.
 */
export async function searchOnEngine(
  engine: Engine,
  comparisons: readonly Comparison[],
  progress: (fraction: number) => void,
): Promise<readonly SearchResult[]> {
  const results: SearchResult[] = [];
  const open = new Map<number, number[]>();
  comparisons.forEach((comparison, index) => {
    const settled = settle(comparison);
    const { n } = comparison.x;
    if (settled !== undefined) results[index] = settled;
    else if (open.has(n)) open.get(n)!.push(index);
    else open.set(n, [index]);
  });
  let done = comparisons.length - [...open.values()].flat().length;
  for (const [n, members] of open) {
    // As many pairs at once as one buffer holds.
    let rest = members.map((index) => ({ index, ...startsOf(comparisons[index]) }));
    while (rest.length > 0) {
      const count = howManyFit(engine, n, rest.map(({ starts }) => starts.length));
      const group = rest.slice(0, count);
      rest = rest.slice(count);
      const ends = await descendAll(
        engine,
        n,
        group.map(({ index, starts }) => ({ comparison: comparisons[index], starts })),
      );
      group.forEach(({ index, ...starts }, k) => {
        results[index] = polish(comparisons[index], starts, ends[k]);
        progress(++done / comparisons.length);
      });
    }
  }
  return results;
}

/** Where the descent from one start ended. */
interface End {
  readonly value: number;
  readonly iterations: number;
  /** Made when it is wanted: most ends are not. */
  rotation(): Float64Array;
}

// What needs no engine: pairs whose best start is proved, or nearly, and those too large for the kernel.
function settle({ x, y, first, later, lowerBound }: Comparison): SearchResult | undefined {
  if (x.n > maxDimensions) return search(x, y, first, later, lowerBound);
  const problem = matchingProblem(x.t, y.t, x.partner, x.n);
  const values = first.map(({ rotation }) =>
    matchingError(problem, pad(rotation, x.n, problem.stride, 1))
  );
  const best = values.indexOf(Math.min(...values));
  if (angleOf(values[best]) - lowerBound > NEARLY_PROVED) return undefined;
  const found = search(x, y, [first[best]], undefined, lowerBound);
  return angleOf(found.value) - lowerBound < ENOUGH ? found : undefined;
}

// θ from F = ½‖A − C B Cᵀ‖² of unit operators.
function angleOf(value: number): number {
  return 2 * Math.asin(Math.min(1, Math.sqrt(value / 2)));
}

/** Starts for the engine, and those after them. */
interface Starts {
  readonly starts: readonly Start[];
  readonly rest: Iterator<Start>;
}

function startsOf({ first, later }: Comparison): Starts {
  const starts = [...first];
  const rest = (later?.starts() ?? [])[Symbol.iterator]();
  while (starts.length < first.length + ON_ENGINE) {
    const { done, value } = rest.next();
    if (done) break;
    starts.push(value);
  }
  return { starts, rest };
}

// The ends that may be the best, polished in f64; then further starts, unless enough have ended at the best.
function polish(
  { x, y, first, later, lowerBound }: Comparison,
  { starts, rest }: Starts,
  ends: readonly End[],
): SearchResult {
  const order = ends.map((_, k) => k).sort((p, q) => ends[p].value - ends[q].value || p - q);
  const most = ends[order[0]].value * (1 + WORTH_POLISHING) + ROUNDING;
  const chosen: number[] = [];
  for (const k of order) {
    if (chosen.length === MAX_POLISHED || ends[k].value > most) break;
    // Two starts that ended at one place: its value differs by rounding only.
    const last = chosen.at(-1);
    const isNew = last === undefined || ends[k].value - ends[last].value > SAME * ends[k].value;
    if (isNew) chosen.push(k);
  }
  const candidates = chosen.map((k) => ({ name: starts[k].name, rotation: ends[k].rotation() }));
  const alike = ends[order[0]].value * (1 + ALIKE) + ROUNDING;
  const agreed = ends.filter(({ value }, k) => k >= first.length && value <= alike).length;
  const further = later && {
    ...later,
    starts: () => ({ [Symbol.iterator]: () => rest }),
    agreed: Math.min(agreed, later.agreeing),
  };
  const found = search(x, y, candidates, further, lowerBound);
  const iterations = ends.reduce((sum, end) => sum + end.iterations, found.iterations);
  const numStarts = starts.length + Math.max(0, found.numStarts - candidates.length);
  return { ...found, numStarts, iterations };
}

interface Member {
  readonly comparison: Comparison;
  readonly starts: readonly Start[];
}

async function descendAll(
  engine: Engine,
  n: number,
  members: readonly Member[],
): Promise<readonly (readonly End[])[]> {
  const numSlots = members.reduce((sum, { starts }) => sum + starts.length, 0);
  const layout = alignLayout(n, members.length, numSlots);
  const pairs = members.flatMap(({ starts }, pair) => starts.map(() => pair));
  using space = engine.allocate(layout.spaceLength);
  using entries = engine.upload(tablesOf(members, layout));
  using marks = engine.allocate(layout.marksLength);
  engine.write(space, placed(members, layout));
  const buffers = { space, entries, marks };
  let state: EngineArray = new Float32Array(layout.marksLength);
  let running = pairs.map((_, slot) => slot);
  while (running.length > 0) {
    dispatchRound(engine, layout, buffers, running.map((slot) => [slot, pairs[slot]]));
    state = await engine.download(marks);
    running = stillPromising(state, pairs, running);
  }
  const { rotationsAt, s } = layout;
  const rotations = await engine.download(space, rotationsAt, numSlots * s * s);
  const ends = pairs.map((_, slot): End => ({
    value: state[slot * Mark.length + Mark.value],
    iterations: state[slot * Mark.length + Mark.iterations],
    rotation: () => rotationAt(rotations, slot, layout),
  }));
  let next = 0;
  return members.map(({ starts }) => ends.slice(next, next += starts.length));
}

// Operators of all pairs, then all starts: what `space` begins with.
function placed(members: readonly Member[], layout: AlignLayout): Float32Array {
  const { n, s, pairLength, rotationsAt, scratchAt } = layout;
  const out = new Float32Array(scratchAt);
  let slot = 0;
  members.forEach(({ comparison: { x, y }, starts }, pair) => {
    out.set(placedOperators(x.t, y.t, n), pair * pairLength);
    for (const { rotation } of starts) {
      out.set(placedRotation(rotation, n), rotationsAt + slot++ * s * s);
    }
  });
  return out;
}

function tablesOf(members: readonly Member[], { n, tableLength }: AlignLayout): Uint32Array {
  const out = new Uint32Array(Math.max(1, members.length * tableLength));
  members.forEach(({ comparison }, pair) => {
    out.set(pairTable(comparison.x.partner, n), pair * tableLength);
  });
  return out;
}

// One round of evaluations for these slots, in dispatches that are each well under a second long.
function dispatchRound(
  engine: Engine,
  { n, rotationsAt, scratchAt }: AlignLayout,
  buffers: Readonly<Record<"space" | "entries" | "marks", EngineBuffer>>,
  slots: readonly (readonly number[])[],
): void {
  const { steps, starts: size } = dispatchSize(engine, n);
  const round = evaluationsBetweenLooks(n);
  for (let from = 0; from < slots.length; from += size) {
    const batch = slots.slice(from, from + size);
    using listed = engine.upload(Uint32Array.from(batch.flat()));
    for (let step = 0; step < round; step += steps) {
      engine.dispatch(align, { ...buffers, slots: listed }, {
        n,
        num: batch.length,
        steps: Math.min(steps, round - step),
        rotations_at: rotationsAt,
        scratch_at: scratchAt,
        max_iterations: MAX_ITERATIONS,
        gradient_tolerance: GRADIENT_TOLERANCE,
        relative_decrease: RELATIVE_DECREASE,
      });
    }
  }
}

// Drops starts that ended, and those that, going on as in their last ten steps, would need too long to catch up with
// their own pair's best. Less strictly than in f64, where starts follow one another: it costs a sixth more, and finds better ends.
function stillPromising(
  state: EngineArray,
  pairs: readonly number[],
  running: readonly number[],
): number[] {
  const mark = (slot: number, place: number) => state[slot * Mark.length + place];
  const best: number[] = [];
  pairs.forEach((pair, slot) => {
    best[pair] = Math.min(best[pair] ?? Infinity, mark(slot, Mark.value));
  });
  return running.filter((slot) => {
    if (mark(slot, Mark.status) !== Status.running) return false;
    const iterations = mark(slot, Mark.iterations);
    if (iterations < WINDOW) return true;
    const value = mark(slot, Mark.value);
    const progress = mark(slot, Mark.history + iterations % WINDOW) - value;
    return value - OPTIMISM * progress <= best[pairs[slot]];
  });
}

function rotationAt(all: EngineArray, slot: number, { n, s }: AlignLayout): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) out[i * n + j] = all[slot * s * s + i * s + j];
  }
  return orthonormal(out, n);
}

// Two Newton steps towards the polar factor: from the accuracy of f32 to that of f64.
function orthonormal(c: Float64Array, n: number): Float64Array {
  for (let round = 0; round < 2; round++) {
    const gram = multiplyTransposeA(c, c, n, n, n).map((x) => -0.5 * x);
    for (let i = 0; i < n; i++) gram[i * n + i] += 1.5;
    c = multiply(c, gram, n, n, n);
  }
  return c;
}

/** Radians above the bound at which a start is worth a look in f64 first, and at which the search ends. */
const NEARLY_PROVED = 0.02;
const ENOUGH = 1e-6;
const WINDOW = 10;
const OPTIMISM = 60;
/** Past these f32 brings nothing. */
const MAX_ITERATIONS = 500;
const GRADIENT_TOLERANCE = 1e-6;
const RELATIVE_DECREASE = 1e-6;
/** Starts of each pair besides those from structure. */
const ON_ENGINE = 34;
const MAX_POLISHED = 3;
/** Ends this much above the best, relatively, may overtake it when polished. */
const WORTH_POLISHING = 3e-3;
const ROUNDING = 1e-9;
/** Ends this near to the best, relatively, are the same place in f32. */
const ALIKE = 1e-4;
const SAME = 1e-5;
