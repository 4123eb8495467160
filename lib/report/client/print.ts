// Printing: what is folded is unfolded for the paper, and folded again after it.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from "./page.ts";

/** Opens what is folded while the page is printed. */
export function setupPrint({ document }: Page): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>("details:not([open])")]
      .filter((one) => one.closest("nav") === null);
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
  });
}
