// The task `neurotask`: what it gives, how rows of two sets belong together, what it refuses, and what the published preset
// shows in numbers.

import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Trials } from "#lib/core/artifacts/trials.ts";
import type { Neurotask } from "#lib/core/neurotask.ts";
import { parseMemberParams, parseParams, taskIssues } from "#lib/core/resolve.ts";
import { recordsOf, type Table } from "#lib/core/table.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import task from "#tasks/neurotask.ts";
import { runTask } from "#tests/support/run_task.ts";

type Raw = Readonly<Record<string, unknown>> & { readonly rule: string };

async function membersOf({ rule, rules = [] }: Raw): Promise<Record<string, Neurotask>> {
  const load = async (name: string) =>
    (await neurotasks[name as keyof typeof neurotasks]()).default as unknown as Neurotask;
  const entries = await Promise.all(
    (rules as string[]).map(async (name, i) => [`rules.${i}`, await load(name)] as const),
  );
  return { rule: await load(rule), ...Object.fromEntries(entries) };
}

async function run(raw: Raw): Promise<{ trials: Trials; facts: Record<string, number> }> {
  const { trials, facts } = await runTask(task, raw, {}, await membersOf(raw));
  const found = recordsOf(facts as Table).map(({ fact, value }) => [fact, value]);
  return { trials, facts: Object.fromEntries(found) };
}

/** What planning says, with the path in the params. */
async function issues(raw: Raw): Promise<readonly string[]> {
  const members = await membersOf(raw);
  const parsed = parseParams(task.params, raw);
  assert(parsed.ok, JSON.stringify(parsed));
  const full = parseMemberParams(task.members, parsed.value, members);
  assert(full.ok, JSON.stringify(full));
  return taskIssues(task, full.value, members)
    .map(({ path, message }) => `${path.join(".")}: ${message}`);
}

Deno.test("neurotask gives inputs, targets, periods, conditions and facts", async () => {
  const { trials, facts } = await run({ rule: "pdm_anti_delay", num_trials: 50, seed: 4 });
  const { inputs, targets, mask, scored, bounds, conditions, about } = trials;
  assertEquals(inputs.shape, [50, 70, 7]);
  assertEquals(inputs.coords?.channel, [
    "fixation",
    "stimulus_1",
    "stimulus_2",
    "rule_pdm_anti",
    "rule_pdm_pro",
    "rule_pdm_delay",
    "rule_pdm_anti_delay",
  ]);
  assertEquals([targets.shape, mask.shape, scored.shape], [[50, 70], [50, 70], [50, 70]]);
  assertEquals(bounds.coords?.period, ["fixation", "stimulus", "delay", "decision"]);
  assertEquals([...bounds.data.subarray(0, 8)], [0, 5, 5, 45, 45, 65, 65, 70]);
  const rows = recordsOf(conditions);
  rows.forEach(({ trial, choice, coherence_percent, correct, decidable, num_steps }, row) => {
    assertEquals([trial, num_steps], [row, 70]);
    assertEquals(correct, 2 - (choice as number));
    assertEquals(decidable, (coherence_percent as number) > 0);
    assertEquals(targets.data[70 * row + 65], correct);
  });
  assertEquals([about.rule, about.target, about.chance, about.dt_ms], [
    "pdm_anti_delay",
    "class",
    0.5,
    100,
  ]);
  assertEquals([facts.num_distinct, facts.leak, facts.chance], [50, 0, 0.5]);
  assertEquals(facts.decision_share, 5 / 70);
  assert(Math.abs(facts.ideal - 0.8995792438330481) < 1e-12);
  assert(facts.ideal_decidable > 0.999 && facts["ideal[coherence_percent=0]"] === 0.5);
});

Deno.test("neurotask pairs sets of equal design seed row by row", async () => {
  const base = { rule: "pdm_anti_delay", num_trials: 40 };
  const first = (await run(base)).trials;
  const other = (await run({ ...base, seed: 1 })).trials;
  assertEquals(other.conditions, first.conditions);
  assertEquals(other.bounds, first.bounds);
  assertEquals(other.targets, first.targets);
  assertNotEquals(other.inputs, first.inputs);
  const elsewhere = (await run({ ...base, design_seed: 1 })).trials;
  assertNotEquals(elsewhere.conditions, first.conditions);
  // Another rule of the set: the same stimuli.
  const pro = (await run({ ...base, rule: "pdm_delay" })).trials;
  const shown = ({ conditions }: Trials) =>
    recordsOf(conditions).map(({ choice, coherence_percent }) => [choice, coherence_percent]);
  assertEquals(shown(pro), shown(first));
});

Deno.test("neurotask keeps the first trials when more are asked for", async () => {
  const few = (await run({ rule: "reaching_pro", num_trials: 5 })).trials;
  const many = (await run({ rule: "reaching_pro", num_trials: 9 })).trials;
  assertEquals(many.inputs.data.subarray(0, few.inputs.data.length), few.inputs.data);
  assertEquals(many.targets.shape, [9, 44, 2]);
  assertEquals(many.targets.coords?.output, ["x", "y"]);
});

Deno.test("neurotask writes zeros behind shorter trials, and says how long they are", async () => {
  const { trials } = await run({ rule: "pdm_pro", mode: "train", num_trials: 30 });
  const { inputs: { data, shape: [, steps, channels] }, mask, conditions, bounds } = trials;
  const lengths = recordsOf(conditions).map(({ num_steps }) => num_steps as number);
  assert(new Set(lengths).size > 3, "durations vary");
  lengths.forEach((length, row) => {
    const rest = data.subarray((row * steps + length) * channels, (row + 1) * steps * channels);
    assert(rest.every((value: number) => value === 0));
    assertEquals(bounds.data[8 * row + 7], length);
    const weights = mask.data.subarray(row * steps, (row + 1) * steps);
    assertEquals(weights.filter((weight: number) => weight > 0).length, length);
  });
});

