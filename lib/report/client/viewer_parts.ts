// The parts of the viewer around its picture: legend, time, choices, and the same in numbers.

/// <reference lib="dom" />

import type { Scene } from "../../core/figure.ts";
import { element } from "./element.ts";
import { type Choice, valuesOf } from "./scene_picture.ts";
import { sceneRows, summaryOf } from "./scene_words.ts";
import { timeText } from "./view_3d.ts";

/** A whole path is played in so many ms. */
const playMs = 8000;

/** Buttons that show and hide: a value of the coordinate that colours, means, single trials, fixed points. */
export function legendOf(scene: Scene, choice: Choice, changed: () => void) {
  const box = element("div", {
    class: "viewer-legend",
    role: "group",
    "aria-label": "What is shown",
  });
  let swatches: HTMLElement[] = [];
  const toggle = (on: boolean, turn: (on: boolean) => void, ...parts: (Node | string)[]) => {
    const button = element("button", { type: "button", "aria-pressed": String(on) });
    button.append(...parts);
    button.addEventListener("click", () => {
      on = !on;
      button.setAttribute("aria-pressed", String(on));
      turn(on);
      changed();
    });
    box.append(button);
  };
  const fill = () => {
    box.replaceChildren();
    swatches = [];
    const values = valuesOf(scene, choice.colourBy);
    for (const value of values.length > 1 ? values : []) {
      const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
      swatches.push(swatch);
      const turn = (on: boolean) => on ? choice.hidden.delete(value) : choice.hidden.add(value);
      toggle(true, turn, swatch, element("bdi", {}, value === "" ? "other" : value));
    }
    const kinds = new Set(scene.paths.map(({ of }) => of));
    if (kinds.size > 1) {
      toggle(choice.means, (on) => choice.means = on, "means");
      toggle(choice.trials, (on) => choice.trials = on, "single trials");
    }
    if (scene.points.length > 0) {
      const text = "fixed points (filled: stable, open: unstable)";
      toggle(choice.fixed, (on) => choice.fixed = on, text);
    }
    box.hidden = box.childElementCount === 0;
  };
  const colour = (colours: readonly string[]) =>
    swatches.forEach((swatch, at) => swatch.style.background = colours[at]);
  return { box, fill, colour };
}

/** Play, pause, and a slider through time. Nothing moves before it is asked to. */
export function timeOf(
  window: Window,
  scene: Scene,
  choice: Choice,
  last: number,
  changed: () => void,
) {
  const play = element("button", { type: "button", class: "play" }, "Play");
  const slider = element("input", {
    type: "range",
    min: "0",
    max: String(last),
    "aria-label": "time",
  });
  const clock = element("output", { class: "clock" });
  const box = element("div", { class: "time" });
  box.append(play, slider, clock);
  let playing = 0;
  const show = () => {
    const text = timeText(choice.step, scene, last + 1);
    clock.textContent = text;
    slider.value = String(choice.step);
    slider.setAttribute("aria-valuetext", text);
  };
  const goTo = (step: number) => {
    choice.step = Math.max(0, Math.min(last, step));
    show();
    changed();
  };
  const pause = () => {
    window.cancelAnimationFrame(playing);
    playing = 0;
    play.textContent = "Play";
  };
  const start = () => {
    if (choice.step >= last) goTo(0);
    const from = choice.step;
    let began = -1;
    const next = (now: number) => {
      if (began < 0) began = now;
      const step = from + Math.floor((now - began) / playMs * (last + 1));
      if (step !== choice.step) goTo(step);
      if (choice.step >= last) pause();
      else playing = window.requestAnimationFrame(next);
    };
    play.textContent = "Pause";
    playing = window.requestAnimationFrame(next);
  };
  const playOrPause = () => playing === 0 ? start() : pause();
  const end = () => {
    pause();
    goTo(last);
  };
  play.addEventListener("click", playOrPause);
  slider.addEventListener("input", () => {
    pause();
    goTo(Number(slider.value));
  });
  show();
  return { box, playOrPause, pause, end };
}

/** Where paths start and end and where fixed points are, as a table that opens. */
export function inWords(scene: Scene): HTMLElement {
  const cell = (tag: "td" | "th", text: string, attributes: Record<string, string> = {}) =>
    element(tag, attributes, text);
  const head = element("tr", {});
  head.append(...["", "at", ...scene.axes].map((name) => cell("th", name, { scope: "col" })));
  const top = element("thead", {});
  top.append(head);
  const body = element("tbody", {});
  for (const { name, at, place } of sceneRows(scene)) {
    const row = element("tr", {});
    row.append(
      cell("th", name, { scope: "row" }),
      cell("td", at),
      ...place.map((text) => cell("td", text, { class: "number" })),
    );
    body.append(row);
  }
  const table = element("table", {});
  table.append(element("caption", {}, summaryOf(scene)), top, body);
  const box = element("div", {
    class: "table",
    tabindex: "0",
    role: "region",
    "aria-label": "The figure in numbers",
  });
  box.append(table);
  const words = element("details", { class: "viewer-words" });
  words.append(element("summary", {}, "In numbers"), box);
  return words;
}

/** Saves what the canvas shows. */
export function savePng(canvas: HTMLCanvasElement, title: string): void {
  canvas.toBlob((blob) => {
    if (blob === null) return;
    const name = `${title.replace(/[^\w.-]+/g, "_")}.png`;
    const link = element("a", { download: name });
    link.href = URL.createObjectURL(blob);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

/** A choice with its name. */
export function chooser(
  name: string,
  options: readonly (readonly [string, string])[],
  chosen: (value: string) => void,
): HTMLElement {
  const label = element("label", {}, name);
  const select = element("select", {});
  select.append(...options.map(([value, text]) => element("option", { value }, text)));
  select.addEventListener("change", () => chosen(select.value));
  label.append(select);
  return label;
}
