import { assert, assertEquals } from "@std/assert";
import pdmDelay from "#lib/neurotasks/pdm_delay.ts";
import pdmPro from "#lib/neurotasks/pdm_pro.ts";
import { timingIssues, trialLengths } from "#lib/trials/timing.ts";

Deno.test("timingIssues() blames dt where nothing else is written, and says which would do", () => {
  const params = pdmPro.params.parse({});
  const [issue, ...others] = timingIssues(pdmPro, params, "test", 30);
  assertEquals(issue.path, []);
  assert(/30 does not divide the 200 ms of fixation of pdm_pro/.test(issue.message), issue.message);
  assert(/10, 20, 25, 40 do/.test(issue.message), issue.message);
  assertEquals(others.map(({ path }) => path), [[], []]);
});

Deno.test("timingIssues() blames the duration where one is written", () => {
  const params = pdmPro.params.parse({
    timing: { train: { stimulus: { choice: [3000, 3050] }, decision: { uniform: [100, 250] } } },
  });
  const issues = timingIssues(pdmPro, params, "train", 100);
  assertEquals(issues.map(({ path }) => path.join(".")), [
    "timing.train.stimulus",
    "timing.train.decision",
  ]);
  assert(/3050 ms .* nearest are 3000 and 3100/.test(issues[0].message), issues[0].message);
  assertEquals(timingIssues(pdmPro, params, "test", 100), [], "the other mode is right");
  assertEquals(timingIssues(pdmPro, params, "train", 50), []);
});

Deno.test("timingIssues() refuses empty periods where the rule needs them", () => {
  const of = (duration: unknown) =>
    pdmDelay.params.parse({ timing: { test: { delay: duration } } });
  for (const duration of [0, { choice: [0, 100] }, { uniform: [0, 500] }]) {
    const [issue] = timingIssues(pdmDelay, of(duration), "test", 100);
    assertEquals(issue.path, ["timing", "test", "delay"]);
    assert(/delay of pdm_delay \(test\) is empty/.test(issue.message), issue.message);
  }
  assertEquals(timingIssues(pdmDelay, of(100), "test", 100), []);
  // A rule without a delay has none, whatever is written for those with one.
  const pro = pdmPro.params.parse({ timing: { test: { delay: 1234 } } });
  assertEquals(timingIssues(pdmPro, pro, "test", 100), []);
});

Deno.test("timingIssues() takes multiples of dt that binary fractions only come near", () => {
  const params = pdmPro.params.parse({
    timing: { test: { fixation: 0.3, stimulus: 0.7, decision: 0.1 } },
  });
  assertEquals(timingIssues(pdmPro, params, "test", 0.1), []);
  const { longest } = trialLengths(pdmPro.timing(params as never, "test"), 0.1);
  assertEquals(longest, 11);
});
