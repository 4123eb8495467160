// The eigenvalues of a controlled model, as an array and as a table with what they mean and how well they fit.

import type { Trajectories } from "#lib/core/artifacts/trajectories.ts";
import { type Table, tableOf } from "#lib/core/table.ts";
import { type Tensor, tensor } from "#lib/core/tensor.ts";
import { type ControlledPairs, controlledResiduals } from "#lib/math/control/residuals.ts";
import { residualSummary } from "#lib/math/dmd/residuals.ts";
import { numberCell } from "./_delay_model.ts";
import { stepOf } from "./_dmd_result.ts";
import { timescales } from "./_timescales.ts";

/** The spectrum of a fit on the pairs that it was fitted to. */
export function spectrumOf(
  pairs: ControlledPairs,
  stepsAhead: number,
  trajectories: Trajectories,
): {
  readonly eigenvalues: Tensor;
  readonly spectrum: Table;
  readonly facts: Readonly<Record<string, number | string | boolean | null>>;
} {
  const found = controlledResiduals(pairs);
  const { re, im, residuals, normalized } = found;
  const { scales, units } = timescales(found, stepsAhead, trajectories);
  const parts = new Float64Array(2 * re.length);
  re.forEach((value, i) => parts.set([value, im[i]], 2 * i));
  return {
    eigenvalues: tensor(["eigenvalue", "part"], [re.length, 2], parts, {
      coords: { part: ["re", "im"] },
    }),
    spectrum: tableOf(
      Array.from(re, (value, i) => ({
        eigenvalue: i,
        re: value,
        im: im[i],
        residual: numberCell(residuals[i]),
        normalized_residual: numberCell(normalized[i]),
        ...scales[i],
      })),
      {
        ...units,
        residual: { description: "‖(Y − UBᵀ − λX)g‖² / ‖Xg‖² with Aᵀg = λg" },
        normalized_residual: { description: "residual over that of λ = 1" },
      },
    ),
    facts: {
      ...stepOf(trajectories, stepsAhead),
      spectral_radius: Math.max(...re.map((value, i) => Math.hypot(value, im[i]))),
      average_residual: numberCell(residualSummary(residuals).average),
    },
  };
}
