// Cells of a drawing: a heat map of 60 × 60 values is 3,600 elements as SVG, which a page should not carry. Here they are
// taken out of the drawing, geometry and colour as they are, for a canvas that lies between what was drawn before them
// and what was drawn after. Leaves out drawing them (client/cells.ts).

/** Cells of a drawing, in its own px. */
export interface SvgCells {
  readonly width: number;
  readonly height: number;
  /** Colours that occur, as CSS. */
  readonly fills: readonly string[];
  /** x, y, width, height in thousandths of a px and the index of the colour, cell after cell in the order of drawing. */
  readonly boxes: readonly number[];
}

/** A drawing in three layers. */
export interface LayeredSvg {
  /** What lies below the cells; empty if that is paper. */
  readonly under: string;
  readonly cells: SvgCells;
  readonly over: string;
}

/** More cells than this are taken out. */
export const mostCells = 900;

/**
 * A drawing by Vega whose rectangles are too many for a page, in layers; `null` if they are not, or if a canvas could
 * not show them exactly: then the drawing is shown as it is.
 *
 * @example
 * ```ts
 * import { svgCells } from "#lib/report/svg_cells.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(svgCells('<svg viewBox="0 0 9 9"></svg>'), null);
 * ```
 */
export function svgCells(svg: string, most = mostCells): LayeredSvg | null {
  // Most drawings are small; they need not be read.
  if (svg.split("<path ").length <= most) return null;
  const root = readSvg(svg);
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(root?.tag ?? "") ?? [];
  if (root === null || height === undefined) return null;
  const taken = new Map<Element, Box[]>();
  take(root, 0, 0, taken);
  const all = [...taken.values()].flat();
  if (all.length <= most) return null;
  const holders = new Set<Element>();
  markHolders(root, taken, holders);
  const under = write(root, "under", taken, holders);
  const fills = [...new Set(all.map(({ fill }) => fill))];
  const index = new Map(fills.map((fill, i) => [fill, i]));
  return {
    under: isPaper(under) ? "" : under,
    over: write(root, "over", taken, holders),
    cells: {
      width: Number(width),
      height: Number(height),
      fills,
      boxes: all.flatMap(({ x, y, width, height, fill }) => [
        thousandths(x),
        thousandths(y),
        thousandths(width),
        thousandths(height),
        index.get(fill)!,
      ]),
    },
  };
}

interface Element {
  readonly name: string;
  /** Its opening tag as it stands. */
  readonly tag: string;
  readonly isClosed: boolean;
  readonly children: (Element | string)[];
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
}

/** The tree of a drawing; `null` if it is not one of ours. */
function readSvg(svg: string): Element | null {
  const token = /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|[^<]+/y;
  const top: Element = { name: "", tag: "", isClosed: false, children: [] };
  const path = [top];
  while (token.lastIndex < svg.length) {
    const match = token.exec(svg);
    if (match === null) return null;
    const [whole, end, name, , closed] = match;
    const parent = path[path.length - 1];
    if (name === undefined) parent.children.push(whole);
    else if (end === "/") {
      if (parent.name !== name) return null;
      path.pop();
    } else {
      const element = { name, tag: whole, isClosed: closed === "/", children: [] };
      parent.children.push(element);
      if (!element.isClosed) path.push(element);
    }
  }
  const [root] = top.children;
  return path.length === 1 && top.children.length === 1 && typeof root === "object" ? root : null;
}

/**
 * Finds groups of rectangles that a canvas can show. Among the groups of one panel only the first and what follows it
 * directly: a later one may lie over something else.
 */
function take(element: Element, x: number, y: number, taken: Map<Element, Box[]>): void {
  const moved = /\stransform="([^"]*)"/.exec(element.tag)?.[1];
  const by = moved === undefined ? ["", 0, 0] : translation.exec(moved);
  if (by === null || /\s(?:clip-path|mask|filter|style)="/.test(element.tag)) return;
  // Fades everything in it together.
  if (element.name === "g" && /\sopacity="(?!1")/.test(element.tag)) return;
  const left = x + Number(by[1]), top = y + Number(by[2] ?? 0);
  let isCovered = false;
  for (const child of element.children) {
    if (typeof child === "string") continue;
    if (isMark(child, "rect")) {
      const boxes = isCovered || /\s(?:clip-path|transform|opacity)="/.test(child.tag)
        ? null
        : boxesOf(child, left, top);
      if (boxes === null) isCovered = true;
      else if (boxes.length > 0) taken.set(child, boxes);
    } else if (isMark(child, "\\w+")) isCovered ||= taken.size > 0;
    else take(child, left, top, taken);
  }
}

