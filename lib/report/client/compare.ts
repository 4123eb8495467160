// Figures of two runs: beside each other, laid over each other, or in turns. All with buttons and a slider that the
// keyboard reaches; readers who want no motion turn by hand.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Page } from "./page.ts";

/** Milliseconds that each of the two is shown. */
const turn = 900;

type Mode = "beside" | "over" | "blink";

const modes: readonly (readonly [mode: Mode, text: string])[] = [
  ["beside", "Side by side"],
  ["over", "Overlay"],
  ["blink", "In turns"],
];

/** Gives each pair of figures its buttons. */
export function setupCompare({ document }: Page): void {
  for (const pair of document.querySelectorAll<HTMLElement>(".pair")) setupPair(document, pair);
}

function setupPair(document: Document, pair: HTMLElement): void {
  const view = pair.querySelector<HTMLElement>(".pair-view");
  const before = view?.querySelector<HTMLElement>("figure.before:not(.absent)");
  const now = view?.querySelector<HTMLElement>("figure.now:not(.absent)");
  if (!view || !before || !now) return;
  const tools = document.createElement("div");
  tools.className = "pair-tools";
  tools.setAttribute("role", "group");
  tools.setAttribute("aria-label", "How the two are shown");
  const buttons = modes.map(([mode, text]) => {
    const button = buttonOf(document, text);
    button.addEventListener("click", () => show(mode));
    return [mode, button] as const;
  });
  const slider = document.createElement("input");
  slider.type = "range";
  slider.min = "0";
  slider.max = "100";
  slider.value = "50";
  const blend = document.createElement("label");
  blend.append("before", slider, "now");
  slider.setAttribute("aria-label", "How much of the figure of now is shown, in percent");
  const shown = document.createElement("span");
  shown.setAttribute("role", "status");
  const swap = buttonOf(document, "Turn");
  const run = buttonOf(document, "Stop");
  tools.append(...buttons.map(([, button]) => button), blend, swap, run, shown);
  view.before(tools);

  let timer: ReturnType<typeof setInterval> | undefined;
  let isNow = true;
  const face = (next: boolean) => {
    isNow = next;
    before.classList.toggle("hidden", isNow);
    now.classList.toggle("hidden", !isNow);
    // Said by those who turn by hand only: every second is too often for a voice.
    shown.textContent = timer === undefined ? isNow ? "now" : "before" : "";
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    run.textContent = "Start";
  };
  const start = () => {
    timer = setInterval(() => face(!isNow), turn);
    run.textContent = "Stop";
  };
  const mix = () => {
    now.style.opacity = String(Number(slider.value) / 100);
  };
  const show = (mode: Mode) => {
    stop();
    for (const [name, button] of buttons) {
      button.setAttribute("aria-pressed", String(name === mode));
    }
    view.classList.toggle("over", mode !== "beside");
    view.classList.toggle("blink", mode === "blink");
    blend.hidden = mode !== "over";
    swap.hidden = run.hidden = shown.hidden = mode !== "blink";
    now.style.opacity = "";
    before.classList.remove("hidden");
    now.classList.remove("hidden");
    if (mode === "over") mix();
    if (mode !== "blink") return;
    const { matchMedia } = document.defaultView!;
    if (!matchMedia.call(document.defaultView, "(prefers-reduced-motion: reduce)").matches) start();
    face(true);
  };
  slider.addEventListener("input", mix);
  swap.addEventListener("click", () => {
    stop();
    face(!isNow);
  });
  run.addEventListener("click", () => timer === undefined ? start() : stop());
  show("beside");
}

function buttonOf(document: Document, text: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  return button;
}
