// The graph as SVG, by Graphviz compiled to wasm. Drawing takes a quarter of a second, so pictures are remembered by
// the text they are drawn from; the memory is disposable.

import { join } from "@std/path";
import { digestOf, hexOf } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import { dagDot, type DagStage } from "../report/dag.ts";

/** Lays out and draws the stages; no permission, no child process. */
export async function drawDag(stages: readonly DagStage[]): Promise<string> {
  const { Graphviz } = await import("@hpcc-js/wasm-graphviz");
  const graphviz = await Graphviz.load();
  return graphviz.layout(dagDot(stages), "svg", "dot");
}

/** The same, remembered in a folder. */
export async function recallDag(
  stages: readonly DagStage[],
  disk: Disk,
  folder: string,
): Promise<string> {
  const path = join(folder, `${hexOf(digestOf(dagDot(stages))).slice(0, 32)}.svg`);
  try {
    return new TextDecoder().decode(disk.readSync(path));
  } catch {
    const svg = await drawDag(stages);
    const part = `${path}.${crypto.randomUUID()}`;
    try {
      await disk.makeDirectory(folder);
      await disk.create(part, new TextEncoder().encode(svg));
      await disk.rename(part, path);
    } catch {
      // Read-only results: drawn again next time.
    }
    return svg;
  }
}
