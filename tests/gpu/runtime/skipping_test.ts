// Tests that need an adapter: skipped aloud where there is none, and failing there if one is required.

import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";

Deno.test("gpuTest() is skipped aloud without an adapter, and fails if BASIN_REQUIRE_GPU=1", async () => {
  // No backend of that name exists on any system but one.
  const none = { DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" };
  const file = fromFileUrl(new URL("webgpu_worker_test.ts", import.meta.url));
  const run = async (env: Record<string, string>) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--allow-all", "--no-check", file],
      env: { BASIN_REQUIRE_GPU: "", NO_COLOR: "1", ...none, ...env },
      stderr: "null",
    }).output();
    return { code, text: new TextDecoder().decode(stdout) };
  };
  const [skipped, required] = await Promise.all([run({}), run({ BASIN_REQUIRE_GPU: "1" })]);
  assertEquals(skipped.code, 0, skipped.text);
  assert(skipped.text.includes("WebGPU adapter: none"), skipped.text);
  assert(skipped.text.includes("(no adapter) ... ignored"), skipped.text);
  assert(skipped.text.includes("0 passed | 0 failed | 1 ignored"), skipped.text);
  assertEquals(required.code, 1, required.text);
  assert(required.text.includes("BASIN_REQUIRE_GPU=1, but"), required.text);
});
