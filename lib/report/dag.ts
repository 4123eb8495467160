// The graph of a workflow for people: stages as boxes with their axes collapsed, as Mermaid text or as DOT for Graphviz.

import { oneLine } from "./format.ts";

/** A stage of the picture. */
export interface DagStage {
  readonly name: string;
  readonly task: string;
  readonly axes: readonly string[];
  readonly numMembers: number;
  readonly from: readonly string[];
  /** Decides the colour; absent: neutral. */
  readonly status?: "hit" | "ran" | "failed" | "skipped" | "maybe";
}

const colours: Record<NonNullable<DagStage["status"]>, string> = {
  hit: "#dfe9f5",
  ran: "#d8efe0",
  failed: "#f7d4d2",
  skipped: "#ececec",
  maybe: "#faf0cf",
};

/**
 * The graph as Mermaid, which GitHub and many editors draw.
 *
 * @example
 * ```ts
 * import { dagMermaid } from "#lib/report/dag.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const stage = { name: "fit", task: "dmd", axes: ["seed"], numMembers: 3, from: ["sim"] };
 * assertStringIncludes(dagMermaid([stage]), 'n0["fit<br/>dmd · seed · 3"]');
 * ```
 */
export function dagMermaid(stages: readonly DagStage[]): string {
  const ids = idsOf(stages);
  const quote = (text: string) =>
    oneLine(text).replace(/["&<>#`]/g, (character) => `#${character.charCodeAt(0)};`);
  const lines = ["flowchart LR"];
  for (const stage of stages) {
    lines.push(`  ${ids.get(stage.name)}["${quote(stage.name)}<br/>${quote(detail(stage))}"]`);
  }
  for (const { name, from } of stages) {
    for (const source of from) {
      if (ids.has(source)) lines.push(`  ${ids.get(source)} --> ${ids.get(name)}`);
    }
  }
  return lines.join("\n") + "\n";
}

/**
 * The graph as DOT.
 *
 * @example
 * ```ts
 * import { dagDot } from "#lib/report/dag.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const stage = { name: "fit", task: "dmd", axes: [], numMembers: 1, from: [] };
 * assertStringIncludes(dagDot([stage]), "digraph");
 * ```
 */
export function dagDot(stages: readonly DagStage[]): string {
  const ids = idsOf(stages);
  const quote = (text: string) => oneLine(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const lines = [
    "digraph workflow {",
    '  rankdir=LR; bgcolor="white"; nodesep=0.25; ranksep=0.45;',
    '  node [shape=box, style="rounded,filled", color="#8d99ae", fontname="DejaVu Sans", fontsize=11, margin="0.15,0.08"];',
    '  edge [color="#5b6475", arrowsize=0.6];',
  ];
  for (const stage of stages) {
    const fill = stage.status === undefined ? "#f5f6f9" : colours[stage.status];
    lines.push(
      `  ${ids.get(stage.name)} [label="${quote(stage.name)}\\n${
        quote(detail(stage))
      }", fillcolor="${fill}"];`,
    );
  }
  for (const { name, from } of stages) {
    for (const source of from) {
      if (ids.has(source)) lines.push(`  ${ids.get(source)} -> ${ids.get(name)};`);
    }
  }
  return [...lines, "}"].join("\n") + "\n";
}

function idsOf(stages: readonly DagStage[]): ReadonlyMap<string, string> {
  return new Map(stages.map(({ name }, i) => [name, `n${i}`]));
}

function detail({ task, axes, numMembers }: DagStage): string {
  return [task, axes.join(" × "), numMembers > 1 ? String(numMembers) : ""]
    .filter((part) => part !== "").join(" · ");
}
