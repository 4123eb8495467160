import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { recordsOf } from "#lib/core/table.ts";
import { tensor } from "#lib/core/tensor.ts";
import task from "#tasks/noise_ceiling.ts";
import { runTask } from "#tests/support/run_task.ts";

const rdm = (...values: number[]) => ({
  arrays: { values: tensor(["pair"], [values.length], Float64Array.from(values)) },
  about: { num_items: 3 },
});
const subject = (id: string, ...values: number[]) => ({
  value: rdm(...values),
  coords: { subject_id: id },
});

Deno.test("noise_ceiling tells both bounds, for each subject and on the whole", async () => {
  const rdms = [subject("a", 1, 2, 3), subject("b", 1, 2, 4), subject("c", 3, 2, 1)];
  const { ceiling, subjects } = await runTask(task, { comparison: "spearman" }, { rdms });
  // Ranks: a and b 1 2 3, c 3 2 1. The mean of all rises; that of all but a, or but b, is flat and agrees with nothing.
  const rows = recordsOf(subjects);
  const wanted = [["a", 1, 0], ["b", 1, 0], ["c", -1, -1]] as const;
  wanted.forEach(([subject, upper, lower], at) => {
    assertEquals(rows[at].subject, subject);
    assertAlmostEquals(rows[at].upper as number, upper, 1e-15);
    assertAlmostEquals(rows[at].lower as number, lower, 1e-15);
  });
  assertAlmostEquals(recordsOf(ceiling)[0].upper as number, 1 / 3, 1e-15);
});

Deno.test("noise_ceiling refuses one subject and unequal items, and says how many it got", async () => {
  const refuse = (rdms: unknown[], text: string) =>
    assertRejects(() => runTask(task, {}, { rdms }), RangeError, text);
  await refuse([subject("a", 1, 2, 3)], "got 1 rdms (pair 3)");
  await refuse([subject("a", 1, 2, 3), subject("b", 1, 2, 3, 4, 5, 6)], "all of the same items");
});
