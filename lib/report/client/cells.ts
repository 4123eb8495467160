// Heat maps on a canvas: the cells that were taken out of a drawing are filled in, as sharp as the screen or the printer
// is, between the two parts of the drawing.

/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

import type { FiguresData } from "../sections/figures.ts";
import type { SvgCells } from "../svg_cells.ts";
import type { Page } from "./page.ts";

/** Draws the cells of all figures that have some. */
export async function setupCells(page: Page): Promise<void> {
  const pictures = page.document.querySelectorAll<HTMLElement>("#figures .layered");
  if (pictures.length === 0) return;
  const data = await page.data<FiguresData>("figures");
  for (const picture of pictures) {
    const cells = data?.figures[indexOf(picture)]?.cells;
    if (cells !== undefined) layCells(picture, cells);
  }
}

/** The place of a figure among all, from 0. */
export function indexOf(inside: Element): number {
  return Number(inside.closest("figure")?.id.split("-")[1] ?? "0") - 1;
}

/** Lays a canvas with cells below the last image of a picture, and keeps it sharp. */
export function layCells(picture: HTMLElement, cells: SvgCells): void {
  const canvas = picture.querySelector("canvas") ?? document.createElement("canvas");
  // Its proportions stand before anything is drawn.
  canvas.width = Math.ceil(cells.width);
  canvas.height = Math.ceil(cells.height);
  canvas.style.aspectRatio = `${cells.width} / ${cells.height}`;
  canvas.setAttribute("aria-hidden", "true");
  picture.insertBefore(canvas, picture.querySelector("img.over"));
  const draw = (least = 0) => {
    const shown = canvas.getBoundingClientRect().width;
    if (shown === 0) return;
    const wanted = Math.max(shown * devicePixelRatio, least);
    const width = Math.min(mostPixels, Math.round(wanted));
    const height = Math.round(width * cells.height / cells.width);
    if (canvas.width === width && canvas.height === height && canvas.dataset.drawn === "yes") {
      return;
    }
    canvas.width = width;
    canvas.height = height;
    fillCells(canvas.getContext("2d")!, cells, width / cells.width, height / cells.height);
    canvas.dataset.drawn = "yes";
  };
  new ResizeObserver(() => draw()).observe(picture);
  const watchRatio = () => {
    const media = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    media.addEventListener("change", () => {
      draw();
      watchRatio();
    }, { once: true });
  };
  watchRatio();
  addEventListener("beforeprint", () => draw(printWidth));
  addEventListener("afterprint", () => draw());
  draw();
}

const mostPixels = 4096;

/** Pixels of a picture on paper: 175 mm at 300 dots per inch. */
const printWidth = 2067;

/** Fills cells. The canvas is one unit of the drawing times a scale. */
export function fillCells(
  context: CanvasRenderingContext2D,
  { fills, boxes }: SvgCells,
  scaleX: number,
  scaleY: number,
): void {
  for (let at = 0; at < boxes.length; at += 5) {
    context.fillStyle = fills[boxes[at + 4]];
    context.fillRect(
      boxes[at] / 1000 * scaleX,
      boxes[at + 1] / 1000 * scaleY,
      boxes[at + 2] / 1000 * scaleX,
      boxes[at + 3] / 1000 * scaleY,
    );
  }
}
