// SVG -> PNG by resvg in WebAssembly, with DejaVu fonts and no other: the same bytes on every machine.

import { loadFonts } from "./load_fonts.ts";

/**
 * A PNG of an SVG, on white.
 *
 * @param scale pixels per px of 1/96 inch: 2 gives 192 dots per inch
 * @throws {TypeError} if the SVG cannot be read.
 *
 * @example
 * ```ts
 * import { rasterise } from "#lib/draw/rasterise.ts";
 * import { assertEquals } from "@std/assert";
 * const png = await rasterise('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2"/>', 2);
 * assertEquals([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]);
 * ```
 */
export async function rasterise(svg: string, scale: number): Promise<Uint8Array> {
  const [{ Resvg }, { bold, regular }] = await Promise.all([loadResvg(), loadFonts()]);
  let resvg: InstanceType<typeof Resvg> | undefined;
  try {
    resvg = new Resvg(svg, {
      background: "white",
      fitTo: { mode: "zoom", value: scale },
      font: { fontBuffers: [regular, bold], defaultFontFamily: "DejaVu Sans" },
    });
    const image = resvg.render();
    const png = image.asPng();
    image.free();
    return png;
  } catch (error) {
    throw new TypeError(
      `the SVG cannot be rasterised: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    resvg?.free();
  }
}

type Module = typeof import("@resvg/resvg-wasm");

let loading: Promise<Module> | undefined;

function loadResvg(): Promise<Module> {
  loading ??= (async () => {
    const [resvg, wasm] = await Promise.all([
      import("@resvg/resvg-wasm"),
      import("@resvg/resvg-wasm/index_bg.wasm", { with: { type: "bytes" } }),
    ]);
    try {
      await resvg.initWasm(wasm.default);
    } catch (error) {
      // A worker runs many bundles, each with its own copy of this module, on one instance of the package.
      if (!(error instanceof Error && error.message.startsWith("Already initialized"))) throw error;
    }
    return resvg;
  })();
  return loading;
}
