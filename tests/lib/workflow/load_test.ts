// Loading: extends, profiles, overrides, and where things are said to be.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadWorkflow } from "#lib/workflow/load.ts";
import { graphOf, idsOf, memberOf, problemsOf, tryExpand } from "./expand_text.ts";

const files = {
  "flows/w.yaml": `
name: w
extends: [../presets/a.yaml, ../presets/b.yaml]
params: { mine: 1, lists: [9], opt: { lr: 0.5 } }
stages:
  value: { with: { mine: "\${{ params.mine }}", opt: "\${{ params.opt }}", lists: "\${{ params.lists }}" } }
profiles:
  smoke:
    description: a small one
    params: { mine: 100, opt: { steps: 1 } }
    axes: { seed: [0] }
    stages: { value: { with: { extra: true } } }
`,
  "presets/a.yaml": `
extends: base/root.yaml
params: { opt: { lr: 0.1, steps: 10 }, lists: [1, 2, 3], only_a: 1 }
`,
  "presets/b.yaml": `
params: { opt: { steps: 20 } }
axes: { seed: [0, 1] }
profiles: { smoke: { params: { only_b: 1 } } }
`,
  "presets/base/root.yaml": `
description: from the root
stages: { value: { task: value, over: [seed] } }
`,
};

Deno.test("loadWorkflow() merges maps, replaces lists, lets later files win", async () => {
  const graph = await graphOf(files);
  assertEquals(idsOf(graph, "value"), ["value[seed=0]", "value[seed=1]"]);
  assertEquals(memberOf(graph, "value[seed=0]").params, {
    mine: 1,
    opt: { lr: 0.5, steps: 20 },
    lists: [9],
  });
  assertEquals(graph.description, "from the root");
  assertEquals(graph.profile, null);
});

Deno.test("a profile is laid over the whole, an override over that", async () => {
  const graph = await graphOf(files, {
    profile: "smoke",
    overrides: ["mine=2"],
    sets: ["opt.lr=7", "mine=3"],
  });
  assertEquals(memberOf(graph, "value[seed=0]").params, {
    mine: 3,
    opt: { lr: 7, steps: 1 },
    lists: [9],
    extra: true,
  });
  assertEquals(graph.members.length, 1);
  assertEquals(graph.profile, "smoke");
});

Deno.test("a profile's description follows the workflow's, and stands alone without one", async () => {
  const both = await graphOf(files, { profile: "smoke" });
  assertEquals(both.description, "from the root. Profile smoke: a small one.");
  assertStringIncludes(both.resolved, "description: from the root\n");
  const bare = { "w.yaml": files["flows/w.yaml"].replace(/extends.*\n/, "") + "" };
  const text = bare["w.yaml"].replace("value: {", "value: { task: value,");
  const alone = await graphOf({ "w.yaml": text }, { profile: "smoke", overrides: ["opt.steps=1"] });
  assertEquals(alone.description, "a small one");
});

Deno.test("overrides take YAML of any kind", async () => {
  const graph = await graphOf(
    `
params: { a: 1, b: 1, c: { d: [1, { e: 2 }] }, f: 1, stages: 4 }
stages: { value: { task: value, with: { all: "\${{ params }}" } } }
`,
    {
      overrides: [
        "a=[1, two, {x: 3}]",
        'b="5"',
        "c.d.1.e=~",
        "f=",
        "params.stages=5",
        "stages.value.with.new=a=b",
      ],
    },
  );
  assertEquals(memberOf(graph, "value").params, {
    all: { a: [1, "two", { x: 3 }], b: "5", c: { d: [1, { e: null }] }, f: null, stages: 5 },
    new: "a=b",
  });
});

Deno.test("a problem is where the text is, whatever file that is", async () => {
  const text = await problemsOf({
    ...files,
    "presets/base/root.yaml": "stages: { value: { task: vlaue, over: [seed] } }\n",
  });
  assertStringIncludes(text, "presets/base/root.yaml:1:26: error: there is no task `vlaue`");
});

Deno.test("a file may be extended twice, by two others", async () => {
  const graph = await graphOf({
    "w.yaml": "extends: [a.yaml, b.yaml]\nstages: { v: { task: value } }",
    "a.yaml": "extends: [c.yaml]",
    "b.yaml": "extends: [c.yaml]",
    "c.yaml": "description: shared",
  });
  assertEquals(graph.description, "shared");
});

