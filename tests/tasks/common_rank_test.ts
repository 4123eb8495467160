// The task `common_rank`: the smallest count over the study, and fits that kept too little.

import { assertEquals, assertRejects } from "@std/assert";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/common_rank.ts";
import { boundItems, runTask } from "#tests/support/run_task.ts";
import { operatorOf } from "#tests/support/random_systems.ts";

/** An operator of size `n` whose embedded data have this spectrum. */
const withSpectrum = (spectrum: readonly number[], n = spectrum.length) => ({
  ...operatorOf(new Float64Array(n * n).fill(1), n),
  singularValues: tensor(["component"], [spectrum.length], Float64Array.from(spectrum)),
});
const commonRank = async (params: Record<string, unknown>, ...spectra: number[][]) =>
  (await runTask(task, params, { operators: boundItems(spectra.map((one) => withSpectrum(one))) }))
    .rank;

Deno.test("common_rank is the smallest number of components above the threshold", async () => {
  assertEquals(await commonRank({}, [10, 1, 0.01, 0.009], [1, 0.5, 0.4]), {
    rank: 3,
    threshold: 1e-3,
    counts: [3, 3],
  });
  assertEquals(await commonRank({ threshold: 0.05 }, [10, 1, 0.01], [1, 0.5, 0.4]), {
    rank: 2,
    threshold: 0.05,
    counts: [2, 3],
  });
  assertEquals((await commonRank({ threshold: 1 }, [2, 2, 1], [3, 1])).rank, 1);
});

Deno.test("common_rank refuses an empty study and fits that kept fewer components", async () => {
  await assertRejects(() => commonRank({}), RangeError);
  await assertRejects(() => commonRank({ threshold: 0 }, [1]), TypeError, "threshold");
  const operators = boundItems([withSpectrum([1, 1, 1, 1], 2)]);
  await assertRejects(() => runTask(task, {}, { operators }), RangeError, "raise max_rank of dmd");
});
