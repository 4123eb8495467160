// The study of curricula in small: what it finds of the published defects, what its networks learn, and what a change
// trains again.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Cell, type Column, readTsv, recordsOf } from "#lib/core/table.ts";
import { copyProject } from "#tests/support/project.ts";

const file = "workflows/pdm.yaml";
const smoke = [file, "--profile", "smoke"];

const stageOf = (id: string) => id.split("[")[0];

/** The groups whose stages of that name are among ids, sorted, each once. */
const groups = (ids: readonly string[], stage: string) =>
  [
    ...new Set(
      ids.filter((id) => stageOf(id) === stage).map((id) => /group=([a-z_]+)/.exec(id)![1]),
    ),
  ].toSorted();

Deno.test("pdm trains over curricula, judges both presets, and trains again only what a change reaches", async (t) => {
  await using project = await copyProject();
  const first = await project.run(smoke);
  assertEquals([first.failed, first.skipped], [[], []]);
  const rows = async (name: string): Promise<Record<string, Cell>[]> => {
    const columns = JSON.parse(await project.read(`${first.last.run}/tables/${name}.json`)).columns;
    const text = await project.read(`${first.last.run}/tables/${name}.tsv`);
    return recordsOf(readTsv(text, columns as Column[]));
  };
  /** Members that trained; a training that found all its epochs is a hit. */
  const trained = (ids: readonly string[]) =>
    ids.filter((id) => ["pretrain", "train"].includes(stageOf(id)));

  await t.step(
    "the published generator repeats itself and leaks, the corrected one does not",
    async () => {
      const facts = await rows("defects");
      const of = (preset: string, fact: string) =>
        facts.filter((row) =>
          row.preset === preset && row.fact === fact &&
          (preset === "corrected" || row.part === "training")
        ).map(({ value }) => value as number);
      assertEquals(of("corrected", "num_distinct"), of("corrected", "num_sequences"));
      assertEquals(new Set(of("corrected", "leak")), new Set([0]));
      assertEquals(of("as_published", "num_distinct"), [32, 32, 32, 32]);
      assertEquals(of("as_published", "leak"), [1, 1, 1, 1]);
    },
  );

  await t.step("the master network beats chance where it can, and says so in a table", async () => {
    const checks = await rows("learned");
    assert(checks.length > 0);
    for (const { found, passed } of checks) assert(passed === true && (found as number) > 0.6);
    const accuracies = await rows("accuracies");
    for (const { chance, ideal, mean } of accuracies) {
      assert(chance === 0.5 && (ideal as number) > 0.9 && (mean as number) <= 1);
    }
  });

  await t.step(
    "every claim has a verdict for both presets, and none is decided by two seeds",
    async () => {
      const verdicts = await rows("claims");
      assertEquals(new Set(verdicts.map(({ preset }) => preset)).size, 2);
      const ids = new Set(verdicts.map(({ id }) => String(id).split(" ")[0]));
      assertEquals([...ids].toSorted(), [
        "R1",
        "R10",
        ...[2, 3, 4, 5, 6, 7, 8, 9].map((n) => `R${n}`),
      ]);
      for (const { id, verdict } of verdicts) {
        assert(verdict === "undecidable" || verdict === "not tested here", `${id}: ${verdict}`);
      }
    },
  );

  await t.step("a second run finds everything", async () => {
    assertEquals((await project.run(smoke)).ran, []);
  });

  await t.step("a metric's param trains nothing", async () => {
    const other = await project.run([...smoke, "corrected.options.procrustes.scale=half_pi"]);
    assertEquals(trained(other.ran), []);
    assert(other.ran.some((id) => /^after\[.*metric=procrustes/.test(id)));
    assert(!other.ran.some((id) => /^(after|floor|over)\[.*metric=(dsa|linear_cka)/.test(id)));
  });

  await t.step("a label runs nothing that does not draw it", async () => {
    assertEquals((await project.run([...smoke, "groups.3.label=Naive"])).ran, []);
    const drawn = await project.run([...smoke, "labels.dsa=dynamics"]);
    assertEquals(new Set(drawn.ran.map((id) => stageOf(id).split("_")[0])), new Set(["figure"]));
  });

  await t.step("a group's curriculum trains that group alone", async () => {
    const other = await project.run([
      ...smoke,
      "groups.4.pretrain=[{ rules: [pdm_delay, pdm_anti], epochs: 1 }]",
    ]);
    assertEquals(groups(other.ran, "pretrain"), ["pretrain_anti_frozen"]);
    assertEquals(groups(other.ran, "train"), ["pretrain_anti_frozen"]);
    // A pretraining that is cut short was computed before, as the beginning of the whole one.
    const shorter = await project.run([
      ...smoke,
      "groups.4.pretrain=[{ rules: [pdm_anti], epochs: 1 }]",
    ]);
    assertEquals(groups(shorter.ran, "pretrain"), []);
    assertEquals(groups(shorter.ran, "train"), ["pretrain_anti_frozen"]);
  });

  await t.step("more epochs compute the difference", async () => {
    const more = await project.run([...smoke, "epochs=17"]);
    const { continued = 0 } = more.last as { continued?: number };
    const all = trained(more.ran);
    assert(
      all.length > 0 && continued > 0 && continued <= all.length,
      `${continued} of ${all.length}`,
    );
    // Those that a stop rule ended before have nothing to add.
    assert(all.length < trained(first.ran).length);
    const back = await project.run(smoke);
    assertEquals(back.ran, []);
  });

  await t.step("the published grid is planned whole", async () => {
    const { stdout, stderr } = await project.basin("plan", [file, "--profile", "paper"]);
    assertMatch(stdout + stderr, /^ +pretrain +train_rnn +· +1408 +· /m);
  });
});

Deno.test("pdm says where a curriculum is wrong", async (t) => {
  await using project = await copyProject();
  const wrong = async (override: string) => {
    const { code, stdout, stderr } = await project.basin("plan", [...smoke, override]);
    assertEquals(code, 2, stdout);
    assert(!/\bat .*\.ts:\d/.test(stderr), stderr);
    return stderr;
  };
  await t.step("a rule that nobody knows", async () => {
    const said = await wrong("groups.3.pretrain=[{ rules: [pdm_proo] }]");
    assertMatch(said, /pdm_proo/);
    assertMatch(said, /pdm_pro\b/);
  });
  await t.step("durations that are no multiples of the time step", async () => {
    assertMatch(await wrong("dt_ms=30"), /workflows\/pdm\.yaml:\d+:\d+: error: .*30/);
  });
  await t.step("parameters that do not exist", async () => {
    assertMatch(await wrong("groups.3.trainable=[W_inn]"), /W_inn[^]*W_in\b/);
  });
});
