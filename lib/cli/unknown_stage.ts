// What is said when a glob means no stage.

import { suggest } from "../workflow/nearest.ts";
import type { Graph } from "../workflow/graph.ts";
import type { Terminal } from "./terminal.ts";

/** Says that no stage matches, and which may have been meant. */
export function sayUnknownStage(
  terminal: Terminal,
  glob: string,
  { stages, file, growing }: Pick<Graph, "stages" | "file" | "growing">,
): void {
  const names = stages.map(({ name }) => name);
  const hint = suggest(glob.replace(/\[.*$/s, ""), names, "stages");
  terminal.err(
    `error: no stage matches '${glob}': ${hint}\n` +
      (growing === undefined ? "" : "members that tables name are known once the tables are\n") +
      `\`deno task plan ${file} --all\` lists all ids\n`,
  );
}
