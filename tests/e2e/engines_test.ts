// One study on every engine, through the real command line: each stage names the engine that made it, stages in double
// precision are hits on all of them, and the verdicts are the same.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { gpuTest } from "#tests/support/adapter.ts";
import { copyProject, type Project } from "#tests/support/project.ts";

const small = ["workflows/attractors.yaml", "--profile", "smoke"];

/** Runs the study and gives its verdicts, the engines of the stages that ran, and the last event. */
async function study(project: Project, engine: string) {
  const ran = await project.run([...small, "--engine", engine]);
  const claims = await project.read(`${ran.last.run}/tables/claims.tsv`);
  const [header, ...rows] = claims.trimEnd().split("\n").map((line) => line.split("\t"));
  const columns = ["id", "preset", "verdict"].map((name) => header.indexOf(name));
  assert(!columns.includes(-1), header.join(" "));
  const verdicts = rows.map((row) => columns.map((column) => row[column]).join(" "));
  const engines = new Map<string, number>();
  for (const event of ran.events) {
    if (event.type !== "stage-finished" || event.how !== "ran") continue;
    const name = event.engine ?? "none";
    engines.set(name, (engines.get(name) ?? 0) + 1);
  }
  return { ran, verdicts, engines };
}

Deno.test("attractors.yaml comes to the same verdicts on wasm and ref", async () => {
  await using project = await copyProject();
  const wasm = await study(project, "wasm");
  assert(wasm.verdicts.length > 8);
  const numSimulated = wasm.engines.get("wasm-f32") ?? 0;
  assert(numSimulated > 8, `${numSimulated} stages on wasm`);
  assertEquals([...wasm.engines.keys()].sort(), ["none", "wasm-f32"]);
  assert(wasm.ran.last.fused > 1);
  const ref = await study(project, "ref");
  assertEquals(ref.verdicts, wasm.verdicts);
  assertEquals(ref.engines.get("ref-f64"), numSimulated);
  assertEquals(ref.engines.get("wasm-f32"), undefined);
  // What does not read a simulation in single precision is known.
  assert(ref.ran.last.hit > 100);
  const again = await project.run([...small, "--engine", "wasm"]);
  assertEquals([again.last.ran, again.last.failed], [0, 0]);
  // What the other engine made is told, and taken where that is accepted.
  const other = await project.basin("plan", [...small, "--engine", "ref", "num_steps=61"]);
  assertStringIncludes(other.stdout, "engine ref-f64");
  await project.run([...small, "--engine", "wasm", "num_steps=61", "--only", "a_corrected*"]);
  const told = await project.basin("plan", [...small, "--engine", "ref", "num_steps=61"]);
  assertStringIncludes(told.stdout, "--accept wasm-f32");
  const taken = await project.run(
    [...small, "--engine", "ref", "num_steps=61", "--only", "a_corrected*", "--accept", "wasm-f32"],
  );
  assertEquals(taken.last.ran, 0);
});

gpuTest("attractors.yaml comes to the same verdicts on webgpu", async (adapter) => {
  await using project = await copyProject();
  const gpu = await study(project, "webgpu");
  const numSimulated = gpu.engines.get(adapter.facts.numerics) ?? 0;
  assert(numSimulated > 8, `${numSimulated} stages on ${adapter.facts.numerics}`);
  const wasm = await study(project, "wasm");
  assertEquals(gpu.verdicts, wasm.verdicts);
  assertEquals(wasm.engines.get("wasm-f32"), numSimulated);
});
