// Refusals of the numerics in the terms of a task: what array it got, with its dims, and then the reason.

/** How messages of the numerics begin; a task puts its own words there. */
const begins =
  /^(havok|delay embedding|kernel dmd|dmdc|subspace DMDc|subspace windows|kalman|controlled trials|smacof|classical MDS|t-SNE|pca|rdm): /;

/** Runs a computation; what it refuses is said of `what`, which names the task and the arrays. */
export function inTerms<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(`${what}: ${error.message.replace(begins, "")}`, { cause: error });
  }
}
