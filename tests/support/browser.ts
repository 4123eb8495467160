// A headless Chromium of the system for tests: pages of files, as a person with a screen, a mouse and a keyboard sees them.
// Its own driver, because the others do not fit: playwright-core asks for system permissions that tests are not granted,
// puppeteer-core works but brings 80 packages, and what tests of one page need is this file and two beside it
// (`browser_pipe.ts` the protocol, `browser_page.ts` a page). Leaves out how tests are registered (`with_browser.ts`).

import { join } from "@std/path";
import { openPage, type Page, type View } from "./browser_page.ts";
import { startPipe } from "./browser_pipe.ts";

export type { Page, View } from "./browser_page.ts";

/** A running browser; closing it closes its pages and removes its profile. */
export interface Browser extends AsyncDisposable {
  readonly version: string;
  /** Opens a page in a tab without any history and waits until it is loaded. */
  open(url: string | URL, view?: Partial<View>): Promise<Page>;
}

const candidates = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];

/** The path of the browser: `$CHROMIUM`, or the first that is on the PATH. */
export async function findChromium(): Promise<string | undefined> {
  const named = Deno.env.get("CHROMIUM");
  if (named !== undefined && named !== "") return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":").concat("/usr/bin");
  for (const name of candidates) {
    for (const folder of folders.filter((folder) => folder !== "")) {
      const path = join(folder, name);
      if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
    }
  }
}

/** Starts a browser with a profile of its own. @throws Error if it does not start. */
export async function startBrowser(program: string): Promise<Browser> {
  const profile = await Deno.makeTempDir({ prefix: "basin-browser-" });
  const pipe = startPipe(program, [...flags, `--user-data-dir=${profile}`], profile);
  const close = async () => {
    await pipe.close();
    await Deno.remove(profile, { recursive: true }).catch(() => {});
  };
  try {
    const { product } = await pipe.send("Browser.getVersion");
    return {
      version: product,
      open: (url, view) => openPage(pipe, String(url), view),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The sandbox needs rights that containers do not have; what is opened here was made here. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-sync",
  "--disable-breakpad",
  "--mute-audio",
  "--hide-scrollbars",
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
  "--remote-debugging-pipe",
  "about:blank",
];
