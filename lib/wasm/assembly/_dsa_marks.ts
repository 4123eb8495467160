// What is kept of a descent besides matrices and vectors, and how long its vectors are.

export const VALUE = 0, NORM = 1, ITERATIONS = 2, STATUS = 3, COUNT = 4, NEXT = 5, STEP = 6;
export const SLOPE = 7, ATTEMPT = 8, EVALUATIONS = 9, RHO = 10, HISTORY = 16, ALPHA = 26;
export const NUM_MARKS = 32;

// Status: begun or not, and why it ended.
export const FRESH = 0, RUNNING = 1, CONVERGED = 2, SETTLED = 3, ABANDONED = 4, STUCK = 5;

/** Pairs of steps and changes of the gradient kept. */
export const MEMORY = 6;

@inline
export function get<T>(marks: usize, index: i32): T {
  return load<T>(marks + <usize>index * sizeof<T>());
}

@inline
export function set<T>(marks: usize, index: i32, value: T): void {
  store<T>(marks + <usize>index * sizeof<T>(), value);
}

/** Length of the vectors for n dimensions. */
@inline
export function vectorLength(n: i32): i32 {
  return max(4, (n * (n - 1) / 2 + 3) & -4);
}