const number = String.raw`-?\d+(?:\.\d+)?(?:e-?\d+)?`;
const translation = new RegExp(`^translate\\((${number})(?:,\\s*(${number}))?\\)$`);
const rectangle = new RegExp(
  `^M(${number}),(${number})h(${number})v(${number})h(${number})Z$`,
);

function isMark({ tag }: Element, kind: string): boolean {
  return new RegExp(`\\sclass="mark-${kind} role-mark[ "]`).test(tag);
}

/** The rectangles of a group, or `null` if one of them is more than that. */
function boxesOf({ children }: Element, left: number, top: number): Box[] | null {
  const boxes: Box[] = [];
  for (const child of children) {
    if (typeof child === "string" || child.name !== "path" || child.children.length > 0) {
      return null;
    }
    let d = "", fill = "";
    for (const [, name, value] of child.tag.matchAll(/\s([\w:-]+)="([^"]*)"/g)) {
      if (name === "d") d = value;
      else if (name === "fill") fill = value;
      else if (name === "transform") {
        const by = translation.exec(value);
        if (by === null || Number(by[1]) !== 0 || Number(by[2] ?? 0) !== 0) return null;
      } else if (!(name === "opacity" && value === "1") && !/^(?:aria-|role$)/.test(name)) {
        return null;
      }
    }
    const [, x, y, width, height, back] = rectangle.exec(d) ?? [];
    if (back === undefined || Number(back) !== -Number(width)) return null;
    if (!/^(?:#[0-9a-fA-F]{3,8}|[a-z]+|rgba?\([\d.,% ]+\))$/.test(fill)) return null;
    if (fill === "none" || fill === "transparent") continue;
    const [w, h] = [Number(width), Number(height)];
    boxes.push({
      x: left + Number(x) + Math.min(w, 0),
      y: top + Number(y) + Math.min(h, 0),
      width: Math.abs(w),
      height: Math.abs(h),
      fill,
    });
  }
  return boxes;
}

function markHolders(element: Element, taken: Map<Element, Box[]>, holders: Set<Element>): boolean {
  let holds = taken.has(element);
  for (const child of element.children) {
    if (typeof child === "object" && markHolders(child, taken, holders)) holds = true;
  }
  if (holds) holders.add(element);
  return holds;
}

/** One layer: what comes before the first cells of its panel lies under them, everything else over them. */
function write(
  element: Element,
  layer: "under" | "over",
  taken: Map<Element, Box[]>,
  holders: Set<Element>,
): string {
  if (taken.has(element)) return "";
  const first = element.children.findIndex((child) =>
    typeof child === "object" && holders.has(child)
  );
  const inside = element.children.map((child, i) => {
    if (typeof child === "object" && holders.has(child)) return write(child, layer, taken, holders);
    return (i < first) === (layer === "under") ? whole(child) : "";
  });
  return `${element.tag}${inside.join("")}</${element.name}>`;
}

function whole(node: Element | string): string {
  if (typeof node === "string" || node.isClosed) return typeof node === "string" ? node : node.tag;
  return `${node.tag}${node.children.map(whole).join("")}</${node.name}>`;
}

/** Nothing is drawn but the white ground. */
function isPaper(svg: string): boolean {
  const drawn = svg.matchAll(
    /<(?:path|text|image|rect|line|circle|ellipse|poly\w+|use)\b(?:[^>"]|"[^"]*")*>/g,
  );
  return [...drawn].every(([tag]) =>
    /^<rect\b.*\sfill="(?:white|#fff(?:fff)?)"/i.test(tag) ||
    (/\sclass="background"/.test(tag) && !/\s(?:fill|stroke)="(?!none|transparent)/.test(tag))
  );
}

function thousandths(px: number): number {
  return Math.round(px * 1000);
}
