// The graph as SVG, by Graphviz compiled to wasm.

import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { dagDot, type DagStage } from "../report/dag.ts";

/** Lays out and draws the stages; no permission, no child process. */
export async function drawDag(stages: readonly DagStage[]): Promise<string> {
  const graphviz = await Graphviz.load();
  return graphviz.layout(dagDot(stages), "svg", "dot");
}
