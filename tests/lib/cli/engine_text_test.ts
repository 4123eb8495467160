// What people read of engines fits a line.

import { assert, assertEquals } from "@std/assert";
import { onProcessor } from "#lib/cli/engine_choice.ts";
import { engineText } from "#lib/cli/engine_text.ts";

Deno.test("engineText() keeps to 80 columns where a class has a long name", () => {
  const numerics = "webgpu-f32/nvidia-geforce-rtx-4090-laptop-gpu";
  const text = engineText(onProcessor("wasm", "asked"), [{ numerics, members: 120 }]);
  assertEquals(text.split("\n"), [
    "engine wasm-f32",
    `120 stages are stored under ${numerics};`,
    `  --accept ${numerics} takes them`,
    "",
  ]);
  assert(text.split("\n").every((line) => line.length <= 80));
});
