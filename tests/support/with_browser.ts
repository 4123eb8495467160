// Tests that need a browser: one for each file, started when the first of them runs. They are skipped aloud where there is
// none, and fail there if BASIN_REQUIRE_BROWSER=1.

import { type Browser, findChromium, startBrowser } from "./browser.ts";

const program = await findChromium();
const required = Deno.env.get("BASIN_REQUIRE_BROWSER") === "1";
let started: Promise<Browser> | undefined;

/** Whether tests of this file have a browser; what they would only need for it need not be made. */
export const hasBrowser: boolean = program !== undefined;

/** Registers a test that looks at pages. */
export function browserTest(
  name: string,
  fn: (browser: Browser, t: Deno.TestContext) => void | Promise<void>,
): void {
  if (program !== undefined) {
    Deno.test({
      name,
      // The browser outlives the test that starts it.
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async (t) => await fn(await (started ??= startBrowser(program)), t),
    });
  } else if (required) {
    Deno.test(name, () => {
      throw new Error("BASIN_REQUIRE_BROWSER=1, but neither chromium nor google-chrome is here");
    });
  } else {
    Deno.test({ name: `${name} (no browser)`, ignore: true, fn() {} });
  }
}

if (program !== undefined) {
  Deno.test.afterAll(async () => {
    await (await started?.catch(() => undefined))?.[Symbol.asyncDispose]();
  });
}

/** The address of a page with this content, in a file that is removed with it. */
export async function pageOf(html: string): Promise<AsyncDisposable & { readonly url: URL }> {
  const path = await Deno.makeTempFile({ prefix: "basin-page-", suffix: ".html" });
  await Deno.writeTextFile(path, html);
  return {
    url: new URL(`file://${path}`),
    [Symbol.asyncDispose]: () => Deno.remove(path),
  };
}
