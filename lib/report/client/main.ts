// The script of the page: each feature is set up alone, so that one that fails takes nothing else with it.
// The page says everything of importance without it.

/// <reference lib="dom" />

import { setupCells } from "./cells.ts";
import { setupCompare } from "./compare.ts";
import { setupContents } from "./contents.ts";
import { setupCopy } from "./copy.ts";
import { setupDialog } from "./dialog.ts";
import { type Page, pageOf } from "./page.ts";
import { setupPrint } from "./print.ts";
import { setupRefresh } from "./refresh.ts";
import { setupSort } from "./sort_table.ts";
import { setupStages } from "./stages.ts";
import { setupSweep } from "./sweep.ts";
import { setupTheme } from "./theme.ts";
import { setupTimeline } from "./timeline.ts";
import { setupViewer } from "./viewer.ts";

const features: readonly ((page: Page) => void | Promise<void>)[] = [
  setupTheme,
  setupContents,
  setupRefresh,
  setupCopy,
  setupCells,
  setupDialog,
  setupCompare,
  setupSort,
  setupPrint,
  setupViewer,
  setupSweep,
  setupTimeline,
  setupStages,
];

const page = pageOf(document);
document.documentElement.classList.add("scripted");
for (const setUp of features) {
  (async () => await setUp(page))().catch((error) => console.error(error));
}
