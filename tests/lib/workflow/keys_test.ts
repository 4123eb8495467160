import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { canonicalJson } from "#lib/core/canonical.ts";
import { type Digest, digestOf, digestOfValue } from "#lib/core/digest.ts";
import { randomStream } from "#lib/core/random.ts";
import { ok } from "#lib/core/result.ts";
import { inputsText } from "#lib/workflow/key_inputs.ts";
import type { KeyDeps } from "#lib/workflow/keys.ts";
import { prepareKeys } from "#lib/workflow/keys.ts";
import {
  fakeClosures,
  fakeDeps,
  fakeFiles,
  fakeGraph,
  type FakeMember,
} from "#tests/support/fake_tasks.ts";

const digest = digestOf("bytes");
const other = digestOf("others");

async function keyOf(member: FakeMember, deps: Partial<KeyDeps> = {}): Promise<string> {
  const specs = [...(member.from ?? []).map((id) => ({ id })), member];
  const { members } = fakeGraph(specs);
  const keys = await prepareKeys(members, fakeDeps(deps));
  const keyed = keys.keyed(members.length - 1, () => digest);
  assert(keyed?.ok, JSON.stringify(keyed));
  return keyed.value.key;
}

Deno.test("prepareKeys() puts into a key what decides the result, and nothing else", async () => {
  const key = await keyOf({ id: "b[1]", params: { a: 1 }, from: ["a"] });
  // Not the name, nor the names of what it reads, nor time-outs, nor positions.
  assertEquals(key, await keyOf({ id: "other", params: { a: 1 }, from: ["x"], timeoutSeconds: 3 }));
  assertEquals(key, await keyOf({ id: "b", params: { a: 1 }, from: ["a"] }, { deno: "2.9.7" }));
  assertEquals(key, await keyOf({ id: "b", params: { a: 1 }, from: ["a"] }, { engineClass: "x" }));
  const others = await Promise.all([
    keyOf({ id: "b", params: { a: 2 }, from: ["a"] }),
    keyOf({ id: "b", params: { a: 1, b: 0 }, from: ["a"] }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a", "c"] }),
    keyOf({ id: "b", params: { a: 1 } }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"], task: "stir" }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"], coords: true }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"] }, { deno: "2.10.0" }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"] }, { salt: "again" }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"] }, { closures: fakeClosures({ mix: 2 }) }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"], numerics: "f64" }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"], numerics: "engine" }),
    keyOf({ id: "b", params: { a: 1 }, from: ["a"], numerics: "engine" }, { engineClass: "w" }),
  ]);
  assertEquals(new Set([key, ...others]).size, 1 + others.length);
});

Deno.test("prepareKeys() gives what tfjs computes a class of its own, on every engine", async () => {
  const plain = fakeClosures();
  const closures: KeyDeps["closures"] = {
    async closure(root, members) {
      const closure = await plain.closure(root, members);
      return closure.ok
        ? ok({ ...closure.value, packages: ["npm:zod@4.6.7", "npm:@tensorflow/tfjs-core@4.22.0"] })
        : closure;
    },
  };
  const classes = async (engineClass: string, accept: string[], numerics = "engine" as const) => {
    const { members } = fakeGraph([{ id: "a", numerics }]);
    const keys = await prepareKeys(members, fakeDeps({ closures, engineClass, accept }));
    const keyed = keys.keyed(0, () => digest);
    assert(keyed?.ok);
    const { action, accepted = [] } = keyed.value;
    return [action, ...accepted.map((one) => one.action)].map(({ recipe }) => recipe.numerics);
  };
  assertEquals(await classes("wasm-f32", []), ["tfjs-wasm-f32"]);
  assertEquals(await classes("ref-f64", ["wasm-f32", "ref-f64", "tfjs-cpu-f32"]), [
    "tfjs-cpu-f32",
    "tfjs-wasm-f32",
  ]);
  assertEquals(await classes("webgpu-f32/a-b", ["tfjs-wasm-f32"]), [
    "tfjs-webgpu-f32/a-b",
    "tfjs-wasm-f32",
  ]);
  const { members } = fakeGraph([{ id: "a", numerics: "f64" }]);
  const keyed = (await prepareKeys(members, fakeDeps({ closures }))).keyed(0, () => digest);
  assertEquals(keyed?.ok && keyed.value.action.recipe.numerics, "f64");
});

