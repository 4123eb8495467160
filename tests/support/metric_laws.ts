// The laws that a metric may declare, measured on systems of any kind, for any params: what the conformance suite runs on
// every member and its choices, and a metric's own test on params that no suite can guess.

import { assert, assertAlmostEquals, assertEquals, assertLessOrEqual } from "@std/assert";
import { lawsOf, type Metric, type Score } from "#lib/core/metric.ts";
import { describeShape, type Tensor } from "#lib/core/tensor.ts";
import type { Draws } from "../lib/math/linalg/fresh.ts";
import { systemsOf } from "./random_systems.ts";
import type { Systems } from "./systems.ts";

/** What a search over rotations may miss; metrics in closed form are held to it too, though they are far better. */
const tolerance = 1e-7;

/** A metric with some params, and how to score two systems by it. */
export interface Measured {
  readonly metric: Metric;
  readonly params: never;
  readonly systems: Systems<unknown>;
  /** In messages: which params. */
  readonly what: string;
  score(a: unknown, b: unknown): Score;
}

/** Opens a metric with raw params on the systems of the kind that it takes. */
export function measured(metric: Metric, raw: Record<string, unknown> = {}): Measured {
  const systems = systemsOf[metric.takes.kind];
  assert(systems, `tests/support/random_systems.ts makes no systems of kind ${metric.takes.kind}`);
  const params = metric.params.parse(raw) as never;
  const prepare = (system: unknown) => metric.prepare(system, params, {});
  return {
    metric,
    params,
    systems,
    what: `${metric.name} ${JSON.stringify(raw)}`,
    score: (a, b) => metric.compare(prepare(a), prepare(b), params),
  };
}

/** Systems that can be compared with each other, at least three, by the name of their shape. */
export function groupsOf(systems: Systems<unknown>, draws: Draws): Record<string, unknown[]> {
  return { usual: [0, 1, 2].map(() => systems.random(draws)), ...systems.groups?.(draws) };
}

/** Throws unless a system and its copy have the declared value against it. */
export function requireIdentity({ metric, params, systems, what, score }: Measured, a: unknown) {
  const { identity, identityVaries } = lawsOf(metric, params);
  if (identityVaries === true) return;
  assertAlmostEquals(score(a, a).value, identity, 1e-12, what);
  const copy = systems.type.decode(systems.type.encode(a));
  assertAlmostEquals(score(a, copy).value, identity, 1e-12, `${what}, read from files`);
}

/** Throws unless value and columns are numbers in range, the same again, and either way round if declared. */
export function requireRange(one: Measured, a: unknown, b: unknown) {
  const { metric, params, what, score } = one;
  const [ab, ba] = [score(a, b), score(b, a)];
  for (const found of [ab, ba]) requireInRange(one, found);
  assertEquals(Object.keys(ab.more ?? {}), Object.keys(ba.more ?? {}), what);
  assertEquals(score(a, b), ab, `${what}, again`);
  if (lawsOf(metric, params).symmetric) assertEquals(ab, ba, `${what}, to the last bit`);
}

/** Throws unless a triangle of systems is one. */
export function requireTriangle({ what, score }: Measured, [a, b, c]: readonly unknown[]) {
  const [ab, bc, ac] = [[a, b], [b, c], [a, c]].map(([x, y]) => score(x, y).value);
  for (const [long, x, y] of [[ab, bc, ac], [bc, ab, ac], [ac, ab, bc]]) {
    assertLessOrEqual(long, x + y + 1e-12 * Math.max(1, x + y), `${what}: the triangle inequality`);
  }
}

