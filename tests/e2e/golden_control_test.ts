// The stored numbers of systems with inputs by the way a user goes: recordings and matrices read by `import`, fits,
// predictions and comparisons as stages, numbers from the tables and arrays of the run folder.

import { assert, assertEquals, assertLess } from "@std/assert";
import control from "#tests/reference/dsa/controllability.json" with { type: "json" };
import dmdc from "#tests/reference/dsa/dmdc.json" with { type: "json" };
import subspace from "#tests/reference/dsa/subspace_dmdc.json" with { type: "json" };
import {
  gathered,
  given,
  indexes,
  near,
  nearSpectrum,
  reference,
  rowOf,
  runStored,
  type Stages,
} from "#tests/support/stored_run.ts";

const measures = ["euclidean", "angular"] as const;
const [all, first] = ["all", "first"];

/** A fit of the recording, its spectrum, and its prediction. */
const fitted = (
  name: string,
  data: string,
  fit: Record<string, unknown>,
  prediction: Record<string, unknown>,
): Stages => {
  const from = {
    trajectories: { stage: "states", where: { data } },
    controls: { stage: "controls", where: { data } },
  };
  return {
    [name]: { ...fit, from },
    [`predicted_${name}`]: {
      task: "predict_controlled",
      from: { ...from, operator: `${name}.operator` },
      with: prediction,
    },
    // Once more, since arrays are written out only where no stage reads them. It costs nothing.
    [`written_${name}`]: { ...fit, from },
  };
};

const recording = (name: string) => ({
  task: "import",
  over: ["data"],
  files: reference(`dsa/${name}.npy`),
  with: { dims: ["trial", "time", "unit"], select: "${{ data.select }}" },
});

const axes = {
  data: [{ id: all, select: {} }, { id: first, select: { trial: [0] } }],
  case: indexes(control.cases),
  measure: measures,
  by: [
    { id: "joint", compat: "v2", compare: "joint" },
    { id: "corrected", compat: "corrected", compare: "joint" },
    { id: "control_only", compat: "corrected", compare: "control" },
  ],
};

const stages: Stages = {
  states: recording("control_state"),
  controls: recording("control_input"),
  ...Object.assign(
    {},
    ...dmdc.cases.map(({ data, params }, at) => {
      const { lamb, ...rest } = params as Record<string, number>;
      const fit = { ...rest, ...given({ ridge: lamb }), compat: "v2" };
      return fitted(
        `dmdc_${at}`,
        data === "trials" ? all : first,
        { task: "dmdc", with: fit },
        { reseed: 5 },
      );
    }),
    ...subspace.cases.map(({ backend, params: { n_delays, rank, lamb } }, at) =>
      fitted(
        `subspace_${at}`,
        all,
        {
          task: "subspace_dmdc",
          with: { backend, n_delays, ridge: lamb, ...given({ rank: rank ?? undefined }) },
        },
        { reseed: 3, compat: "v2" },
      )
    ),
  ),
  ...Object.fromEntries([1, 2].map((side) => [`system_${side}`, {
    task: "import",
    over: ["case"],
    files: reference("dsa/controllability.json"),
    with: {
      kind: "controlled_operator",
      arrays: { state: `cases[\${{ case }}].A${side}`, input: `cases[\${{ case }}].B${side}` },
    },
  }])),
  score: {
    task: "compare",
    over: ["by", "measure"],
    from: { a: "system_1", b: "system_2" },
    with: {
      metric: "input_dsa",
      options: {
        compare: "${{ by.compare }}",
        score: "${{ measure }}",
        compat: "${{ by.compat }}",
      },
    },
  },
  scores: gathered("score"),
};

Deno.test("the stored fits of driven systems come out of a workflow that imports their inputs", async (t) => {
  const { table, array, facts } = await runStored("golden_control", { axes, stages });
  const meanOf = (values: Float64Array) =>
    values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

  await t.step("DMD with control: ranks, spectra, operators and predictions", () => {
    dmdc.cases.forEach(({ float64: stored }, at) => {
      const name = `dmdc_${at}`;
      const close = (found: unknown, expected: unknown, what: string) =>
        near(found, expected, `${what} of ${name}`, 1e-8);
      const of = (part: string) => array(`written_${name}.operator.${part}`).data;
      const { rank_input, rank_output } = facts(`written_${name}.operator.about`);
      assertEquals([rank_input, rank_output], [stored.rank_input, stored.rank_output]);
      close(of("input_singular_values"), stored.Omega_singular_values, "Ω");
      close(of("output_singular_values"), stored.Y_singular_values, "Y");
      close(of("state_matrix_singular_values"), stored.A_v_singular_values, "A");
      close(of("input_matrix_singular_values"), stored.B_v_singular_values, "B");
      close(of("full_state"), stored.A_full, "A in full");
      close(of("full_input"), stored.B_full, "B in full");
      nearSpectrum(table(`written_${name}.spectrum`), stored.A_v_eigenvalues, name, 1e-8);
      const predicted = array(`predicted_${name}.states`).data;
      close(meanOf(predicted), stored.prediction_reseed5_mean_abs, "mean prediction");
      close(predicted.slice(-3), stored.prediction_reseed5_last, "last prediction");
    });
  });

  await t.step("subspace DMD with control, by both backends", () => {
    subspace.cases.forEach((stored, at) => {
      const name = `subspace_${at}`;
      const close = (found: unknown, expected: unknown, what: string) =>
        near(found, expected, `${what} of ${name}`, 1e-6);
      const of = (part: string) => array(`written_${name}.operator.${part}`);
      assertEquals(facts(`written_${name}.operator.about`).rank, stored.rank_used);
      close(of("singular_values").data, stored.singular_values_O, "O");
      nearSpectrum(table(`written_${name}.spectrum`), stored.A_eigenvalues, name, 1e-6);
      const { shape: [, units, inputs], data: markov } = of("markov_parameters");
      [stored.CB, stored.CAB, stored.CA2B].forEach((expected, lag) => {
        const size = units * inputs;
        close(markov.slice(lag * size, (lag + 1) * size), expected, `CA^${lag}B`);
      });
      close(of("output_covariance").data, stored.R_hat, "R");
      close(of("process_covariance_in_units").data, stored.CQCt, "CQCᵀ");
      const predicted = array(`predicted_${name}.states`).data;
      close(meanOf(predicted), stored.prediction_reseed3_mean_abs, "mean prediction");
      close(predicted.slice(-3), stored.prediction_reseed3_last, "last prediction");
    });
  });

  await t.step("controllability: joint, state, control and inputs alone", () => {
    const rows = table("scores");
    control.cases.forEach(({ kind, scores }, at) => {
      for (const measure of measures) {
        const stored = scores[measure];
        const row = (by: string) => rowOf(rows, { case: at, measure, by });
        const close = (found: unknown, expected: number, what: string) =>
          // An arccos near 1 leaves half the digits, in the stored numbers too.
          near(found, expected, `${what} of ${at}`, expected < 1e-6 ? 1e-7 : 1e-8);
        close(row("joint").value, stored.joint, "joint");
        close(row("joint").state, stored.state_with_joint_C, "state");
        close(row("joint").control, stored.control_with_joint_C, "control");
        close(row("control_only").value, stored.control_only, "inputs alone");
        const right = Number(row("corrected").value);
        if (kind === "rotated copy") assertLess(right, 1e-7);
        else assert(right > 0 && right <= Number(row("joint").value) + 1e-12);
      }
    });
  });
});
