import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { digestOf } from "#lib/core/digest.ts";
import type { CrateMember, CrateRun } from "#lib/provenance/content.ts";
import { crateBytes, type CrateOptions } from "#lib/provenance/crate.ts";
import {
  type CrateDocument,
  type CrateEntity,
  CrateView,
  idsOf,
  is,
} from "#tests/support/crate.ts";
import { brokenRules, crateRules } from "#tests/support/crate_rules.ts";
import { smallRun } from "#tests/support/small_crate_run.ts";

function crateOf(run: CrateRun, options?: CrateOptions): CrateDocument {
  return JSON.parse(new TextDecoder().decode(crateBytes(run, options)));
}

const folder = new Set([
  ...["config.resolved.yaml", "events.ndjson", "run.json", "report.html"],
  ...["tables/score.seed-0.tsv", "logs/fit.log", "ro-crate-metadata.json"],
]);

Deno.test("crateBytes() keeps all rules of the profiles", () => {
  assertEquals(brokenRules(crateOf(smallRun()), folder), []);
  const whole = smallRun({ ok: true, members: smallRun().members.slice(0, 3) });
  assertEquals(brokenRules(crateOf(whole), folder), []);
});

Deno.test("crateBytes() keeps them for a run in which nothing was done", () => {
  const crate = crateOf(smallRun({ members: [] }));
  assertEquals(brokenRules(crate), []);
  assertEquals(crate["@graph"].filter((one) => is(one, "OrganizeAction")), []);
});

/** Finds the first entity of a type, or of an id. */
function find(crate: CrateDocument, what: string): CrateEntity {
  const found = crate["@graph"].find((one) =>
    one["@id"] === what || one["@id"].startsWith(what) || is(one, what)
  );
  assert(found !== undefined, what);
  return found;
}

function change(what: string, change: (entity: CrateEntity) => void) {
  return (crate: CrateDocument) => change(find(crate, what));
}

