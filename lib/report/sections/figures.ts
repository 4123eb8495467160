// The figures, each with its caption, the files beside the page, and what a click shows: the data, the specification, the
// cells of heat maps, the scene of three dimensions. All of it is bounded; what is too much lies in the files.

import type { Scene } from "../../core/figure.ts";
import type { ReportContent, ReportFigure, Section } from "../content.ts";
import { escapeHtml } from "../escape_html.ts";
import { fileLink } from "../file_link.ts";
import { pack } from "../pack.ts";
import { type LayeredSvg, type SvgCells, svgCells } from "../svg_cells.ts";
import { svgUrl } from "../svg_url.ts";

/** What the script knows of a figure; `null` where there is nothing to know. */
export interface FigureData {
  /** The Vega-Lite specification, data included. */
  readonly spec?: unknown;
  readonly cells?: SvgCells;
  readonly scene?: Scene;
  /** A drawing that was too large to be in the page as an image. */
  readonly svg?: string;
}

/** The data of the section: figures in the order of the page. */
export interface FiguresData {
  readonly figures: readonly (FigureData | null)[];
}

/** Bytes in the page: pictures as they stand, and data as packed. Of either the largest are left out. */
const most = { pictures: 1.2e6, packed: 0.75e6, spec: 4e6 };

/**
 * The figures of a run; nothing without any.
 *
 * @example
 * ```ts
 * import { figuresSection } from "#lib/report/sections/figures.ts";
 * import { reportContent } from "#tests/support/report_content.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const figures = [{ stage: "fig", svg: "<svg/>", caption: "n < 3" }];
 * assertStringIncludes((await figuresSection(reportContent({ figures })))!.html, "n &lt; 3");
 * ```
 */
export async function figuresSection(
  { figures }: ReportContent,
  limits: Partial<typeof most> = {},
): Promise<Section | null> {
  if (figures.length === 0) return null;
  const bounds = { ...most, ...limits };
  const layered = figures.map(({ svg }) => svgCells(svg));
  const over = figures.map(({ svg }, i) => layered[i]?.over ?? svg);
  const isShown = within(bounds.pictures, over.map((svg) => svg.length * 4 / 3));
  const data: Record<string, unknown>[] = figures.map((_, i) =>
    layered[i] === null || !isShown[i] ? {} : { cells: layered[i].cells }
  );
  const cells = await Promise.all(data.map(packedSize));
  let left = bounds.packed - cells.reduce((sum, size) => sum + size, 0);
  // Scenes first, then what a click shows, then drawings that found no place.
  const parts: [name: string, values: readonly unknown[]][] = [
    ["scene", figures.map(({ scene }) => scene)],
    ["spec", figures.map(({ spec }) => specOf(spec, bounds.spec))],
    ["svg", figures.map(({ svg }, i) => isShown[i] ? undefined : svg)],
  ];
  for (const [name, values] of parts) {
    const sizes = await Promise.all(values.map(packedSize));
    const fits = within(left, sizes);
    values.forEach((value, i) => {
      if (value === undefined || !fits[i]) return;
      data[i][name] = value;
      left -= sizes[i];
    });
  }
  return {
    id: "figures",
    title: "Figures",
    count: figures.length,
    html: `<div class="figures">${
      figures.map((figure, i) =>
        figureHtml(figure, i, isShown[i] ? over[i] : null, layered[i], data[i])
      ).join("\n")
    }</div>`,
    data: {
      figures: data.map((one) => Object.keys(one).length === 0 ? null : one),
    } satisfies FiguresData,
  };
}

/** Which of the sizes fit together: the smallest first. */
function within(bound: number, sizes: readonly number[]): boolean[] {
  const fits = sizes.map(() => false);
  let used = 0;
  for (const i of sizes.map((_, i) => i).sort((a, b) => sizes[a] - sizes[b] || a - b)) {
    used += sizes[i];
    if (used > bound) break;
    fits[i] = true;
  }
  return fits;
}

/** Bytes that a value takes in the page. */
async function packedSize(value: unknown): Promise<number> {
  const isNothing = value === undefined || JSON.stringify(value) === "{}";
  return isNothing ? 0 : (await pack(value)).length;
}

function specOf(text: string | undefined, bound: number): unknown {
  if (text === undefined || text.length > bound) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function figureHtml(
  { stage, svg, caption, files = {} }: ReportFigure,
  i: number,
  shown: string | null,
  layers: LayeredSvg | null,
  data: Readonly<Record<string, unknown>>,
): string {
  const alt = escapeHtml(caption.trim() === "" ? stage : caption);
  const image = (source: string, kind: string, text: string) =>
    `<img${kind} alt="${text}" src="${svgUrl(source)}">`;
  const file = files.svg ?? files.png;
  const elsewhere = file === undefined ? "in the store" : fileLink(file, file);
  const picture = shown === null
    ? `<p class="absent">This picture is large; it is ${elsewhere}.</p>`
    : layers === null
    ? image(shown, "", alt)
    : (layers.under === "" ? "" : image(layers.under, ' class="under"', "")) +
      image(shown, ' class="over"', alt) +
      `<noscript><p class="absent">The cells are drawn by a script; the whole picture is ${elsewhere}.</p></noscript>`;
  const links = [
    files.svg === undefined ? "" : fileLink(files.svg, "SVG"),
    files.png === undefined ? "" : fileLink(files.png, "PNG"),
    files.spec === undefined ? "" : fileLink(files.spec, "Vega-Lite"),
  ].filter((link) => link !== "");
  const button = (kind: string, text: string, said: string) =>
    `<button type="button" class="${kind}" aria-haspopup="dialog" aria-label="${
      escapeHtml(said)
    }">${text}</button>`;
  const buttons = ("spec" in data ? button("look", "Data", `Data of ${stage}`) : "") +
    ("scene" in data ? button("turn", "Turn", `Turn ${stage} in three dimensions`) : "");
  const isScrolled = isWide(svg);
  // On phones a wide picture scrolls in its box, by the keyboard, too.
  const box = isScrolled ? ` tabindex="0" role="group" aria-label="${escapeHtml(stage)}"` : "";
  return `<figure id="figure-${i + 1}"${isScrolled ? ' class="wide"' : ""}>
<div class="picture${layers === null || shown === null ? "" : " layered"}"${box}>${picture}</div>
<figcaption><strong><bdi>${escapeHtml(stage)}</bdi></strong> ${escapeHtml(caption)}</figcaption>
<p class="actions">${buttons}${
    links.length === 0 ? "" : `<span>${links.join(" ")}</span>`
  }</p></figure>`;
}

/** Figures of two journal columns have the page's whole width: in half of it nobody can read them. */
function isWide(svg: string): boolean {
  const [, width] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return Number(width) > singleColumn;
}

/** Px of one journal column, with room. */
const singleColumn = 420;
