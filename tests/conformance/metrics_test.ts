// The laws that every metric declares, measured on fresh random systems of the type it takes, with every choice of its
// params: a new one is tested from its first minute. Agreement with published numbers is tested beside each.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { z } from "zod";
import { lawsOf, type Metric, senseOf } from "#lib/core/metric.ts";
import { metrics } from "#lib/metrics/mod.ts";
import {
  groupsOf,
  type Measured,
  measured,
  requireIdentity,
  requireInRange,
  requireInvariance,
  requireLaws,
  requireRange,
  requireTriangles,
  scoredOrRefused,
} from "#tests/support/metric_laws.ts";
import { type Draws, fresh } from "../lib/math/linalg/fresh.ts";

for (const [name, load] of Object.entries(metrics)) {
  const open = async (raw: Record<string, unknown> = {}) =>
    measured((await load()).default as unknown as Metric, raw);
  const title = (what: string) => `the metric ${name} ${what}`;

  Deno.test(title("describes itself"), async () => {
    const { metric } = await open();
    assertEquals(metric.name, name, "the file's name is the metric's");
    assert(metric.summary.length > 10 && metric.reference.paper.length > 3);
    assertMatch(metric.port, /^[a-z_]+$/);
    for (const [param, field] of Object.entries(metric.params.shape)) {
      assert(descriptionOf(field as z.ZodType), `the param '${param}' has no description`);
    }
    z.toJSONSchema(metric.params, { io: "input" });
    for (const raw of [{}, ...choicesOf(metric.params)]) {
      const params = metric.params.parse(raw) as never;
      const { range: [low, high], identity } = lawsOf(metric, params);
      assert(low < high && low <= identity && identity <= high, "the identity lies in the range");
      assertEquals(
        identity,
        senseOf(metric, params) === "distance" ? low : high,
        `${JSON.stringify(raw)}: nothing is nearer to a system than itself`,
      );
      assert(metric.unit(params).length > 0);
    }
  });

  Deno.test(title("gives a system against itself its declared value"), async () => {
    const one = await open();
    each((draws) => eachGroup(one, draws, ([a]) => requireIdentity(one, a)));
  });

  Deno.test(
    title(
      "stays in its range, tells its columns alike, and is symmetric to the last bit if it says so",
    ),
    async () => {
      const one = await open();
      each((draws) => {
        eachGroup(one, draws, ([a, b]) => requireRange(one, a, b));
        const [a, b] = [one.systems.random(draws), one.systems.random(draws)];
        assertNotEquals(one.score(a, b).value, lawsOf(one.metric, one.params).identity);
      });
    },
  );

  Deno.test(title("obeys the triangle inequality, if it says so"), async () => {
    const one = await open();
    if (!lawsOf(one.metric, one.params).triangle) return;
    each((draws) => eachGroup(one, draws, (systems) => requireTriangles(one, systems, draws)));
  });

  Deno.test(title("does not change under what it says it is invariant to"), async () => {
    const one = await open();
    each((draws) => eachGroup(one, draws, ([a, b]) => requireInvariance(one, a, b, draws)));
  });

  Deno.test(
    title("keeps its laws with every choice of its params, and some together"),
    async () => {
      const { metric } = await open();
      each((draws) => {
        for (const raw of [...choicesOf(metric.params), ...combinationsOf(metric.params, draws)]) {
          const one = measured(metric, raw);
          const { usual, ...others } = groupsOf(one.systems, draws);
          requireLaws(one, usual, draws);
          const shapes = Object.keys(others);
          if (shapes.length === 0) continue;
          const systems = others[shapes[draws.integer(0, shapes.length - 1)]];
          if (!areScored(one, systems)) continue;
          // Not the value against itself: of systems with ties some choices have another.
          requireRange(one, systems[0], systems[1]);
          requireInvariance(one, systems[0], systems[1], draws);
          requireTriangles(one, systems, draws);
        }
      }, 1);
    },
  );

  Deno.test(title("answers degenerate systems in words, never with NaN"), async () => {
    const { metric } = await open();
    each((draws) => {
      for (const raw of [{}, ...choicesOf(metric.params)]) {
        const one = measured(metric, raw);
        const usual = one.systems.random(draws);
        for (const [what, system] of Object.entries(one.systems.degenerate(draws))) {
          for (const [a, b] of [[system, usual], [usual, system], [system, system]]) {
            const asked = { ...one, what: `${one.what}, ${what}` };
            const found = scoredOrRefused(asked, a, b);
            if (found !== undefined) requireInRange(asked, found);
            assert(!/NaN|infinity/.test(what) || found === undefined, `${asked.what} has a score`);
          }
        }
      }
    }, 1);
  });
}

function each(run: (draws: Draws) => void, times = 5): void {
  for (let i = 0; i < times; i++) fresh(run);
}

/** Systems of every shape that the metric does not refuse in words. */
function eachGroup(one: Measured, draws: Draws, run: (systems: readonly unknown[]) => void): void {
  for (const [shape, systems] of Object.entries(groupsOf(one.systems, draws))) {
    if (areScored(one, systems)) run(systems);
    else assertNotEquals(shape, "usual", "systems in general position are not refused");
  }
}

function areScored(one: Measured, systems: readonly unknown[]): boolean {
  return [[0, 1], [1, 2], [0, 2]]
    .every(([i, j]) => scoredOrRefused(one, systems[i], systems[j]) !== undefined);
}

/** Params with each enumerated choice in turn, all else default. */
function* choicesOf(params: z.ZodObject): Iterable<Record<string, unknown>> {
  for (const [name, choices] of enumerated(params)) {
    for (const choice of choices) yield { [name]: choice };
  }
}

/** A few draws of all enumerated params together, where there is more than one. */
function* combinationsOf(params: z.ZodObject, draws: Draws): Iterable<Record<string, unknown>> {
  const all = [...enumerated(params)];
  if (all.length < 2) return;
  for (let i = 0; i < 6; i++) {
    yield Object.fromEntries(
      all.map(([name, choices]) => [name, choices[draws.integer(0, choices.length - 1)]]),
    );
  }
}

function* enumerated(params: z.ZodObject): Iterable<readonly [string, readonly unknown[]]> {
  for (const [name, field] of Object.entries(params.shape)) {
    let inner = field as z.ZodType;
    for (;;) {
      const next = (inner.def as { innerType?: z.ZodType }).innerType;
      if (next === undefined) break;
      inner = next;
    }
    if (inner instanceof z.ZodEnum) yield [name, inner.options];
    if (inner instanceof z.ZodBoolean) yield [name, [false, true]];
  }
}

/** The description of a field, also where it stands inside a default or an optional. */
function descriptionOf(field: z.ZodType): string | undefined {
  for (let inner: z.ZodType | undefined = field; inner !== undefined;) {
    if (inner.description !== undefined) return inner.description;
    inner = (inner.def as { innerType?: z.ZodType }).innerType;
  }
}
