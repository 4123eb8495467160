// Figures as the attractor study draws them, from its published numbers: one case per kind and layout.

import { boundItems } from "#tests/support/run_task.ts";
import { type Cell, tableOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import { randomStream } from "#lib/core/random.ts";
import { networkCases } from "./network_cases.ts";
import reference from "#tests/reference/attractors/repal.json" with { type: "json" };

/** Params of the figure task and its inputs. */
export interface FigureCase {
  readonly params: Readonly<Record<string, unknown>> & { readonly kind: string };
  readonly inputs: Readonly<Record<string, unknown>>;
}

const systems = reference.r.map((r, i) => ({
  id: `r=${r}`,
  r,
  regime: ["one_attractor", "two_stable", "two_unstable"][Math.floor(i / 3)],
}));

/** All ordered pairs of nine simulations under two metrics, diagonal included. */
export const pairs = tableOf(
  [
    ["linear_cka", reference.cka] as const,
    ["procrustes", reference.procrustes_cosine] as const,
  ].flatMap(([metric, similarities]) =>
    systems.flatMap((a, i) =>
      systems.map((b, j) => ({
        metric,
        a: a.id,
        b: b.id,
        a_regime: a.regime,
        half: i < j ? "upper" : i === j ? "diagonal" : "lower",
        pair: a.regime === b.regime ? "within" : "across",
        value: i === j
          ? 0
          : Math.acos(similarities[Math.min(i, j)][Math.abs(i - j) - 1]) / (Math.PI / 2),
      }))
    )
  ),
  { value: { unit: "rad/(π/2)" } },
);

/** Noise-only and admixture curves: 42 rows per point, spread around the published means. */
export const curves = tableOf(
  (["noise", "ratio"] as const).flatMap((curve) =>
    (["cka", "procrustes"] as const).flatMap((metric) =>
      reference.test_b[curve][metric].flatMap((mean, epoch) =>
        [...randomStream(0, `${curve}/${metric}`).uniform(new Float64Array(42), epoch)]
          .map((draw): Record<string, Cell> => ({
            curve,
            metric,
            sigma: reference.test_b.sigma[epoch],
            alpha: reference.test_b.alpha[epoch],
            value: mean * (0.5 + draw),
            floor: metric === "cka" ? 0.02 : 0.05,
          }))
      )
    )
  ),
  { value: { unit: "rad/(π/2)" } },
);

const linearity = tableOf(
  (["noise", "ratio"] as const).flatMap((curve) =>
    (["cka", "procrustes"] as const).map((metric) => ({
      curve,
      metric,
      r_squared: reference.test_b[curve].r_squared[metric],
      gap: reference.test_b[curve].gap[metric],
      sem: 0.01,
      n: 42,
    }))
  ),
);

/** Four noisy spirals, three trials each. */
export const spirals = [0.25, 5, 15, 30].map((r, at) => {
  const states = new Float64Array(3 * 120 * 3);
  for (let trial = 0, i = 0; trial < 3; trial++) {
    for (let t = 0; t < 120; t++, i += 3) {
      states[i] = Math.cos((1 + at) * t / 20) * Math.exp(-t / 80) + 0.02 * trial;
      states[i + 1] = Math.sin((1 + at) * t / 20) * Math.exp(-t / 80) * 2;
      states[i + 2] = r * t / 120;
    }
  }
  const value = {
    states: tensor(["trial", "time", "unit"], [3, 120, 3], states, {
      coords: { unit: ["x", "y", "z"] },
    }),
    dt: 0.01,
    timeUnit: "1" as const,
  };
  return { value, coords: { r, regime: at < 1 ? "one_attractor" : "two_stable" } };
});

/** A stable and two unstable points, of one system or of all. */
export const fixedPoints = tableOf([
  { r: 0.25, x: 0, y: 0, z: 0.2, stable: true },
  { r: 15, x: 0.3, y: -0.6, z: 9, stable: false },
  { r: null, x: -0.4, y: 0.8, z: 3, stable: false },
]);

/** Two scores over a triangle of delays and ranks, one cell marked. */
const sweep = tableOf(
  [1, 2, 5].flatMap((n_delays) =>
    [2, 4, 6, 8].filter((rank) => rank <= 2 * n_delays).flatMap((rank) => [
      { score: "MASE", n_delays, rank, value: 1 / rank + 0.01 * n_delays, best: rank === 6 },
      { score: "AIC", n_delays, rank, value: 0.3 * rank - 9 * n_delays, best: rank === 6 },
    ])
  ),
);

/** Layers of two models, the input and the labels they share, as a map of distances has them. */
export const layers = tableOf(
  [
    ...[[-0.3, 0.1], [-0.1, -0.2], [0.1, 0.05], [0.35, 0.1]].map((at, i) =>
      ["convnet", `conv${i + 1}`, at] as const
    ),
    ...[[-0.25, -0.2], [0, 0.2], [0.2, -0.15], [0.3, -0.1]].map((at, i) =>
      ["transformer", `conv${i + 1}`, at] as const
    ),
    ["shared", "input", [-0.4, -0.05]] as const,
    ["shared", "labels", [0.42, 0]] as const,
  ].map(([model, layer, [dim_1, dim_2]]) => ({ model, layer, dim_1, dim_2 })),
  { dim_1: { unit: "rad" }, dim_2: { unit: "rad" } },
);

/** Forty moments of two groups. */
const cloud = tableOf(
  Array.from({ length: 40 }, (_, time): Record<string, Cell> => {
    const [u, v] = randomStream(0, "cloud").uniform(new Float64Array(2), time);
    return { group: time % 2 === 0 ? "left" : "right", time, dim_1: u + time % 2, dim_2: v };
  }),
);

const labels = { value: "dissimilarity" };
const table = (value: ReturnType<typeof tableOf>) => ({ tables: boundItems([value]) });

/** Cases by name. */
export const cases: Readonly<Record<string, FigureCase>> = {
  heatmap_shared: {
    params: {
      kind: "heatmap",
      title: "Lorenz regimes",
      options: { facet: "metric", blocks: "a_regime", labels },
    },
    inputs: table(pairs),
  },
  heatmap_own_colours: {
    params: {
      kind: "heatmap",
      width: "double",
      options: { facet: "metric", share_colour: false, show_values: true, labels },
    },
    inputs: table(pairs),
  },
  box: {
    params: {
      kind: "box_within_across",
      title: "Within and across regimes",
      options: { where: { half: { not: "diagonal" } }, labels },
    },
    inputs: table(pairs),
  },
  curves: {
    params: {
      kind: "curves",
      options: { where: { curve: "noise" }, x: "sigma", floor: "floor", labels },
    },
    inputs: table(curves),
  },
  curves_panels: {
    params: {
      kind: "curves",
      width: "double",
      options: { x: "alpha", facet: "curve", share_y: false, labels },
    },
    inputs: table(curves),
  },
  grid: {
    params: {
      kind: "grid",
      width: "double",
      options: {
        x: "rank",
        y: "n_delays",
        facet: "score",
        mark: "best",
        show_values: true,
        labels: { n_delays: "delays" },
      },
    },
    inputs: table(sweep),
  },
  bars: {
    params: {
      kind: "bars",
      options: { y: "r_squared", facet: "curve", show_values: true, n: "n" },
    },
    inputs: table(linearity),
  },
  bars_grouped: {
    params: { kind: "bars", options: { x: "curve", y: "gap", series: "metric", error: "sem" } },
    inputs: table(linearity),
  },
  phase_plane: {
    params: {
      kind: "phase_plane",
      width: "double",
      options: { panel_by: ["regime"], colour_by: "r", num_trials: 2 },
    },
    inputs: { trajectories: spirals },
  },
  trajectories: {
    params: { kind: "trajectories_3d", options: { panel_by: ["regime", "r"], limits: "own" } },
    inputs: { trajectories: spirals },
  },
  trajectories_overlaid: {
    params: {
      kind: "trajectories_3d",
      options: { panel_by: [], colour_by: "r", num_trials: 2, labels: { 30: "chaos" } },
    },
    inputs: { trajectories: spirals },
  },
  trajectories_fixed_points: {
    params: { kind: "trajectories_3d", options: { panel_by: [], colour_by: "regime" } },
    inputs: { trajectories: spirals, fixed_points: boundItems([fixedPoints]) },
  },
  phase_plane_fixed_points: {
    params: { kind: "phase_plane", width: "double", options: { panel_by: ["r"], columns: 4 } },
    inputs: { trajectories: spirals, fixed_points: boundItems([fixedPoints]) },
  },
  trajectories_single: {
    params: {
      kind: "trajectories_3d",
      options: { panel_by: [], colour_by: "regime", num_trials: 3, mean: false, shift: "start" },
    },
    inputs: { trajectories: spirals },
  },
  ...networkCases,
  paths: {
    params: {
      kind: "paths",
      title: "From input to labels",
      options: { path: "model", input: "input", target: "labels", names: "all" },
    },
    inputs: table(layers),
  },
  scatter: {
    params: { kind: "scatter", options: { colour: "model", text: "layer" } },
    inputs: table(layers),
  },
  scatter_panels: {
    params: { kind: "scatter", width: "double", options: { colour: "time", facet: "group" } },
    inputs: table(cloud),
  },
  vega_lite: {
    params: {
      kind: "vega_lite",
      options: {
        where: { half: "upper" },
        spec: {
          mark: "point",
          encoding: {
            x: { field: "value", type: "quantitative", title: "dissimilarity (rad/(π/2))" },
            y: { field: "metric", title: null },
            color: { field: "pair", title: null },
          },
        },
      },
      vega_lite: { height: 80 },
    },
    inputs: table(pairs),
  },
};
