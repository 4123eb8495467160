import { assert, assertEquals } from "@std/assert";
import { type AdapterAnswer, chooseEngine, type EngineProbe } from "#lib/cli/engine_choice.ts";
import { err, ok, type Result } from "#lib/core/result.ts";

const card: AdapterAnswer = {
  numerics: "webgpu-f32/acme-one",
  software: false,
  about: { adapter: "Acme One" },
};

/** A machine with or without an adapter, whose drivers and clock can change. */
function machine(answer: Result<AdapterAnswer, string>) {
  const state = {
    answer,
    asked: 0,
    stamp: "drivers",
    now: 1e12,
    memory: undefined as string | undefined,
  };
  const probe: EngineProbe = {
    adapter: () => {
      state.asked++;
      return Promise.resolve(state.answer);
    },
    stamp: () => state.stamp,
    memory: {
      read: () => Promise.resolve(state.memory),
      write: (text) => Promise.resolve(void (state.memory = text)),
    },
    now: () => state.now,
  };
  return { state, probe };
}

Deno.test("chooseEngine() takes a real GPU by itself", async () => {
  const { probe } = machine(ok(card));
  assertEquals(
    await chooseEngine("auto", probe),
    ok({ name: "webgpu", numerics: card.numerics, policy: "auto", about: card.about }),
  );
});

Deno.test("chooseEngine() takes a software adapter only when asked", async () => {
  const { probe } = machine(ok({ ...card, software: true }));
  const auto = await chooseEngine("auto", probe);
  assert(auto.ok);
  assertEquals([auto.value.name, auto.value.numerics], ["wasm", "wasm-f32"]);
  const asked = await chooseEngine("webgpu", probe);
  assert(asked.ok);
  assertEquals([asked.value.name, asked.value.policy], ["webgpu", "asked"]);
});

Deno.test("chooseEngine() refuses what was asked for and is not there, and asks nothing of wasm and ref", async () => {
  const { state, probe } = machine(err("no adapter"));
  assertEquals(await chooseEngine("webgpu", probe), err("no adapter"));
  state.asked = 0;
  for (const name of ["wasm", "ref"] as const) {
    const chosen = await chooseEngine(name, probe);
    assert(chosen.ok && chosen.value.name === name && chosen.value.policy === "asked");
  }
  assertEquals(state.asked, 0);
});

Deno.test("chooseEngine() remembers for a day that there is no GPU, and looks again when drivers change", async () => {
  const { state, probe } = machine(err("no adapter"));
  const auto = async () => {
    const chosen = await chooseEngine("auto", probe);
    assert(chosen.ok);
    return chosen.value.name;
  };
  assertEquals([await auto(), await auto(), state.asked], ["wasm", "wasm", 1]);
  state.answer = ok(card);
  assertEquals([await auto(), state.asked], ["wasm", 1]);
  state.stamp = "other drivers";
  assertEquals([await auto(), state.asked], ["webgpu", 2]);
  // A GPU is never remembered, only its absence.
  state.answer = err("unplugged");
  assertEquals([await auto(), state.asked], ["wasm", 3]);
  state.now += 25 * 3600 * 1000;
  assertEquals([await auto(), state.asked], ["wasm", 4]);
});

Deno.test("chooseEngine() forgets that there was no GPU once one was found on request", async () => {
  const { state, probe } = machine(err("no adapter"));
  await chooseEngine("auto", probe);
  state.answer = ok(card);
  assert((await chooseEngine("webgpu", probe)).ok);
  const auto = await chooseEngine("auto", probe);
  assertEquals(auto.ok && auto.value.name, "webgpu");
});

Deno.test("chooseEngine() looks again when its memory is damaged or from the future", async () => {
  const { state, probe } = machine(err("no adapter"));
  for (const memory of ["{", "null", "[]", JSON.stringify({ stamp: "drivers", at: 9e15 })]) {
    state.memory = memory;
    const before = state.asked;
    await chooseEngine("auto", probe);
    assertEquals(state.asked, before + 1, memory);
  }
});