Deno.test("prepareKeys() keys input files by their bytes, not by their names", async () => {
  const files = fakeFiles({ "a.csv": "1", "b.csv": "1", "c.csv": "2" });
  const key = await keyOf({ id: "x", files: ["a.csv"] }, { files });
  assertEquals(key, await keyOf({ id: "x", files: ["b.csv"] }, { files }));
  assertNotEquals(key, await keyOf({ id: "x", files: ["c.csv"] }, { files }));
});

Deno.test("prepareKeys() says why a key cannot be made, and never weakens it", async () => {
  const { members } = fakeGraph([{ id: "x", files: ["none.csv"] }, { id: "y", task: "stir" }]);
  const closures = fakeClosures({}, { stir: "tasks/stir.ts: no such file" });
  const keys = await prepareKeys(members, fakeDeps({ closures }));
  assertEquals(keys.keyed(0, () => digest), {
    ok: false,
    error: "there is no input file none.csv",
  });
  assertEquals(keys.keyed(1, () => digest), { ok: false, error: "tasks/stir.ts: no such file" });
});

Deno.test("prepareKeys() asks for every closure once", async () => {
  const closures = fakeClosures();
  const { members } = fakeGraph(
    Array.from({ length: 100 }, (_, i) => ({ id: `x[${i}]`, task: ["mix", "stir"][i % 2] })),
  );
  await prepareKeys(members, fakeDeps({ closures }));
  assertEquals(closures.asked.sort(), ["/fake/mix.ts", "/fake/stir.ts"]);
  await prepareKeys(members, fakeDeps({ closures }), new Uint8Array(100));
  assertEquals(closures.asked.length, 2);
});

Deno.test("prepareKeys() makes keys that are the digests of plain values, whatever the params", async () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  const draw = randomStream(seed, "tests/keys");
  let next = 0;
  const pick = <T>(list: readonly T[]): T => list[draw.integer(list.length, next++)];
  const names = ["a", "b", "B", "$number", "$$number", "$", "é", "ﬀ", "😀", "10", "9", '"', "\\"];
  const leaves = [0, -0, NaN, 1e21, 0.1, null, true, "", "$number", "\n", "\u2028", "\ud800", "é"];
  const make = (depth: number): unknown => {
    const kind = depth === 0 ? 0 : draw.integer(3, next++);
    if (kind === 0) return pick(leaves);
    const length = draw.integer(4, next++);
    if (kind === 1) return Array.from({ length }, () => make(depth - 1));
    return Object.fromEntries(Array.from({ length }, () => [pick(names), make(depth - 1)]));
  };
  const record = (depth: number) => {
    const pairs = Array.from({ length: draw.integer(5, next++) }, () => [
      pick(names),
      make(depth),
    ]);
    return Object.fromEntries(pairs);
  };
  const graph = fakeGraph(
    Array.from({ length: 200 }, (_, i) => {
      const from = Array.from(
        { length: Math.min(i, draw.integer(4, next++)) },
        (_, k) => `x[${k}]`,
      );
      return { id: `x[${i}]`, params: record(3), from, coords: pick([true, false]) };
    }),
  );
  // Members that share their params, as those of a sweep do.
  const members = graph.members.map((member, i) =>
    i % 3 === 0 ? member : { ...member, params: graph.members[i - i % 3].params }
  );
  const digestOfOutput = (index: number, output: string) => digestOf(`${index} ${output}`);
  const keys = await prepareKeys(members, fakeDeps());
  for (const { index, params } of members) {
    const keyed = keys.keyed(index, digestOfOutput);
    assert(keyed?.ok);
    const { key, weak, action } = keyed.value;
    assertEquals(action.params, params);
    const plain = digestOfValue({ weak, params, inputs: action.inputs });
    assertEquals<string>(key, plain, `seed ${seed}, member ${index}`);
  }
  for (let round = 0; round < 200; round++) {
    const inputs = Object.fromEntries(
      Array.from({ length: draw.integer(4, next++) }, () => [
        pick(names),
        Array.from({ length: draw.integer(4, next++) }, () => {
          const digest = pick([other, '"odd\\' as Digest]);
          return draw.integer(2, next++) === 0 ? { digest } : { digest, coords: coords() };
        }),
      ]),
    );
    assertEquals(inputsText(inputs), canonicalJson(inputs), `seed ${seed}, round ${round}`);
  }
  function coords() {
    return Object.fromEntries(
      Array.from({ length: 3 }, () => [pick(names), pick([0, -0, NaN, "é", true])]),
    );
  }
});
