// The script of the page: each feature is set up alone, so that one that fails takes nothing else with it.
// The page says everything of importance without it.

/// <reference lib="dom" />

import { type Page, pageOf } from "./page.ts";
import { setupRefresh } from "./refresh.ts";

const features: readonly ((page: Page) => void | Promise<void>)[] = [
  setupRefresh,
];

const page = pageOf(document);
document.documentElement.classList.add("scripted");
for (const setUp of features) {
  (async () => await setUp(page))().catch((error) => console.error(error));
}
