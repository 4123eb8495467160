// Compares pairs of operators in f64 in a worker, as a worker of a run would: prepared operators are kept for all pairs.

import { compareOperators } from "#lib/math/dsa/dsa.ts";
import { describeOperator } from "#lib/math/dsa/operator_frames.ts";

interface Job {
  readonly n: number;
  readonly operators: readonly Float64Array[];
  readonly pairs: readonly (readonly [number, number])[];
}

const worker = self as unknown as {
  onmessage: (event: MessageEvent<Job>) => void;
  postMessage(angles: readonly number[]): void;
};

worker.onmessage = ({ data: { n, operators, pairs } }) => {
  const prepared = operators.map((m) => describeOperator(m, n));
  worker.postMessage(pairs.map(([i, j]) => compareOperators(prepared[i], prepared[j]).angle));
};
