// A sweep ten times as large as the largest binding of the engine: it runs in chunks, and memory stays where it was.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { gpuTest } from "#tests/support/adapter.ts";
import type { LargeSweep } from "#tests/support/large_sweep.ts";

Deno.test("a sweep ten times the largest binding keeps memory flat on wasm", () => flat("wasm"));

gpuTest("a sweep ten times the largest binding keeps memory flat on webgpu", () => flat("webgpu"));

async function flat(engine: "wasm" | "webgpu"): Promise<void> {
  const script = fromFileUrl(new URL("../support/large_sweep.ts", import.meta.url));
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-all",
      "--v8-flags=--expose-gc",
      script,
      engine,
    ],
    cwd: fromFileUrl(new URL("../../", import.meta.url)),
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { members, binding, bytesDown, resident }: LargeSweep = JSON.parse(
    new TextDecoder().decode(stdout),
  );
  assertEquals(resident.length, members);
  assertGreater(bytesDown, 9.9 * binding);
  // After a fifth, everything that is ever needed has been allocated; what comes then is ten times as much as may remain.
  const settled = Math.max(...resident.slice(0, Math.ceil(members / 5)));
  assertLess(Math.max(...resident) - settled, 128, `resident memory in MiB: ${resident}`);
}
