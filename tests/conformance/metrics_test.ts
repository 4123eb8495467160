// The laws that every metric declares, measured on fresh random systems of the type it takes: a new one is tested
// from its first minute. Agreement with published numbers is tested beside each.

import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLessOrEqual,
  assertMatch,
} from "@std/assert";
import { z } from "zod";
import type { Metric, Score } from "#lib/core/metric.ts";
import { metrics } from "#lib/metrics/mod.ts";
import { systemsOf } from "#tests/support/random_systems.ts";
import { type Draws, fresh } from "../lib/math/linalg/fresh.ts";

/** What a search over rotations may miss; metrics in closed form are held to it too, though they are far better. */
const tolerance = 1e-7;

for (const [name, load] of Object.entries(metrics)) {
  const open = async () => {
    const metric = (await load()).default as unknown as Metric;
    const systems = systemsOf[metric.takes.kind];
    assert(
      systems,
      `tests/support/random_systems.ts makes no systems of kind ${metric.takes.kind}`,
    );
    const params = metric.params.parse({});
    const prepare = (system: unknown) => metric.prepare(system, params, {});
    return {
      metric,
      systems,
      params,
      score: (a: unknown, b: unknown) => metric.compare(prepare(a), prepare(b), params),
    };
  };
  const title = (what: string) => `the metric ${name} ${what}`;

  Deno.test(title("describes itself"), async () => {
    const { metric, params } = await open();
    assertEquals(metric.name, name, "the file's name is the metric's");
    assert(metric.summary.length > 10 && metric.reference.paper.length > 3);
    assert(metric.unit(params).length > 0);
    assertMatch(metric.port, /^[a-z_]+$/);
    for (const [param, field] of Object.entries(metric.params.shape)) {
      assert(descriptionOf(field as z.ZodType), `the param '${param}' has no description`);
    }
    z.toJSONSchema(metric.params, { io: "input" });
    const { range: [low, high], identity } = metric.laws;
    assert(low < high && low <= identity && identity <= high, "the identity lies in the range");
  });

  Deno.test(title("gives a system against itself its declared value"), async () => {
    const { metric, systems, score } = await open();
    each((draws) => {
      const a = systems.random(draws);
      assertAlmostEquals(score(a, a).value, metric.laws.identity, 1e-12);
      const copy = systems.type.decode(systems.type.encode(a));
      assertAlmostEquals(score(a, copy).value, metric.laws.identity, 1e-12, "read from files");
    });
  });

  Deno.test(title("stays in its range and tells its columns alike for every pair"), async () => {
    const { metric, systems, score } = await open();
    each((draws) => {
      const [a, b] = [systems.random(draws), systems.random(draws)];
      const scores = [score(a, b), score(b, a), score(a, a)];
      for (const one of scores) {
        requireInRange(metric, one);
        assertEquals(Object.keys(one.more ?? {}), Object.keys(scores[0].more ?? {}));
      }
      assert(scores[0].value !== metric.laws.identity, "different systems differ");
      assertEquals(score(a, b), scores[0], "and again");
    });
  });

  Deno.test(title("is symmetric to the last bit, if it says so"), async () => {
    const { metric, systems, score } = await open();
    if (!metric.laws.symmetric) return;
    each((draws) => {
      const [a, b] = [systems.random(draws), systems.random(draws)];
      assertEquals(score(a, b), score(b, a));
    });
  });

  Deno.test(title("obeys the triangle inequality, if it says so"), async () => {
    const { metric, systems, score } = await open();
    if (!metric.laws.triangle) return;
    each((draws) => {
      const [a, b, c] = [0, 1, 2].map(() => systems.random(draws));
      const turned = systems.changed(a, "rotation", draws) ?? a;
      for (const third of [c, turned]) {
        const [ab, bc, ac] = [[a, b], [b, third], [a, third]].map(([x, y]) => score(x, y).value);
        for (const [long, x, y] of [[ab, bc, ac], [bc, ab, ac], [ac, ab, bc]]) {
          assertLessOrEqual(long, x + y + 1e-12);
        }
      }
    });
  });

  Deno.test(title("does not change under what it says it is invariant to"), async () => {
    const { metric, systems, score } = await open();
    each((draws) => {
      for (const how of metric.laws.invariantTo) {
        const [a, b] = [systems.random(draws), systems.random(draws)];
        const other = systems.changed(b, how, draws);
        assert(other !== null, `${how} means nothing for ${metric.takes.kind}`);
        const { value } = score(a, b);
        assertAlmostEquals(score(a, other).value, value, tolerance, `${how} of the second`);
        assertAlmostEquals(
          score(other, a).value,
          score(b, a).value,
          tolerance,
          `${how} of the first`,
        );
        assertAlmostEquals(score(b, other).value, metric.laws.identity, tolerance, `only ${how}`);
      }
    });
  });

  Deno.test(title("keeps to its range with every choice of its params"), async () => {
    const { metric, systems } = await open();
    each((draws) => {
      const [a, b] = [systems.random(draws), systems.random(draws)];
      for (const choice of choicesOf(metric.params)) {
        const params = metric.params.parse(choice);
        const [x, y] = [a, b].map((system) => metric.prepare(system, params, {}));
        requireInRange(metric, metric.compare(x, y, params), JSON.stringify(choice));
        assert(metric.unit(params).length > 0);
      }
    }, 1);
  });

  Deno.test(title("answers degenerate systems in words, never with NaN"), async () => {
    const { metric, systems, score } = await open();
    each((draws) => {
      const usual = systems.random(draws);
      for (const [what, system] of Object.entries(systems.degenerate(draws))) {
        for (const [a, b] of [[system, usual], [usual, system], [system, system]]) {
          let found: Score;
          try {
            found = score(a, b);
          } catch (error) {
            const { message, name: kind } = error as Error;
            assert(kind === "RangeError" || kind === "TypeError", `${what}: ${kind}: ${message}`);
            assert(/[a-z]+ [a-z]+/.test(message) && message.length > 25, `${what}: ${message}`);
            continue;
          }
          requireInRange(metric, found, what);
        }
      }
    }, 1);
  });
}

function each(run: (draws: Draws) => void, times = 5): void {
  for (let i = 0; i < times; i++) fresh(run);
}

function requireInRange({ laws: { range: [low, high] } }: Metric, score: Score, what = ""): void {
  const { value, more } = score;
  assert(value >= low && value <= high, `${what}: ${value} outside [${low}, ${high}]`);
  for (const [column, cell] of Object.entries(more ?? {})) {
    assert(!Number.isNaN(cell), `${what}: ${column} is NaN`);
  }
}

/** Params with each enumerated choice in turn, all else default. */
function* choicesOf(params: z.ZodObject): Iterable<Record<string, unknown>> {
  for (const [name, field] of Object.entries(params.shape)) {
    let inner = field as z.ZodType;
    for (;;) {
      const next = (inner.def as { innerType?: z.ZodType }).innerType;
      if (next === undefined) break;
      inner = next;
    }
    if (inner instanceof z.ZodEnum) {
      for (const choice of inner.options) yield { [name]: choice };
    }
  }
}

/** The description of a field, also where it stands inside a default or an optional. */
function descriptionOf(field: z.ZodType): string | undefined {
  for (let inner: z.ZodType | undefined = field; inner !== undefined;) {
    if (inner.description !== undefined) return inner.description;
    inner = (inner.def as { innerType?: z.ZodType }).innerType;
  }
}
