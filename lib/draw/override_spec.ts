// Overrides of a figure as people mean them: what is said of axes, colours and marks reaches them wherever they stand,
// in panels or in layers. Everything else merges as merge_spec.ts says.

import { mergeSpec, type Spec } from "./merge_spec.ts";

/** Keys that belong to a panel; of a figure with panels they are meant for each of them. */
const ofPanels = ["encoding", "mark", "layer", "width", "height", "transform", "view"];

/**
 * A specification with parts replaced. Maps merge key by key, `null` removes, everything else replaces; besides,
 *
 * - `encoding`, `layer`, `mark`, `height`, … of a figure with panels go to its panels;
 * - `encoding` of a figure with layers goes to all layers that have the channel;
 * - `layer` may be a map: by the type of mark (`line`, `point`, `rule`, …), which reaches every layer of that type, or by
 *   the layer's number from 0.
 *
 * @throws {TypeError} if a layer is named that does not exist, or a mark is given where there are several.
 *
 * @example
 * ```ts
 * import { overrideSpec } from "#lib/draw/override_spec.ts";
 * import { assertEquals } from "@std/assert";
 * const layer = [{ mark: "line", encoding: { y: { field: "v" } } }, { mark: "rule", encoding: {} }];
 * const spec = { facet: { field: "panel" }, spec: { layer } };
 * const over = { encoding: { y: { title: "gap" } }, layer: { line: { mark: { strokeWidth: 3 } } } };
 * assertEquals((overrideSpec(spec, over).spec as { layer: unknown[] }).layer, [
 *   { mark: { type: "line", strokeWidth: 3 }, encoding: { y: { field: "v", title: "gap" } } },
 *   { mark: "rule", encoding: {} },
 * ]);
 * ```
 */
export function overrideSpec(spec: Spec, override: Spec): Spec {
  if (isMap(spec.spec)) {
    const inner = entriesOf(override, (key) => ofPanels.includes(key));
    const outer = entriesOf(override, (key) => !ofPanels.includes(key) && key !== "spec");
    const given = isMap(override.spec) ? override.spec : {};
    const merged = mergeSpec(spec, outer);
    return { ...merged, spec: overrideSpec(overrideSpec(spec.spec, inner), given) };
  }
  const isWhole = override.layer !== undefined && !isMap(override.layer);
  if (!Array.isArray(spec.layer) || isWhole) {
    return mergeSpec(spec, wholeMarks(spec, override));
  }
  const { layer, encoding, mark, ...rest } = override;
  if (mark !== undefined) {
    throw new TypeError(
      `vega_lite gives a mark, but the figure has several (${marksOf(spec.layer).join(", ")}); ` +
        `write layer: { ${marksOf(spec.layer)[0]}: { mark: … } }`,
    );
  }
  const merged = mergeSpec(spec, rest);
  const encoded = isMap(encoding) ? withChannels(spec.layer as Spec[], encoding) : spec.layer;
  return { ...merged, layer: isMap(layer) ? withLayers(encoded as Spec[], layer) : encoded };
}

/** Each channel in every layer that has it. */
function withChannels(layers: readonly Spec[], channels: Spec): readonly Spec[] {
  const unknown = Object.keys(channels).find((channel) =>
    !layers.some(({ encoding }) => isMap(encoding) && Object.hasOwn(encoding, channel))
  );
  if (unknown !== undefined) {
    const known = new Set(
      layers.flatMap(({ encoding }) => isMap(encoding) ? Object.keys(encoding) : []),
    );
    throw new TypeError(
      `vega_lite changes the channel '${unknown}', but the figure has ${[...known].join(", ")}; ` +
        `add it to a layer: layer: { ${marksOf(layers)[0]}: { encoding: { ${unknown}: … } } }`,
    );
  }
  return layers.map((layer) => {
    if (!isMap(layer.encoding)) return layer;
    const own = entriesOf(channels, (channel) => Object.hasOwn(layer.encoding as Spec, channel));
    return { ...layer, encoding: mergeSpec(layer.encoding, own) };
  });
}

function withLayers(layers: readonly Spec[], overrides: Spec): readonly Spec[] {
  const marks = marksOf(layers);
  return Object.entries(overrides).reduce((changed, [name, override]) => {
    const chosen = (at: number) => /^\d+$/.test(name) ? at === Number(name) : marks[at] === name;
    if (!layers.some((_, at) => chosen(at)) || !isMap(override) && override !== null) {
      throw new TypeError(
        `vega_lite changes the layer '${name}'; there are ${
          [...new Set(marks)].join(", ")
        }, or 0 to ${
          layers.length - 1
        }, each with a map of what to change, or null to leave it out`,
      );
    }
    return changed.map((layer, at) =>
      layer === undefined || !chosen(at)
        ? layer
        : override === null
        ? undefined
        : mergeSpec(layer, wholeMarks(layer, override))
    );
  }, layers as readonly (Spec | undefined)[]).filter((layer) => layer !== undefined);
}

/** A mark that is only named keeps its type when something is said of it. */
function wholeMarks({ mark }: Spec, override: Spec): Spec {
  return typeof mark === "string" && isMap(override.mark)
    ? { ...override, mark: { type: mark, ...override.mark } }
    : override;
}

function marksOf(layers: readonly Spec[]): string[] {
  return layers.map(({ mark }) => String(isMap(mark) ? mark.type : mark));
}

function entriesOf(map: Spec, keep: (key: string) => boolean): Spec {
  return Object.fromEntries(Object.entries(map).filter(([key]) => keep(key)));
}

function isMap(value: unknown): value is Spec {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
