// The viewer: turns the trajectories and fixed points of a figure, goes through time, and colours by condition. Opened
// from the figure's card. What is shown is decided in scene_picture.ts and drawn in paint_3d.ts.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { Scene } from "../../core/figure.ts";
import { element } from "./element.ts";
import { nearest, nearestPoint, pathAt } from "./hit_3d.ts";
import type { Page } from "./page.ts";
import { type Drawn, paint } from "./paint_3d.ts";
import { type Choice, panelOf, pictureOf, type ScenePicture } from "./scene_picture.ts";
import { pointWords, summaryOf } from "./scene_words.ts";
import { firstEye, mixed } from "./view_3d.ts";
import { followHand } from "./viewer_hand.ts";
import { chooser, inWords, legendOf, savePng, timeOf } from "./viewer_parts.ts";

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
  const close = element("button", { type: "button", class: "close" }, "Close");
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
    controls.append(chooser("Colour by", axes, (axis) => {
      choice.colourBy = axis;
      choice.hidden.clear();
      legend.fill();
      rebuild();
    }));
  }
  const panels = [...new Set(scene.paths.map(({ coords }) => panelOf(scene, coords)))];
  if (panels.length > 1) {
    const options = [["", "all in one box"], ...panels.map((panel) => [panel, panel])];
    controls.append(chooser("Panel", options as [string, string][], (panel) => {
      choice.panel = panel === "" ? undefined : panel;
      rebuild();
    }));
  }
  const back = element("button", { type: "button" }, "Put back");
  back.addEventListener("click", reset);
  const save = element("button", { type: "button" }, "Save PNG");
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
