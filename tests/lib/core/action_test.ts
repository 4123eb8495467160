// Keys: what is in them, what is not, and one pinned value, so that a change of the format cannot pass unnoticed.

import { assertEquals, assertNotEquals } from "@std/assert";
import { type Action, actionKey, actionKeyOf, keyFormat, weakKey } from "#lib/core/action.ts";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import { canonicalJson } from "#lib/core/canonical.ts";
import { digestOf, digestOfValue, hexOf } from "#lib/core/digest.ts";

const action: Action = {
  recipe: {
    code: digestOf("export default 1"),
    task: "dmd",
    outputs: { operator: "operator" },
    numerics: "f64",
    deno: "2.9",
    salt: "",
  },
  params: { n_delays: 33, delay_interval: 6, rank: null, ridge: -0 },
  inputs: {
    trajectories: [{ digest: digestOf("a"), coords: { seed: 1, group: "é", paired: true } }],
  },
};

Deno.test("actionKey() is the pinned one: changing it makes every stored result unreachable", () => {
  // Computed a second time by hand from the canonical JSON. If this fails on purpose, raise `keyFormat` and say so in the change log.
  assertEquals(keyFormat, "basin/1");
  assertEquals(
    weakKey(action.recipe),
    "sha256:469c9525c4f79c3d3ed595434b616272c5baa5916aa70b3738e04397587be09f",
  );
  assertEquals(
    actionKey(action),
    "sha256:519248f2830fa367844708046af5931930204dea48fa2537926ed8a080f2582d",
  );
});

Deno.test("actionKey() changes with every part of an action", () => {
  const { recipe, params, inputs } = action;
  const [input] = inputs.trajectories;
  const changed: Record<string, Action> = {
    code: { ...action, recipe: { ...recipe, code: digestOf("") } },
    task: { ...action, recipe: { ...recipe, task: "dmd2" } },
    "an output's kind": { ...action, recipe: { ...recipe, outputs: { operator: "table" } } },
    "an output's name": { ...action, recipe: { ...recipe, outputs: { op: "operator" } } },
    numerics: { ...action, recipe: { ...recipe, numerics: "exact" } },
    deno: { ...action, recipe: { ...recipe, deno: "2.10" } },
    salt: { ...action, recipe: { ...recipe, salt: "1" } },
    "a param": { ...action, params: { ...params, n_delays: 34 } },
    "a param's type": { ...action, params: { ...params, n_delays: "33" } },
    "the sign of zero": { ...action, params: { ...params, ridge: 0 } },
    "a param more": { ...action, params: { ...params, more: null } },
    "an input's bytes": {
      ...action,
      inputs: { trajectories: [{ ...input, digest: digestOf("b") }] },
    },
    "a port": { ...action, inputs: { states: [input] } },
    "a coordinate": {
      ...action,
      inputs: { trajectories: [{ ...input, coords: { ...input.coords, seed: "1" } }] },
    },
    "no coordinates": { ...action, inputs: { trajectories: [{ digest: input.digest }] } },
    "an input twice": { ...action, inputs: { trajectories: [input, input] } },
    "no input": { ...action, inputs: {} },
    "an empty list": { ...action, inputs: { trajectories: [] } },
  };
  const keys = new Map<string, string>([[actionKey(action), "nothing"]]);
  for (const [what, other] of Object.entries(changed)) {
    const key = actionKey(other);
    assertEquals(keys.get(key), undefined, `${what} gives the key of ${keys.get(key)}`);
    keys.set(key, what);
  }
});

Deno.test("actionKey() depends on the order of inputs, not on the order of names", () => {
  const [a, b] = ["a", "b"].map((text) => ({ digest: digestOf(text) }));
  const withInputs = (inputs: Action["inputs"]) => actionKey({ ...action, inputs });
  assertNotEquals(withInputs({ x: [a, b] }), withInputs({ x: [b, a] }));
  assertEquals(withInputs({ x: [a], y: [b] }), withInputs({ y: [b], x: [a] }));
  assertNotEquals(withInputs({ x: [a], y: [b] }), withInputs({ x: [a, b] }));
});

Deno.test("digests of artifacts depend on kind, names and bytes", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const digests = [
    digestOfArtifact("table", { a: bytes("1") }),
    digestOfArtifact("figure", { a: bytes("1") }),
    digestOfArtifact("table", { b: bytes("1") }),
    digestOfArtifact("table", { a: bytes("2") }),
    digestOfArtifact("table", { a: bytes("1"), b: bytes("") }),
    digestOfArtifact("table", {}),
  ];
  assertEquals(new Set(digests).size, digests.length);
  assertEquals(
    digestOfArtifact("table", { a: bytes("1"), b: bytes("2") }),
    digestOfArtifact("table", { b: bytes("2"), a: bytes("1") }),
  );
});

Deno.test("digestOf() is SHA-256 of the bytes, of text's UTF-8", () => {
  // FIPS 180-2, appendix B.
  assertEquals(
    hexOf(digestOf("abc")),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  assertEquals(digestOf("é"), digestOf(Uint8Array.of(0xc3, 0xa9)));
  assertEquals(digestOfValue("é"), digestOf('"é"'));
});

Deno.test("actionKeyOf() gives the key of the plain value", () => {
  const { recipe, params, inputs } = action;
  const command = { line: "echo", outputs: {}, env: { A: null }, tools: {} };
  for (const whole of [action, { ...action, inputs: {}, params: {} }, { ...action, command }]) {
    const weak = weakKey(recipe);
    const texts = {
      params: canonicalJson(whole.params),
      inputs: canonicalJson(whole.inputs),
      ...("command" in whole ? { command: canonicalJson(command) } : {}),
    };
    const more = "command" in whole ? { command } : {};
    const plain = { weak, params: whole.params, inputs: whole.inputs, ...more };
    assertEquals(actionKeyOf(weak, texts), digestOfValue(plain) as string);
    assertEquals(actionKeyOf(weak, texts), actionKey(whole));
  }
  assertEquals(
    actionKeyOf(weakKey(recipe), { params: canonicalJson(params), inputs: canonicalJson(inputs) }),
    actionKey(action),
  );
});