Deno.test("neurotask refuses duplicates, and says how many are distinct and what to do", async () => {
  const silent = { rule: "gonogo_go", trial: { sigma: 0 }, num_trials: 30 };
  await assertRejects(
    () => run(silent),
    RangeError,
    "only 2 of 30 sequences of gonogo_go are distinct",
  );
  const { facts, trials } = await run({ ...silent, duplicates: "allow" });
  assertEquals(facts.num_distinct, 2);
  const [warning] = trials.about.warnings as string[];
  assert(warning.startsWith("only 2 of 30 sequences of gonogo_go (test) are distinct"), warning);
  assertEquals((await run({ rule: "gonogo_go", num_trials: 30 })).facts.num_distinct, 30);
});

Deno.test("neurotask as published: each defect shows in numbers, and alone", async () => {
  const published = {
    rule: "pdm_pro",
    mode: "test",
    generator: "as_published",
    num_trials: 1000,
    part: "test",
  } as const;
  const both = await run(published);
  assertEquals(both.trials.inputs.shape, [200, 44, 7]);
  assertEquals(both.facts.num_distinct, 96);
  assert(both.facts.leak > 0.99);
  assertEquals((both.trials.about.warnings as string[]).length, 2);

  const copied = await run({ ...published, defects: { aliased: false } });
  assertEquals([copied.facts.num_distinct, copied.facts.leak], [1000, 0]);

  const clean = await run({ ...published, defects: { leaky_split: false } });
  assertEquals([clean.facts.num_distinct, clean.facts.leak], [96, 0]);

  // Another split for another network: rows no longer belong together.
  const other = await run({ ...published, split_seed: 1 });
  assertNotEquals(other.trials.conditions, both.trials.conditions);
  assertEquals(other.facts, both.facts);

  const train = await run({ ...published, mode: "train", part: "all" });
  assertEquals(train.trials.inputs.shape, [1000, 80, 7]);
  assertEquals(train.facts.num_distinct, 32);
});

Deno.test("neurotask in windows tells the first trial of each and how many there are", async () => {
  const { trials } = await run({
    rule: "pdm_pro",
    num_trials: 6,
    sequence: { window_steps: 100 },
    rules: ["pdm_pro", "pdm_anti"],
  });
  assertEquals(trials.inputs.shape, [6, 100, 5]);
  for (const { num_trials, num_steps } of recordsOf(trials.conditions)) {
    assertEquals([num_trials, num_steps], [3, 100]);
  }
  assertEquals([...trials.bounds.data.subarray(0, 8)], [0, 2, 2, 42, 42, 42, 42, 44]);
  assert([...trials.scored.data.subarray(0, 100)].filter((one) => one === 1).length === 4);
});

Deno.test("neurotask refuses, when planning, what cannot be", async () => {
  const one = async (raw: Raw) => {
    const found = await issues(raw);
    assertEquals(found.length, 1, found.join("\n"));
    return found[0];
  };
  assertEquals(
    await one({ rule: "pdm_delay", trial: { timing: { test: { stimulus: 3050 } } } }),
    "trial.timing.test.stimulus: 3050 ms for stimulus of pdm_delay (test) is no multiple of dt_ms 100; the nearest are " +
      "3000 and 3100 ms",
  );
  assertEquals(
    await one({ rule: "pdm_delay", trial: { timing: { test: { delay: 0 } } } }),
    "trial.timing.test.delay: delay of pdm_delay (test) is empty; it needs 100 ms (one step) at least",
  );
  assert((await one({ rule: "pdm_pro", dt_ms: 30 })).startsWith("dt_ms: dt_ms 30 does not divide"));
  // What is written for the other mode counts as well, its defaults do not.
  assert(
    (await one({ rule: "pdm_pro", trial: { timing: { train: { fixation: 77 } } } }))
      .startsWith("trial.timing.train.fixation: 77 ms"),
  );
  const coarse = { fixation: 800, stimulus: 4000, decision: 800 };
  assertEquals(
    await issues({ rule: "pdm_pro", dt_ms: 400, trial: { timing: { test: coarse } } }),
    [],
  );
  assert(
    (await one({ rule: "pdm_pro", rules: ["pdm_delay", "pdm_anti"] }))
      .startsWith("rules: pdm_pro is none of the rules pdm_delay, pdm_anti"),
  );
  assert(
    (await one({ rule: "pdm_pro", rules: ["pdm_pro", "reaching_pro"] }))
      .startsWith("rules.1: reaching_pro has value targets and pdm_pro has class targets"),
  );
  assert(
    (await one({
      rule: "rate_decision",
      rules: ["rate_decision", "pdm_pro"],
      trial: { num_choices: 3 },
    })).startsWith("rules.1: pdm_pro has 3 channels (fixation, stimulus_1, stimulus_2) and"),
  );
  assert(
    (await one({ rule: "pdm_pro", rules: ["pdm_pro", "pdm_pro"] }))
      .startsWith("rules.1: pdm_pro stands twice"),
  );
  assert(
    (await one({ rule: "pdm_pro", defects: { aliased: true } }))
      .startsWith("defects: the corrected generator has no defects"),
  );
});
