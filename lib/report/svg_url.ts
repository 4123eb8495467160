// Pictures inside the page: an SVG as the address of an image, where nothing in it can run.

/**
 * A `data:` address of an SVG.
 *
 * @example
 * ```ts
 * import { svgUrl } from "#lib/report/svg_url.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(svgUrl("<svg/>"), "data:image/svg+xml;base64,PHN2Zy8+");
 * ```
 */
export function svgUrl(svg: string): string {
  return `data:image/svg+xml;base64,${base64(new TextEncoder().encode(svg))}`;
}

/**
 * Bytes as base64.
 *
 * @example
 * ```ts
 * import { base64 } from "#lib/report/svg_url.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(base64(new Uint8Array([1, 2])), "AQI=");
 * ```
 */
export function base64(bytes: Uint8Array): string {
  return bytes.toBase64();
}
