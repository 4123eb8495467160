// The viewer: turns the trajectories and fixed points of a figure, goes through time, and colours by condition. Opened
// from the figure's card. What is shown is decided in scene_picture.ts and drawn in paint_3d.ts.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Scene } from "../../core/figure.ts";
import { element } from "./element.ts";
import { nearest, nearestPoint, pathAt } from "./hit_3d.ts";
import type { Page } from "./page.ts";
import { type Drawn, paint } from "./paint_3d.ts";
import { type Choice, panelOf, pictureOf, type ScenePicture, valuesOf } from "./scene_picture.ts";
import { pointWords, sceneRows, summaryOf } from "./scene_words.ts";
import { firstEye, mixed, timeText } from "./view_3d.ts";
import { followHand } from "./viewer_hand.ts";

/** What the section of figures says of each, as far as it is of interest here. */
interface Figures {
  readonly figures: readonly ({ readonly scene?: Scene } | null)[];
}

/** The button "Turn" on the cards of figures that have a scene. Scenes are read when one is asked for. */
export function setupViewer(page: Page): void {
  page.document.querySelectorAll<HTMLElement>("#figures figure").forEach((card, at) => {
    const name = card.querySelector("figcaption strong")?.textContent ?? "figure";
    card.querySelector<HTMLButtonElement>("button.turn")?.addEventListener("click", async () => {
      const scene = (await page.data<Figures>("figures"))?.figures[at]?.scene;
      if (scene !== undefined) openViewer(page.document, scene, name);
    });
  });
}

/** Opens a scene over the page; what was opened goes when it is closed. */
export function openViewer(document: Document, scene: Scene, title: string): void {
  const dialog = element("dialog", {
    class: "viewer",
    "aria-label": `${title} in three dimensions`,
  });
  const head = element("div", { class: "viewer-head" });
  const close = element("button", {
    type: "button",
    class: "close",
    "aria-label": "close",
  }, "×");
  head.append(element("h2", {}, title), close);
  dialog.append(head);
  document.body.append(dialog);
  const stop = mountViewer(dialog, scene, title);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => {
    stop();
    dialog.remove();
  });
  dialog.showModal();
  dialog.querySelector("canvas")!.focus();
}

/** A whole path is played in so many ms. */
const playMs = 8000;

