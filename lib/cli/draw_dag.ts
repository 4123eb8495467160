// The graph by Graphviz compiled to wasm: as SVG for its own command, and for the report as a layout, which the page
// draws itself. Graphviz takes a quarter of a second, so layouts are remembered by the text they are made from; the
// memory is disposable.

import { join } from "@std/path";
import { digestOf, hexOf } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import { dagDot, type DagStage } from "../report/dag.ts";
import { layoutDot } from "../report/dag_layout.ts";
import { keepFile } from "./disposable_file.ts";

/** Lays out and draws the stages; no permission, no child process. */
export async function drawDag(stages: readonly DagStage[]): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  return graphviz.layout(dagDot(stages), "svg", "dot");
}

/** Lays out the stages in whichever direction is narrower, in Graphviz's plain format; empty if it cannot. */
export async function layOutDag(stages: readonly DagStage[]): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  const layouts = (["TB", "LR"] as const).map((direction) =>
    graphviz.layout(layoutDot(stages, direction), "plain", "dot")
  );
  const widths = layouts.map((layout) => Number(layout.split(" ", 3)[2]));
  return layouts[widths[1] < widths[0] ? 1 : 0];
}

/** The layout of the stages, remembered in a folder. */
export async function recallDag(
  stages: readonly DagStage[],
  disk: Disk,
  folder: string,
): Promise<string> {
  const path = join(folder, `${hexOf(digestOf(layoutDot(stages, "TB"))).slice(0, 32)}.layout`);
  try {
    return new TextDecoder().decode(disk.readSync(path));
  } catch {
    const layout = await layOutDag(stages);
    await keepFile(disk, path, layout);
    return layout;
  }
}