Deno.test("many files that extend each other cost no more than their number", async () => {
  const many: Record<string, string> = {
    "w.yaml": "extends: [f0.yaml]\nstages: { v: { task: value } }",
  };
  for (let i = 0; i < 60; i++) many[`f${i}.yaml`] = `extends: [f${i + 1}.yaml, f${i + 1}.yaml]`;
  many["f60.yaml"] = "description: last";
  assertEquals((await graphOf(many)).description, "last");
});

Deno.test("the name is that of the file if none is given", async () => {
  const loaded = await loadWorkflow(
    "flows/my study (2).yaml",
    () => Promise.resolve("stages: { v: { task: value } }"),
    { overrides: [] },
  );
  assertEquals(loaded.ok && loaded.value.name, "my_study_2_");
});

Deno.test("a workflow may start with a byte order mark, and have Windows line ends", async () => {
  const graph = await graphOf(
    "\ufeffname: bom\r\nstages:\r\n  v: { task: value, with: { x: 1 } }\r\n",
  );
  assertEquals(memberOf(graph, "v").params, { x: 1 });
  const text = await problemsOf("\ufeffnaem: bom\r\nstages:\r\n  v: { tsk: value }\r\n");
  assertStringIncludes(text, "w.yaml:1:1: error: a workflow has no key `naem`");
  assertStringIncludes(text, "w.yaml:3:8: error: the stage `v` has no key `tsk`");
});

Deno.test("YAML 1.2 means what it says: no is a string, anchors and merge keys work", async () => {
  const graph = await graphOf(`
params:
  base: &base { a: 1, b: 2 }
  over: { <<: *base, b: 3 }
  list: { <<: [{ c: 1 }, { c: 2, d: 3 }] }
  quoted: { "<<": 1 }
stages:
  v: { task: value, with: { all: "\${{ params }}", no: no, time: 12:30:45, octal: 010, half: .5, huge: .inf } }
`);
  const { all, ...others } = memberOf(graph, "v").params;
  assertEquals(all, {
    base: { a: 1, b: 2 },
    over: { a: 1, b: 3 },
    list: { c: 1, d: 3 },
    quoted: { "<<": 1 },
  });
  assertEquals(others, { no: "no", time: "12:30:45", octal: 10, half: 0.5, huge: Infinity });
});

Deno.test("NFC and NFD stay different", async () => {
  const graph = await graphOf(`
axes: { who: ["\u00e9", "e\u0301"] }
stages: { v: { task: value, over: [who], with: { who: "\${{ who }}" } } }
`);
  assertEquals(graph.members.map((member) => member.params.who), ["\u00e9", "e\u0301"]);
});

Deno.test("nothing is polluted by hostile keys", async () => {
  await problemsOf(
    'params: { __proto__: { polluted: 1 } }\nstages: { v: { task: value, with: { "__proto__": 1 } } }',
  );
  assertEquals(({} as Record<string, unknown>).polluted, undefined);
});

Deno.test("the resolved text loads to the same graph", async () => {
  const graph = await graphOf(files, { profile: "smoke", overrides: ["axes.seed=[5, 6]"] });
  const again = await graphOf(graph.resolved);
  assertEquals(
    again.members.map(({ id, params }) => [id, params]),
    graph.members.map(({ id, params }) => [id, params]),
  );
  assertEquals(again.resolved, graph.resolved);
});

Deno.test("a permission that is lacking is named", async () => {
  const refused = () => Promise.reject(new Deno.errors.NotCapable("Requires read access"));
  const loaded = await loadWorkflow("w.yaml", refused, { overrides: [] });
  assertEquals(!loaded.ok && loaded.error[0].message, "cannot read w.yaml: it may not be read");
});

Deno.test("a stage misspelt in a profile is recognised", async () => {
  const text = await problemsOf(
    "stages: { train: { task: value } }\nprofiles: { smoke: { stages: { trian: { with: { x: 1 } } } } }",
    { profile: "smoke" },
  );
  assertStringIncludes(text, "w.yaml:2:32: error: the stage `trian` needs the key `task`");
  assertStringIncludes(text, "or is `train` meant?");
});

Deno.test("a workflow without problems has none", async () => {
  assertEquals(typeof await tryExpand("stages: { v: { task: value } }"), "object");
});
