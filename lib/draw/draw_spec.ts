// Draws a Vega-Lite specification as SVG, without a DOM and without permissions. Equal specifications give equal
// bytes, in every process and after any number of other figures: keys are sorted first, ids are renumbered last.

import { canonicalJson } from "../core/canonical.ts";
import { digestOf, hexOf } from "../core/digest.ts";
import { textWidth } from "./font_metrics.ts";
import { loadAdvances } from "./load_fonts.ts";
import { mergeSpec, type Spec } from "./merge_spec.ts";
import { houseTheme } from "./theme.ts";

/** A drawing and its size in px of 1/96 inch. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws a specification in the house theme; its own `config` wins over the theme. Data must be inline.
 *
 * @throws {TypeError} if Vega-Lite refuses the specification or it asks for data elsewhere.
 *
 * @example
 * ```ts
 * import { drawSpec } from "#lib/draw/draw_spec.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const { svg } = await drawSpec({
 *   data: { values: [{ metric: "DSA", value: 0.4 }] },
 *   mark: "bar",
 *   encoding: { y: { field: "metric" }, x: { field: "value", type: "quantitative" } },
 * });
 * assertStringIncludes(svg, ">DSA</text>");
 * ```
 */
export async function drawSpec(spec: Spec): Promise<Drawing> {
  const { vega, compile } = await loadVega();
  const { regular, bold } = await loadAdvances();
  // Left out of Vega's declarations; made for being replaced where there is no canvas.
  const { textMetrics } = vega as unknown as { textMetrics: { width: WidthOf } };
  textMetrics.width = (item, text) =>
    textWidth(isBold(item) ? bold : regular, String(text ?? "").trim(), item.fontSize ?? 11);
  const problems: string[] = [];
  const logger = collectingLogger(problems);
  const sorted = JSON.parse(canonicalJson(themed(spec)));
  const drawn = await refusals(async () => {
    const runtime = vega.parse(compile(sorted, { logger: logger as never }).spec);
    const view = new vega.View(runtime, {
      renderer: "none",
      loader: refusingLoader(problems) as never,
    });
    view.logger(logger as never);
    const svg = await view.toSVG();
    view.finalize();
    return svg;
  });
  if (problems.length > 0) {
    throw new TypeError(`the figure cannot be drawn: ${problems.join("; ")}`);
  }
  return sized(stableIds(drawn));
}

/**
 * A specification with the house theme below its own `config`, as it is drawn and as it is kept beside the picture.
 *
 * @example
 * ```ts
 * import { themed } from "#lib/draw/draw_spec.ts";
 * import { assertEquals } from "@std/assert";
 * const { config } = themed({ mark: "bar", config: { background: "black" } });
 * assertEquals((config as { background: string }).background, "black");
 * ```
 */
export function themed(spec: Spec): Spec {
  const own = (spec.config ?? {}) as Spec;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    ...spec,
    config: mergeSpec(houseTheme, own),
  };
}

/**
 * An SVG with a text for those who cannot see it.
 *
 * @example
 * ```ts
 * import { labelled } from "#lib/draw/draw_spec.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(labelled("<svg></svg>", "a < b"), '<svg role="img" aria-label="a &lt; b"></svg>');
 * ```
 */
export function labelled(svg: string, text: string): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  return svg.replace("<svg", () => `<svg role="img" aria-label="${safe}"`);
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

interface Vega {
  readonly vega: typeof import("vega");
  readonly compile: typeof import("vega-lite").compile;
}

let loading: Promise<Vega> | undefined;

/** Loaded once and one after the other: a second import during Vega's top-level await would see half a module. */
function loadVega(): Promise<Vega> {
  loading ??= (async () => {
    const vega = await import("vega");
    const { compile } = await import("vega-lite");
    return { vega, compile };
  })();
  return loading;
}

type WidthOf = (item: TextItem, text: unknown) => number;

function isBold({ fontWeight }: TextItem): boolean {
  return fontWeight === "bold" || typeof fontWeight === "number" && fontWeight >= 600;
}

/** Warnings are about style and stay silent; errors are collected. */
function collectingLogger(problems: string[]) {
  const logger = {
    level: () => logger,
    error: (...parts: unknown[]) => {
      problems.push(parts.map(String).join(" "));
      return logger;
    },
    warn: () => logger,
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

/** Figures hold their data: nothing is fetched, and nothing in them points elsewhere. Vega only warns; we refuse. */
function refusingLoader(problems: string[]) {
  const refuse = (uri: string) => {
    const problem = `it asks for '${uri}'; give the data inline, as values`;
    problems.push(problem);
    return Promise.reject(new TypeError(problem));
  };
  return { load: refuse, sanitize: refuse, http: refuse, file: refuse };
}

async function refusals<T>(draw: () => Promise<T>): Promise<T> {
  try {
    return await draw();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TypeError(`the figure cannot be drawn: ${message}`);
  }
}

/** Ids numbered by first appearance behind a prefix made of the picture, so that pages can hold many figures. */
function stableIds(svg: string): string {
  const ids = [...new Set([...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))];
  if (ids.length === 0) return svg;
  const numbered = (prefix: string) =>
    svg.replace(/( id="|url\(#|href="#)([^")]+)/g, (whole, before: string, id: string) => {
      const at = ids.indexOf(id);
      return at < 0 ? whole : `${before}${prefix}${at}`;
    });
  return numbered(`f${hexOf(digestOf(numbered("i"))).slice(0, 10)}-`);
}

function sized(svg: string): Drawing {
  const [, width, height] = /<svg[^>]*? width="([\d.]+)"[^>]*? height="([\d.]+)"/.exec(svg) ?? [];
  return { svg, width: Number(width), height: Number(height) };
}
