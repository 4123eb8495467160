// Figures: the drawing, the picture, and the specification that a reader can change and draw again.

import { type ArtifactType, bytesOf, jsonBytes, readJson } from "../artifact.ts";
import type { Scene } from "../figure.ts";

/** A figure: SVG text, PNG bytes, the Vega-Lite specification (data included), a caption, and what a viewer can turn. */
export interface Figure {
  readonly svg: string;
  readonly png: Uint8Array;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly caption: string;
  /** For figures of three dimensions. */
  readonly scene?: Scene;
}

/**
 * Artifact type of {@link Figure}: `figure.svg`, `figure.png`, `figure.vl.json`, `caption.json`, and `scene.json` if it
 * has three dimensions.
 *
 * @example
 * ```ts
 * import { figure } from "#lib/core/artifacts/figure.ts";
 * import { assertEquals } from "@std/assert";
 * const value = { svg: "<svg/>", png: new Uint8Array([1]), spec: { mark: "bar" }, caption: "n = 3" };
 * assertEquals(figure.decode(figure.encode(value)), value);
 * ```
 */
export const figure: ArtifactType<Figure> = {
  kind: "figure",
  encode({ svg, png, spec, caption, scene }) {
    return {
      "figure.svg": new TextEncoder().encode(svg),
      "figure.png": png,
      "figure.vl.json": jsonBytes(spec),
      "caption.json": jsonBytes({ caption }),
      ...(scene === undefined ? {} : { "scene.json": jsonBytes(scene) }),
    };
  },
  decode(files) {
    return {
      svg: new TextDecoder().decode(bytesOf(files, "figure.svg")),
      png: bytesOf(files, "figure.png"),
      spec: readJson(files, "figure.vl.json") as Record<string, unknown>,
      caption: (readJson(files, "caption.json") as { caption: string }).caption,
      ...(Object.hasOwn(files, "scene.json")
        ? { scene: readJson(files, "scene.json") as unknown as Scene }
        : {}),
    };
  },
};
