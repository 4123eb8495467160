// The timeline drawn out: buttons, keys, and the wheel with Ctrl. Places in it are parts of its width, so that making it
// wider is all there is to do.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import { button, element } from "./element.ts";
import type { Page } from "./page.ts";

const most = 64;
/** Pixels from which all ticks have room. */
const roomForFine = 4000;

/** Lets the timeline be drawn out. */
export function setupTimeline({ document }: Page): void {
  const box = document.querySelector<HTMLElement>("#timeline .time");
  const svg = box?.querySelector("svg");
  const timeline = box?.parentElement;
  if (!box || !svg || !timeline) return;
  let scale = 1;
  /** Keeps what lies at a place of the box where it is. */
  const zoom = (factor: number, at = box.clientWidth / 2) => {
    const before = svg.getBoundingClientRect().width;
    const held = (box.scrollLeft + at) / before;
    scale = Math.min(most, Math.max(1, scale * factor));
    svg.style.width = scale === 1 ? "" : `${scale * 100}%`;
    const width = svg.getBoundingClientRect().width;
    box.classList.toggle("zoomed", width >= roomForFine);
    box.scrollLeft = held * width - at;
    nameBars(svg);
    wider.disabled = scale >= most;
    narrower.disabled = scale === 1;
    whole.disabled = scale === 1;
  };
  const wider = button("+", () => zoom(2), "Draw the timeline out");
  const narrower = button("−", () => zoom(0.5), "Draw the timeline together");
  const whole = button("Whole run", () => zoom(1 / scale));
  narrower.disabled = whole.disabled = true;
  const row = element("div", { class: "zoom" });
  row.append(wider, narrower, whole);
  timeline.before(row);
  // Also as the page becomes wider or narrower.
  new ResizeObserver(() => nameBars(svg)).observe(svg);
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const factor = event.key === "+"
      ? 2
      : event.key === "-"
      ? 0.5
      : event.key === "0"
      ? 1 / scale
      : 0;
    if (factor === 0) return;
    event.preventDefault();
    zoom(factor);
  });
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, event.clientX - box.getBoundingClientRect().left);
  }, { passive: false });
}

/** Shows the names of the bars that have room for them. */
function nameBars(svg: SVGSVGElement): void {
  const whole = svg.getBoundingClientRect().width;
  for (const name of svg.querySelectorAll(".name")) {
    const length = parseFloat(name.getAttribute("width") ?? "0") / 100;
    const letters = name.textContent?.length ?? 0;
    name.classList.toggle("tight", length * whole < letters * characterWidth + nameRoom);
  }
}

/** As where the page is made. */
const characterWidth = 6.9;
const nameRoom = 12;
