import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { search } from "#lib/math/dsa/search.ts";
import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { randomStream } from "#lib/core/random.ts";
import { randomOrthogonal } from "#lib/math/dsa/random_orthogonal.ts";
import { fresh } from "../linalg/fresh.ts";
import { conjugate, identity, orthogonal } from "./operators.ts";

const error = (a: Float64Array, b: Float64Array, c: Float64Array, n: number) =>
  Math.hypot(...conjugate(b, c, n).map((x, p) => x - a[p]));

Deno.test("search() leaves a start that is stationary but a saddle", () => {
  const [a, b] = [Float64Array.of(2, 0, 0, 1), Float64Array.of(1, 0, 0, 2)]
    .map((m) => describeOperator(m, 2));
  const start = { name: "aligned", rotation: identity(2) };
  const { rotation, numStarts } = search(a, b, [start, { ...start, name: "again" }], undefined, 0);
  assertLess(error(a.t, b.t, rotation, 2), 1e-8);
  assertEquals(numStarts, 1, "the first descent already left it");
});

Deno.test("search() leaves a saddle that descent is led to by symmetry", () => {
  // Two uncoupled halves in either order: block diagonal rotations stay so, and never exchange the halves.
  fresh((draws) => {
    const halves = (p: Float64Array, q: Float64Array) => {
      const out = new Float64Array(16);
      for (let i = 0; i < 2; i++) {
        out.set(p.subarray(2 * i, 2 * i + 2), 4 * i);
        out.set(q.subarray(2 * i, 2 * i + 2), 4 * (i + 2) + 2);
      }
      return out;
    };
    const p = Float64Array.of(3, 1, -1, 2), q = Float64Array.of(-1, 0.5, 0.2, 0.4);
    const [a, b] = [halves(p, q), halves(q, p)].map((m) => describeOperator(m, 4));
    const start = {
      name: "uncoupled",
      rotation: halves(orthogonal(draws, 2), orthogonal(draws, 2)),
    };
    const { rotation } = search(a, b, [start], undefined, 0);
    // With the halves in place the error is 1.44 at least; all minima lie below 0.71.
    assertLess(error(a.t, b.t, rotation, 4), 0.75);
  });
});

Deno.test("search() asks for further starts only while nothing is proved", () => {
  const a = describeOperator(Float64Array.of(1, 2, 3, 4), 2);
  const right = { name: "right", rotation: identity(2) };
  const wrong = { name: "wrong", rotation: Float64Array.of(0, 1, 1, 0) };
  const starts = () => {
    throw new Error("asked");
  };
  const found = search(a, a, [wrong, right], { starts, agreeing: 1 }, 0);
  assertEquals([found.bestStart, found.numStarts, found.iterations], ["right", 1, 0]);
});

Deno.test("search() takes starts until enough have ended at the best, hopping between them", () => {
  fresh((draws) => {
    const n = 6;
    const [a, b] = [draws.normal(n, n), draws.normal(n, n)].map((m) => describeOperator(m, n));
    const stream = randomStream(draws.seed, "starts");
    const first = [{ name: "identity", rotation: identity(n) }];
    let taken = 0;
    function* starts() {
      for (; taken < 500; taken++) {
        yield { name: `random ${taken}`, rotation: randomOrthogonal(stream, taken, n, 1) };
      }
    }
    const hops = randomStream(draws.seed, "hops");
    const all = search(a, b, first, { starts, agreeing: Infinity, hops, proper: true }, 0);
    assertEquals([taken, all.numStarts], [500, 1001]);
    let least = 0;
    for (const agreeing of [1, 3, 9]) {
      taken = 0;
      const found = search(a, b, first, { starts, agreeing, hops, proper: true }, 0);
      assert(taken < 500 && found.numStarts > least, `${agreeing}: ${taken}`);
      least = found.numStarts;
      assertLessOrEqual(all.value, found.value * (1 + 1e-4));
      taken = 0;
      const before = search(
        a,
        b,
        first,
        { starts, agreeing, agreed: agreeing, hops, proper: true },
        0,
      );
      assertEquals([before.numStarts, taken], [1, 0]);
    }
  });
});
