// Comparison of operators over rotations: independent oscillators of 10, 20 and 50 dimensions, with all random starts,
// with structured starts only, and (10 dimensions) the published optimiser at its defaults for the same pair.

import { randomStream } from "#lib/core/random.ts";
import { compareOperators, dsa } from "#lib/math/dsa/dsa.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";
import { conjugate, orthogonal, oscillators } from "#tests/lib/math/dsa/operators.ts";

let next = 0;
const stream = randomStream(1, "bench/dsa");
const draws = {
  seed: 1,
  normal: (rows: number, cols: number) =>
    stream.normal(new Float64Array(rows * cols), next++) as Float64Array,
  integer: (from: number, to: number) => from + stream.integer(to - from + 1, next++),
};

for (const n of [10, 20, 50]) {
  const group = `dsa ${n}×${n}`;
  const pairs = Array.from({ length: 4 }, () => [oscillators(draws, n), oscillators(draws, n)]);
  const copies = pairs.map(([a]) => [a, conjugate(a, orthogonal(draws, n), n)]);
  const prepared = pairs.map((pair) => pair.map((m) => describeOperator(m, n)));
  let turn = 0;
  const pick = <T>(from: readonly T[]) => from[turn++ % from.length];

  Deno.bench({
    name: "independent, standard",
    group,
    n: 8,
    warmup: 4,
    fn: () => {
      const [a, b] = pick(pairs);
      dsa(a, b, n);
    },
  });
  Deno.bench({
    name: "independent, pruned",
    group,
    n: 8,
    warmup: 4,
    fn: () => {
      const [a, b] = pick(pairs);
      dsa(a, b, n, { effort: "pruned" });
    },
  });
  Deno.bench({
    name: "independent, pruned, prepared",
    group,
    n: 8,
    warmup: 4,
    fn: () => {
      const [a, b] = pick(prepared);
      compareOperators(a, b, { effort: "pruned" });
    },
  });
  Deno.bench({
    name: "rotated copies, standard",
    group,
    n: 8,
    warmup: 4,
    fn: () => {
      const [a, b] = pick(copies);
      dsa(a, b, n);
    },
  });
  if (n === 10) {
    Deno.bench({
      name: "independent, published optimiser",
      group,
      n: 4,
      warmup: 1,
      fn: () => {
        const [a, b] = pick(pairs);
        dsa(a, b, n, { optimiser: "reference" });
      },
    });
  }
}
