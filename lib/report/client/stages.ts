// The picture of the stages: shrunk to the page on request; on phones the list instead of it.

/// <reference lib="dom" />

import { button, element } from "./element.ts";
import type { Page } from "./page.ts";

const mostUnfolded = 16;

/** Sets up the picture and the list of stages. */
export function setupStages({ document }: Page): void {
  const box = document.querySelector<HTMLElement>(".dag");
  const svg = box?.querySelector("svg");
  if (!box || !svg) return;
  if (box.clientWidth === 0) {
    // No picture here. A long list stays folded.
    const list = document.querySelector<HTMLDetailsElement>(".stage-list");
    if (list !== null) list.open = list.querySelectorAll("tbody tr").length <= mostUnfolded;
    return;
  }
  if (svg.getBoundingClientRect().width <= box.clientWidth) return;
  const press = button("Whole picture", () => {
    const isWhole = box.classList.toggle("whole");
    press.textContent = isWhole ? "Readable size" : "Whole picture";
  });
  const row = element("div", { class: "zoom" });
  row.append(press);
  box.before(row);
}