/** Puts a viewer into an element; returns what takes its listeners away. */
function mountViewer(parent: HTMLElement, scene: Scene, title: string): () => void {
  const document = parent.ownerDocument;
  const window = document.defaultView!;
  const last = Math.max(1, ...scene.paths.map(({ points }) => points.length / 3)) - 1;
  const hasMeans = scene.paths.some(({ of }) => of === "mean");
  const choice: Choice = {
    eye: firstEye,
    shift: [0, 0],
    colourBy: scene.colour_by[0],
    panel: undefined,
    hidden: new Set(),
    means: hasMeans,
    trials: !hasMeans,
    fixed: true,
    step: last,
  };
  const stage = element("div", { class: "viewer-stage" });
  const canvas = element("canvas", {
    tabindex: "0",
    role: "application",
    "aria-label": `${title}: ${summaryOf(scene)}`,
    "aria-describedby": "viewer-help",
  });
  const pointed = element("div", { class: "pointed", hidden: "" });
  stage.append(canvas, pointed);

  let picture: ScenePicture;
  let drawn: Drawn | undefined;
  let asked = 0;
  const draw = () => {
    asked = 0;
    const { width, height } = stage.getBoundingClientRect();
    if (width < 20 || height < 20) return;
    const ratio = window.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    const context = canvas.getContext("2d")!;
    context.setTransform(w / width, 0, 0, h / height, 0, 0);
    const { eye, shift } = choice;
    drawn = paint(context, width, height, { ...picture, eye, shift });
  };
  const redraw = () => void (asked ||= window.requestAnimationFrame(draw));
  const legend = legendOf(scene, choice, () => rebuild());
  const rebuild = () => {
    picture = pictureOf(scene, choice, last + 1, inkOf(window.getComputedStyle(stage)));
    legend.colour(picture.colours);
    redraw();
  };
  const time = timeOf(window, scene, choice, last, rebuild);
  const reset = () => {
    choice.eye = firstEye;
    choice.shift = [0, 0];
    time.end();
  };

  const controls = element("div", { class: "viewer-controls" });
  if (last > 0) controls.append(time.box);
  if (scene.colour_by.length > 1) {
    const axes = scene.colour_by.map((axis) => [axis, scene.names?.[axis] ?? axis] as const);
    controls.append(chooser("colour by", axes, (axis) => {
      choice.colourBy = axis;
      choice.hidden.clear();
      legend.fill();
      rebuild();
    }));
  }
  const panels = [...new Set(scene.paths.map(({ coords }) => panelOf(scene, coords)))];
  if (panels.length > 1) {
    const options = [["", "all in one box"], ...panels.map((panel) => [panel, panel])];
    controls.append(chooser("panel", options as [string, string][], (panel) => {
      choice.panel = panel === "" ? undefined : panel;
      rebuild();
    }));
  }
  const back = element("button", { type: "button" }, "put back");
  back.addEventListener("click", reset);
  const save = element("button", { type: "button" }, "save PNG");
  save.addEventListener("click", () => {
    draw();
    savePng(canvas, title);
  });
  controls.append(back, save);
  followHand(canvas, choice, {
    changed: redraw,
    reset,
    playOrPause: time.playOrPause,
    pointsAt(place) {
      const text = place === undefined || drawn === undefined
        ? undefined
        : textAt(scene, picture, drawn, last + 1, place.x, place.y);
      pointed.hidden = text === undefined;
      if (place === undefined || text === undefined) return;
      pointed.textContent = text;
      const room = stage.getBoundingClientRect().width - pointed.offsetWidth - 8;
      pointed.style.left = `${Math.max(8, Math.min(place.x + 12, room))}px`;
      pointed.style.top = `${Math.max(4, place.y - 34)}px`;
    },
  });
  const help = element(
    "p",
    { class: "viewer-help", id: "viewer-help" },
    "Drag or arrow keys: turn. Wheel, pinch, + and −: zoom. Shift and drag or arrow keys: move. " +
      "Space: play. 0: put back.",
  );
  parent.append(stage, controls, legend.box, help, inWords(scene));
  legend.fill();
  rebuild();

  const size = new ResizeObserver(redraw);
  size.observe(stage);
  // The page's zoom and another screen change the pixels alone.
  const pixels = new AbortController();
  const watchPixels = () => {
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener("change", () => {
      redraw();
      watchPixels();
    }, { once: true, signal: pixels.signal });
  };
  watchPixels();
  const theme = new MutationObserver(rebuild);
  theme.observe(document.documentElement, { attributes: true });
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", rebuild);
  return () => {
    time.pause();
    window.cancelAnimationFrame(asked);
    size.disconnect();
    pixels.abort();
    theme.disconnect();
    dark.removeEventListener("change", rebuild);
  };
}

/** Colours of the page as it is now. */
function inkOf(style: CSSStyleDeclaration) {
  const colour = (name: string, otherwise: string) => {
    const text = style.getPropertyValue(name).trim();
    return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text) ? text : otherwise;
  };
  const back = colour("--back", "#ffffff");
  const soft = colour("--soft", "#5b6475");
  return { text: colour("--ink", "#1d2330"), soft, line: mixed(soft, back, 0.55), back };
}

/** What lies at a place, in words: a sign, or else a path. */
function textAt(
  scene: Scene,
  picture: ScenePicture,
  drawn: Drawn,
  numSteps: number,
  x: number,
  y: number,
): string | undefined {
  const sign = nearest(drawn.signs, x, y, 11, 0, picture.labels.length);
  if (sign >= 0) return picture.labels[sign];
  const point = nearestPoint(drawn, picture, x, y);
  if (point < 0) return undefined;
  const path = pathAt(picture, point);
  return pointWords(scene, picture.paths[path], point - picture.starts[path], numSteps);
}

/** Buttons that show and hide: a value of the coordinate that colours, means, single trials, fixed points. */
function legendOf(scene: Scene, choice: Choice, changed: () => void) {
  const box = element("div", {
    class: "viewer-legend",
    role: "group",
    "aria-label": "what is shown",
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
function timeOf(
  window: Window,
  scene: Scene,
  choice: Choice,
  last: number,
  changed: () => void,
) {
  const play = element("button", { type: "button", class: "play" }, "play");
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
    play.textContent = "play";
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
    play.textContent = "pause";
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

function inWords(scene: Scene): HTMLElement {
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
    "aria-label": "the figure in numbers",
  });
  box.append(table);
  const words = element("details", { class: "viewer-words" });
  words.append(element("summary", {}, "in numbers"), box);
  return words;
}

function savePng(canvas: HTMLCanvasElement, title: string): void {
  canvas.toBlob((blob) => {
    if (blob === null) return;
    const name = `${title.replace(/[^\w.-]+/g, "_")}.png`;
    const link = element("a", { download: name });
    link.href = URL.createObjectURL(blob);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}

function chooser(
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
