// The WebGPU adapter for tests, its name printed once for each file, and tests that need one: skipped aloud where there
// is none, and failing there if BASIN_REQUIRE_GPU=1.

import { findAdapter, type FoundAdapter } from "#gpu/runtime/adapter.ts";

// Mesa complains on standard error without it, and looks for nothing there.
if (Deno.env.get("XDG_RUNTIME_DIR") === undefined) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");

const found = await findAdapter(navigator.gpu);
const required = Deno.env.get("BASIN_REQUIRE_GPU") === "1";

/** What the tests of this file run on, or why on nothing. */
export const adapterName: string = found.ok
  ? `${found.value.facts.name} (${found.value.facts.device})`
  : `none: ${found.error.message}`;

console.log(`WebGPU adapter: ${adapterName}`);

/** The adapter, or `undefined`. Only for what is decided outside of tests; inside, `gpuTest` hands it over. */
export const testAdapter: FoundAdapter | undefined = found.ok ? found.value : undefined;

/** Registers a test that needs a WebGPU adapter. */
export function gpuTest(
  name: string,
  fn: (adapter: FoundAdapter, t: Deno.TestContext) => void | Promise<void>,
): void {
  if (found.ok) {
    Deno.test(name, (t) => fn(found.value, t));
  } else if (required) {
    Deno.test(name, () => {
      throw new Error(`BASIN_REQUIRE_GPU=1, but ${found.error.message}`);
    });
  } else {
    // Without a GPU or a software driver there is nothing to compute on; counted as skipped, and required in CI.
    Deno.test({ name: `${name} (no adapter)`, ignore: true, fn() {} });
  }
}