/** By the name of the rule that must notice it. */
const mutations: Readonly<Record<string, (crate: CrateDocument) => void>> = {
  "contexts are pinned": (crate) => crate["@context"] = "https://w3id.org/ro/crate/1.2/context",
  "terms are known": change("#basin", (one) => one.memoryRequirements = "1 GB"),
  "the graph is flat": change("#basin", (one) => one.softwareRequirements = { name: "x" }),
  "entities have ids and types": change("#basin", (one) => one["@type"] = []),
  "ids are unique": (crate) => crate["@graph"].push({ ...find(crate, "#basin") }),
  "ids are URI references": change("#artifact/", (one) => one["@id"] = "#artifact[0]"),
  "references lead somewhere": change("HowToStep", (one) => one.workExample = { "@id": "#no" }),
  "descriptor": change("ro-crate-metadata.json", (one) => one.conformsTo = []),
  "descriptor names Workflow RO-Crate": change(
    "ro-crate-metadata.json",
    (one) => one.conformsTo = { "@id": "https://w3id.org/ro/crate/1.1" },
  ),
  "root": change("./", (one) => delete one.license),
  "data entities are parts": change("./", (one) => one.hasPart = [{ "@id": "run.json" }]),
  "parts of the root are data": change("./", (one) => one.hasPart = [{ "@id": "#basin" }]),
  "files exist": (crate) => crate["@graph"].push({ "@id": "figures/no.svg", "@type": "File" }),
  "every file is told of": (crate) =>
    crate["@graph"] = crate["@graph"].filter((one) => one["@id"] !== "run.json"),
  "files have a format": change("run.json", (one) => one.encodingFormat = "JSON"),
  "files have a digest and a size": change("run.json", (one) => one.sha256 = "0"),
  "names Process Run Crate": (crate) => dropProfile(crate, "process"),
  "names Workflow Run Crate": (crate) => dropProfile(crate, "wfrun/workflow"),
  "names Provenance Run Crate": change(
    "https://w3id.org/ro/wfrun/provenance/0.5",
    (one) => one.version = "0.6",
  ),
  "names Workflow RO-Crate": (crate) => dropProfile(crate, "workflow-ro-crate"),
  "main entity": change(
    "ComputationalWorkflow",
    (one) => one["@type"] = ["SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
  ),
  "programming language": change(
    "ComputationalWorkflow",
    (one) => one.programmingLanguage = "YAML",
  ),
  "inputs and outputs are formal parameters": change(
    "ComputationalWorkflow",
    (one) => one.input = [{ "@id": "run.json" }],
  ),
  "formal parameters have a type": change("FormalParameter", (one) => delete one.additionalType),
  "types are of the list": change("FormalParameter", (one) => one.additionalType = "network"),
  "formal parameters have a name": change("FormalParameter", (one) => delete one.name),
  "formal parameters are realised": (crate) => {
    for (const one of crate["@graph"]) if (is(one, "PropertyValue")) delete one.exampleOfWork;
  },
  "workflow has tools": change("ComputationalWorkflow", (one) => delete one.hasPart),
  "workflow has steps": change("ComputationalWorkflow", (one) => delete one.step),
  "workflow with steps is a HowTo": change(
    "ComputationalWorkflow",
    (one) => one["@type"] = ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
  ),
  "steps belong to a workflow": change("ComputationalWorkflow", (one) => one.step = []),
  "steps have a tool": change("HowToStep", (one) => delete one.workExample),
  "tools of steps are parts of the workflow": change(
    "HowToStep",
    (one) => one.workExample = [{ "@id": "#basin" }],
  ),
  "positions are integers in order": (crate) => {
    find(crate, "#step/fit").position = "1";
    find(crate, "#step/score").position = "0";
  },
  "actions have an instrument": change("CreateAction", (one) => delete one.instrument),
  "the workflow was run": (crate) => find(crate, "#run/").instrument = { "@id": "#basin" },
  "tool runs are of tools of the workflow": change(
    "CreateAction",
    (one) => one.instrument = { "@id": "#basin" },
  ),
  "actions are mentioned": change("./", (one) => delete one.mentions),
  "actions are described": change("CreateAction", (one) => delete one.description),
  "times are ISO 8601": change("CreateAction", (one) => one.endTime = "2026-11-22T05:45:12Z"),
  "actions have results": change("CreateAction", (one) => delete one.result),
  "objects and results are data": change(
    "CreateAction",
    (one) => one.result = [{ "@id": "#basin" }],
  ),
  "statuses are of schema.org": change("CreateAction", (one) => one.actionStatus = "done"),
  "errors belong to failures": change("CreateAction", (one) => one.error = "none"),
  "control actions have a step": change(
    "ControlAction",
    (one) => one.instrument = { "@id": "#basin" },
  ),
  "control actions have tool runs": change("ControlAction", (one) => delete one.object),
  "tool runs fit their step": (crate) => {
    find(crate, "#control/fit").instrument = { "@id": "#step/score" };
  },
  "engine run has its engine": change("OrganizeAction", (one) => delete one.instrument),
  "engine run has the workflow's run": change("OrganizeAction", (one) => delete one.result),
  "engine run has the steps' runs": change("OrganizeAction", (one) => one.object = []),
  "steps' runs are recorded": change(
    "ControlAction",
    (one) => one.object = idsOf(one, "object").slice(1).map((id) => ({ "@id": id })),
  ),
  "software has a name": change("#basin", (one) => delete one.name),
  "software has a version": change("#basin", (one) => one.version = one.softwareVersion),
  "tools that ran have their code's digest": change(
    "#tool/",
    (one) => one.softwareVersion = "0.1.0",
  ),
};

function dropProfile(crate: CrateDocument, name: string): void {
  const root = find(crate, "./");
  root.conformsTo = idsOf(root, "conformsTo").filter((id) => !id.includes(name))
    .map((id) => ({ "@id": id }));
}

Deno.test("brokenRules() notices each rule that is broken, by its name", () => {
  assertEquals(Object.keys(mutations).sort(), crateRules.map(({ name }) => name).sort());
  for (const [name, mutate] of Object.entries(mutations)) {
    const crate = crateOf(smallRun());
    mutate(crate);
    const broken = brokenRules(crate, folder);
    assert(broken.some((line) => line.startsWith(`${name}: `)), `${name}: ${broken.join("; ")}`);
  }
});

Deno.test("crateBytes() tells of a hit who did the work, and when", () => {
  const crate = new CrateView(crateOf(smallRun()));
  const action = crate.get("#action/fit%5Bseed%3D0%5D")!;
  assertEquals(action.startTime, "2026-11-22T05:45:11.000+00:00");
  assertEquals(idsOf(action, "subjectOf"), ["#origin/20261121T101010-aaaaaa"]);
  assertStringIncludes(String(action.description), "20261121T101010-aaaaaa");
  assertEquals(crate.get("#action/fit%5Bseed%3D1%5D")!.subjectOf, undefined);
});

Deno.test("crateBytes() tells of a failure why, in the action, its step and the run", () => {
  const crate = new CrateView(crateOf(smallRun()));
  const failed = crate.entities.filter(({ actionStatus }) =>
    actionStatus === "http://schema.org/FailedActionStatus"
  );
  assertEquals(failed.map((one) => [one["@id"], one.error]), [
    ["#action/score%5Bseed%3D1%5D", "not a number"],
    ["#control/score", "1 of 2 failed"],
    ["#run/20261122T054512-3fa9c1", "score[seed=1]: not a number"],
    ["#engine-run/20261122T054512-3fa9c1", "score[seed=1]: not a number"],
  ]);
});

Deno.test("crateBytes() writes a value that members share once, with its parameter", () => {
  const crate = new CrateView(crateOf(smallRun()));
  const values = crate.of("PropertyValue").filter(({ name }) => name === "rate");
  assertEquals(values.map((one) => [one["@id"], one.value, idsOf(one, "exampleOfWork")]), [
    ["#value/rate/0.5", 0.5, ["#param/rate"]],
    ["#value/train/rate/0.5", 0.5, ["#param/train/rate"]],
  ]);
  assertEquals(crate.get("#param/train/seed")!.additionalType, "Integer");
  assertEquals(crate.get("#param/compare/sizes")!.additionalType, "PropertyValue");
  assertEquals(crate.get("#value/compare/sizes/%5B1%2C2%5D")!.value, "[1,2]");
});

Deno.test("crateBytes() writes the digest of a value that is too long", () => {
  const [first, ...others] = smallRun().members;
  const params = { ...first.params, weights: Array.from({ length: 1000 }, (_, i) => i / 7) };
  const crate = new CrateView(crateOf(smallRun({ members: [{ ...first, params }, ...others] })));
  assertStringIncludes(
    String(crate.of("PropertyValue").find(({ name }) => name === "weights")!.value),
    "sha256:",
  );
});

Deno.test("crateBytes() hides what it is told to hide", () => {
  const members = smallRun().members.map((one) => ({ ...one, params: { data: "/home/me/x" } }));
  const hide = (text: string) => text.replaceAll("/home/me/", "…/");
  const text = new TextDecoder().decode(crateBytes(smallRun({ members }), { hide }));
  assert(!/home(\/|%2F)me/.test(text) && text.includes("…/x"));
});

const hostile = [
  `</script><script>alert(1)</script>`,
  `a"b\\c\n\u0000d`,
  "\u202Eright to left\u2066",
  "space and % and # and ? and :",
  "名前[λ=½,µ=\u{1F9E0}]",
  "half \uD800 of a pair",
  "../../etc/passwd",
  "http://example.org/",
  "'(quotes)*!'",
];

Deno.test("crateBytes() takes any text as the name of stages, params, ports, files and messages", () => {
  const small = smallRun();
  const members = hostile.map((name, i): CrateMember => ({
    ...small.members[1],
    id: name,
    stage: i,
    tool: i,
    params: { [name]: name },
    inputs: [],
    sources: [{ port: name, path: name }],
    outputs: [{ port: name, digest: digestOf(name), kind: name, bytes: 1 }],
    ...(i % 2 === 0 ? {} : { error: name, outputs: [] }),
  }));
  const run = smallRun({
    workflow: { name: hostile[0], description: hostile[1], params: { [hostile[2]]: hostile[3] } },
    stages: hostile.map((name, tool) => ({ name, description: name, isLeaf: true, tool })),
    tools: hostile.map((name) => ({ name, summary: name, code: digestOf(name), engine: name })),
    members,
    files: [
      ...small.files.slice(0, 4),
      ...hostile.map((name) => ({
        path: `files/${name.replaceAll("/", "_")}`,
        bytes: 1,
        sha256: digestOf(name).slice(7),
      })),
    ],
  });
  for (const maxActions of [100, 0]) {
    const crate = crateOf(run, { maxActions });
    assertEquals(brokenRules(crate), []);
    assertEquals(new CrateView(crate).of("HowToStep").length, hostile.length);
  }
});

Deno.test("crateBytes() describes very many members by stage, with counts, and says so", () => {
  const crate = crateOf(smallRun(), { maxActions: 3 });
  assertEquals(brokenRules(crate, folder), []);
  const view = new CrateView(crate);
  const actions = view.of("CreateAction").filter((one) => one["@id"].startsWith("#action/"));
  assertEquals(actions.map(({ name }) => name), ["2 members of fit", "2 members of score"]);
  assertStringIncludes(String(actions[0].description), "1 done in this run, 1 found in the store");
  assertEquals(idsOf(actions[0], "subjectOf"), ["run.json"]);
  assertEquals(idsOf(actions[1], "result").length, 1);
});

Deno.test("crateBytes() writes the same bytes for the same run", () => {
  assertEquals(crateBytes(smallRun()), crateBytes(smallRun()));
});

Deno.test("crateBytes() stays small and names no folder with 12,000 members", () => {
  const small = smallRun();
  const members = Array.from({ length: 12_000 }, (_, i): CrateMember => ({
    ...small.members[0],
    id: `fit[seed=${i}]`,
    params: { seed: i, rate: 0.5 },
    outputs: [{ port: "model", digest: digestOf(String(i)), kind: "network", bytes: 1 }],
  }));
  const bytes = crateBytes(smallRun({ members }));
  assert(bytes.length < 5e6, `${bytes.length}`);
  const all = crateBytes(smallRun({ members: members.slice(0, 3_000) }));
  assert(all.length < 6e6, `${all.length}`);
  // At the end of the graph only what the folder has copies of.
  const path = small.files[0].path;
  const ends = members.map((member, i): CrateMember => ({
    ...member,
    outputs: [{ ...member.outputs[0], ...(i % 6000 === 0 ? { files: [path] } : {}) }],
  }));
  const stages = small.stages.map((stage) => ({ ...stage, isLeaf: true }));
  const crate = crateOf(smallRun({ members: ends, stages }));
  assertEquals(brokenRules(crate), []);
  assertEquals(
    new CrateView(crate).of("Dataset").filter((one) => one.identifier !== undefined).length,
    2,
  );
});
