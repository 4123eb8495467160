// The sweep as a part of a workflow: the stored sweep and the stored predictions come out of it by the way a user goes, each
// Gram matrix is planned once, and the recommended fit can be used further. The floor between parts of one recording, too.

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { decodeNpy } from "#lib/core/npy.ts";
import { type Cell, type Column, readTsv, recordsOf } from "#lib/core/table.ts";
import predictions from "#tests/reference/dsa/predictions.json" with { type: "json" };
import reference from "#tests/reference/dsa/sweep_resdmd.json" with { type: "json" };
import { assertAllClose } from "#tests/support/close.ts";
import { copyProject } from "#tests/support/project.ts";

const stored = (name: string) =>
  Deno.readFile(fromFileUrl(new URL(`../reference/dsa/${name}`, import.meta.url)));
const kinds = [
  { id: "flat", file: "dmd_data_2d.npy", dims: ["time", "unit"] },
  { id: "trials", file: "dmd_data_trials.npy", dims: ["trial", "time", "unit"] },
];
const settings = [
  { id: "pairs", n_delays: 3, delay_interval: 2, rank: 5, steps_ahead: 1 },
  { id: "chains", n_delays: 2, delay_interval: 1, rank: 4, steps_ahead: 2 },
];
const reseeds = [1, 4, 10000];
const trials = { stage: "data", where: { input: "trials" } };
const sweptParams = {
  n_delays: [...new Set(reference.cases.map(({ n_delays }) => n_delays))],
  ranks: [...new Set(reference.cases.map(({ rank }) => rank))],
  reseed: reference.reseed,
  num_units: 5,
  num_leads: 5,
  // As published, copied samples count as well, and the choice is by AIC.
  num_skipped: 0,
  prefer: ["aic"],
};

const workflow = {
  name: "swept",
  axes: { input: kinds, setting: settings, reseed: reseeds },
  stages: {
    data: {
      task: "import",
      over: ["input"],
      files: { data: "${{ input.file }}" },
      with: { dims: "${{ input.dims }}" },
    },
    fit: {
      task: "dmd",
      over: ["setting"],
      from: { trajectories: "data" },
      with: Object.fromEntries(
        ["n_delays", "delay_interval", "rank", "steps_ahead"].map((
          name,
        ) => [name, `\${{ setting.${name} }}`]),
      ),
    },
    predicted: {
      task: "predict",
      over: ["reseed"],
      from: { operator: "fit", trajectories: "data" },
      with: { reseed: "${{ reseed }}" },
    },
    swept: {
      workflow: "../workflows/parts/dmd_sweep.yaml",
      from: { trajectories: trials },
      with: sweptParams,
    },
    grid: table("swept.grid"),
    recommended: table("swept.recommended"),
    further: { task: "describe_operator", from: { operator: "swept.operator" } },
    summary: table("further.summary"),
    self: {
      workflow: "../workflows/parts/split_floor.yaml",
      from: { trajectories: trials },
      with: { parts: 3, n_delays: 2, rank: 4, effort: "pruned" },
    },
    floor: table("self.floor"),
  },
};

function table(stage: string) {
  return { task: "aggregate", from: { tables: { stage, gather: "all" } } };
}

Deno.test("parts of workflows: a sweep and a floor, on imported trials", async (t) => {
  await using project = await copyProject({ "study/swept.yaml": JSON.stringify(workflow) });
  for (const { file } of kinds) {
    await Deno.writeFile(project.path(`study/${file}`), await stored(file));
  }

  await t.step("the plan has one Gram matrix for each number of delays", async () => {
    const { stdout, stderr } = await project.basin("plan", ["study/swept.yaml"]);
    assertMatch(stdout + stderr, /^ +swept\/grams +hankel_gram +· +· +3 /m);
    assertMatch(stdout + stderr, /^ +swept\/fits +dmd +· +· +8 /m);
  });

  const { last, failed } = await project.run(["study/swept.yaml"]);
  assertEquals(failed, []);
  const rows = async (name: string): Promise<Record<string, Cell>[]> => {
    const { columns } = JSON.parse(await project.read(`${last.run}/tables/${name}.json`));
    const text = await project.read(`${last.run}/tables/${name}.tsv`);
    return recordsOf(readTsv(text, columns as Column[]));
  };

  await t.step("the grid is the stored sweep", async () => {
    const grid = await rows("grid");
    const valid = reference.cases.filter((one) => one.valid);
    assertEquals(grid.length, valid.length);
    for (const one of valid) {
      const row = grid.find(({ n_delays, rank }) => n_delays === one.n_delays && rank === one.rank);
      assert(row, `no row for ${one.n_delays} delays, rank ${one.rank}`);
      const columns = {
        aic: one.AIC,
        mase: one.MASE,
        mse: one.MSE,
        non_normality: one.nonnormality,
        average_residual: one.average_residual,
        inverse_participation: one.inverse_participation,
      };
      for (const [column, expected] of Object.entries(columns)) {
        assertAlmostEquals(row[column] as number, expected!, 1e-6, column);
      }
    }
    const best = valid.reduce((a, b) => b.AIC! < a.AIC! ? b : a);
    const [chosen] = await rows("recommended");
    assertEquals([chosen.n_delays, chosen.rank, chosen.rule], [best.n_delays, best.rank, "aic"]);
    const [further] = await rows("summary");
    assertEquals([further.n_delays, further.rank], [best.n_delays, best.rank]);
  });

  await t.step("predictions are the stored ones", async () => {
    for (const { file, input, params, reseed } of predictions.cases) {
      const kind = kinds.find((one) => one.file === input)!.id;
      const setting = settings.find(({ n_delays }) => n_delays === params.n_delays)!.id;
      const name = `predicted.input-${kind}.setting-${setting}.reseed-${reseed ?? 1}.states.npy`;
      const found = decodeNpy(await Deno.readFile(project.path(`${last.run}/arrays/${name}`)));
      assertAllClose(
        found.data as Float64Array,
        decodeNpy(await stored(file)).data as Float64Array,
        { atol: (reseed ?? 1) <= 4 ? 1e-8 : 1e-6 },
        file,
      );
    }
  });

  await t.step("the floor is the mean over pairs of parts", async () => {
    const [{ mean, max, n }] = await rows("floor");
    assertEquals(n, 3);
    assert((mean as number) > 0 && (mean as number) <= (max as number));
  });
});
