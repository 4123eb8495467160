// The study of compositionality in small: all its stages, which rows count for what, and what a change runs again.

import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { type Cell, type Column, readTsv, recordsOf } from "#lib/core/table.ts";
import { copyProject } from "#tests/support/project.ts";

const file = "workflows/compositional.yaml";
const smoke = [file, "--profile", "smoke"];

/** Stages among ids of members, sorted, each once. */
const stages = (ids: readonly string[]) =>
  [...new Set(ids.map((id) => id.split("[")[0]))].toSorted();

Deno.test("compositional compares chains of motifs, and judges both presets", async (t) => {
  await using project = await copyProject();
  const first = await project.run(smoke);
  assertEquals([first.failed, first.skipped], [[], []]);
  const rows = async (name: string): Promise<Record<string, Cell>[]> => {
    const columns = JSON.parse(await project.read(`${first.last.run}/tables/${name}.json`)).columns;
    const text = await project.read(`${first.last.run}/tables/${name}.tsv`);
    return recordsOf(readTsv(text, columns as Column[]));
  };

  await t.step("every claim has a verdict for each preset", async () => {
    const verdicts = await rows("claims");
    assertEquals(verdicts.length, 14);
    for (const { id, preset, verdict, n, num_rows } of verdicts) {
      assert(verdict !== "not tested here", `${id}, ${preset}`);
      assert((n as number) > 3 && (num_rows as number) > 3, `${id}, ${preset}`);
    }
    // 24 chains of four motifs: 276 pairs, none with itself.
    const direction = verdicts.find(({ id, preset }) =>
      id === "A4 direction" && preset === "corrected"
    )!;
    assertEquals([direction.n, direction.num_rows], [24, 276]);
  });

  await t.step("no composite is compared with itself; what that would do is said", async () => {
    const [{ mean, sum, n, num_self, diluted }] = await rows("dilution");
    assertEquals([n, num_self], [10, 24]);
    assertAlmostEquals(mean as number, (sum as number) / 10, 1e-12);
    assertAlmostEquals(diluted as number, (sum as number) / 34, 1e-12);
  });

  await t.step("the sweep has every setting for each preset, rank and grouping", async () => {
    const choice = await rows("sweep_choice");
    assertEquals(choice.length, (2 + 1) * 2 * 2);
    const settings = new Set(choice.map((row) => `${row.n_delays} ${row.delay_interval}`));
    assertEquals(settings, new Set(["3 20", "5 12"]));
    for (let i = 1; i < choice.length; i++) {
      const same = ["preset", "most", "grouping"].every((name) =>
        choice[i][name] === choice[i - 1][name]
      );
      if (same) assert((choice[i].gap as number) <= (choice[i - 1].gap as number));
    }
  });

  await t.step("a larger sample runs what reads it, and no fit", async () => {
    const more = await project.run([...smoke, "max_pairs=11"]);
    assertEquals(stages(more.ran), [
      "claims",
      "curves",
      "curves_ordered",
      "curves_unordered",
      "dilution",
      "dynamics_published",
      "fig_shared",
      "ordered",
      "published_dynamics",
      "sampled",
      "unordered",
    ]);
    assertEquals((await project.run([...smoke, "max_pairs=11"])).ran, []);
  });

  await t.step(
    "the plan of the whole study counts each Gram matrix once for all ranks",
    async () => {
      const { stdout, stderr } = await project.basin("plan", [file, "--profile", "paper"]);
      const text = stdout + stderr;
      assertMatch(text, /^ +sweep_grams +hankel_gram +· +· +3000 /m);
      assertMatch(text, /^ +sweep_operators_published +dmd +· +· +3000 /m);
      assertMatch(text, /^ +sweep_operators_corrected +dmd +· +· +1500 /m);
      assertMatch(text, /^ +sweep_dynamics_published +compare +· +· +400 /m);
    },
  );
});
