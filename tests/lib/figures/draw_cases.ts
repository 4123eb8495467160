// Draws all cases and prints the digests of their pictures as JSON. Run as a program, without any permission, by
// figures_test.ts: another process must give the same bytes.

import { digestOf, hexOf } from "#lib/core/digest.ts";
import { figures } from "#lib/figures/mod.ts";
import task from "#tasks/figure.ts";
import { runTask } from "#tests/support/run_task.ts";
import { cases, type FigureCase } from "./cases.ts";

/** The figure of a case. */
export async function drawCase({ params, inputs }: FigureCase) {
  const { default: kind } = await figures[params.kind as keyof typeof figures]();
  const { figure } = await runTask(task, { dpi: 96, ...params }, inputs, { kind });
  return figure as { svg: string; png: Uint8Array; spec: Record<string, unknown>; caption: string };
}

/** Digests of a figure's SVG and PNG, shortened. */
export function digests({ svg, png }: { svg: string; png: Uint8Array }): string {
  return `${hexOf(digestOf(svg)).slice(0, 16)} ${hexOf(digestOf(png)).slice(0, 16)}`;
}

if (import.meta.main) {
  const found: Record<string, string> = {};
  // Another order than the test's: no picture may depend on those before it.
  for (const name of Object.keys(cases).reverse()) {
    found[name] = digests(await drawCase(cases[name]));
  }
  console.log(JSON.stringify(found));
}