/** Throws if a change that the metric is declared to be blind to changes its value. */
export function requireInvariance(
  { metric, params, systems, what, score }: Measured,
  a: unknown,
  b: unknown,
  draws: Draws,
) {
  const { invariantTo, identity, identityVaries, anyItemOrder } = lawsOf(metric, params);
  const [ab, ba] = [score(a, b).value, score(b, a).value];
  for (const how of invariantTo) {
    const other = systems.changed(b, how, draws);
    assert(other !== null, `${how} means nothing for ${metric.takes.kind}`);
    assertAlmostEquals(score(a, other).value, ab, tolerance, `${what}: ${how} of the second`);
    assertAlmostEquals(score(other, a).value, ba, tolerance, `${what}: ${how} of the first`);
    const self = identityVaries === true ? score(b, b).value : identity;
    assertAlmostEquals(score(b, other).value, self, tolerance, `${what}: only ${how}`);
  }
  if (anyItemOrder === true) {
    assert(systems.reordered, `${metric.takes.kind} has no items`);
    const [x, y] = systems.reordered([a, b], draws);
    assertAlmostEquals(score(x, y).value, ab, tolerance, `${what}: items in another order`);
  }
}

/** The triangle of systems, of one and its rotation, and of two and what is half way between them where there is that. */
export function requireTriangles(one: Measured, [a, b, c]: readonly unknown[], draws: Draws) {
  if (!lawsOf(one.metric, one.params).triangle) return;
  requireTriangle(one, [a, b, c]);
  requireTriangle(one, [a, b, one.systems.changed(a, "rotation", draws) ?? c]);
  const { between } = one.systems;
  if (between === undefined) return;
  const [other, near] = [one.systems.random(draws), one.systems.random(draws)];
  requireTriangle(one, [other, between(other, near), near]);
  requireTriangle(one, [other, between(other, between(other, near)), between(other, near)]);
}

/** All of the laws above, on three systems. */
export function requireLaws(one: Measured, systems: readonly unknown[], draws: Draws) {
  const [a, b] = systems;
  requireIdentity(one, a);
  requireRange(one, a, b);
  requireInvariance(one, a, b, draws);
  requireTriangles(one, systems, draws);
}

/** Throws unless a score lies in the range that is declared for the params, and no column is NaN. */
export function requireInRange({ metric, params, what }: Measured, { value, more }: Score) {
  const [low, high] = lawsOf(metric, params).range;
  assert(value >= low && value <= high, `${what}: ${value} outside [${low}, ${high}]`);
  for (const [column, cell] of Object.entries(more ?? {})) {
    assert(!Number.isNaN(cell), `${what}: ${column} is NaN`);
  }
}

/**
 * The score of two systems, or `undefined` if they are refused in words: an error that names an array, its dims with
 * their sizes, and what to do.
 */
export function scoredOrRefused(
  { metric, score, what }: Measured,
  a: unknown,
  b: unknown,
): Score | undefined {
  try {
    return score(a, b);
  } catch (error) {
    const { name, message } = error as Error;
    const say = (wanted: string) => `${what}: ${wanted}: ${name}: ${message}`;
    assert(name === "RangeError" || name === "TypeError", say("it is no complaint"));
    const named = [a, b].flatMap(tensorsIn);
    const shapes = named.map(([, { dims, shape }]) => describeShape(dims, shape));
    assert(shapes.some((shape) => message.includes(shape)), say(`none of ${shapes.join(", ")}`));
    const names = [metric.takes.kind.replaceAll("_", " "), ...named.map(([key]) => key)];
    assert(
      names.some((word) => message.replaceAll("_", " ").includes(word)),
      say("it names no array"),
    );
    assert(remedy.test(message), say("it says nothing to do"));
    return undefined;
  }
}

const remedy =
  /[;,:(] (or )?(to [a-z ]+ )?(add|bind|check|choose|compare|cut|drop|fill|fit|give|import|keep|leave|lower|pass|prepare|project|raise|refit|repeat|scale|set|take|use)\b/;

/** The arrays inside an artifact, with their names. */
function tensorsIn(value: unknown): [string, Tensor][] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([key, inner]): [string, Tensor][] =>
    typeof inner === "object" && inner !== null && "dims" in inner && "shape" in inner
      ? [[key, inner as Tensor]]
      : tensorsIn(inner)
  );
}
