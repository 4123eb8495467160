// Reads the eigenfunctions of an operator off trajectories: each advances by its own eigenvalue, so oscillations and decays
// come apart. Budišić, Mohr & Mezić 2012. The first (n_delays − 1) · delay_interval samples of each trial have none.

import { z } from "zod";
import { operator } from "#lib/core/artifacts/operator.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import { defineTask, one } from "#lib/core/task.ts";
import { eigenfunctions } from "#lib/math/dmd/eigenfunctions.ts";
import { exampleFit, trajectoriesOf, withModel } from "./_delay_model.ts";

export default defineTask({
  name: "eigenfunctions",
  summary: "Reads the eigenfunctions of an operator off trajectories, as further trajectories.",
  version: 1,
  numerics: "f64",
  params: z.strictObject({
    part: z.enum(["both", "real", "imaginary", "modulus"]).default("both").describe(
      "what the units of the result are; both: re_0, im_0, re_1, …, in the order of the operator's eigenvalues (describe_operator)",
    ),
  }),
  inputs: { operator: one(operator), trajectories: one(trajectories) },
  outputs: { trajectories },
  examples: [
    { params: {}, inputs: () => exampleFit() },
    { params: { part: "modulus" }, inputs: () => exampleFit(1, 2) },
  ],
  run(_context, { part }, { operator, trajectories }) {
    return withModel("eigenfunctions", operator, trajectories, (model, trials) => {
      const { re, valuesRe, valuesIm, rowsPerTrial } = eigenfunctions(trials, model);
      const shown = {
        both: { re: valuesRe, im: valuesIm },
        real: { re: valuesRe },
        imaginary: { im: valuesIm },
        modulus: { modulus: valuesRe.map((value, p) => Math.hypot(value, valuesIm[p])) },
      }[part];
      const columns = Object.entries(shown);
      const numUnits = columns.length * re.length;
      const data = new Float64Array(numUnits * (valuesRe.length / re.length));
      for (let p = 0, to = 0; p < valuesRe.length; p++) {
        for (const [, values] of columns) data[to++] = values[p];
      }
      const names = Array.from(re, (_, j) => columns.map(([name]) => `${name}_${j}`)).flat();
      const { numTrials } = trials;
      return {
        trajectories: trajectoriesOf(
          trajectories,
          { data, numTrials, numTime: rowsPerTrial, numUnits },
          names,
        ),
      };
    });
  },
});
