// `deno task figures`: makes the figures of the README by running the workflows that they come from. `--check` writes
// nothing and fails if a picture is not what its workflow draws today. What is in the store is not computed again.

import { fromFileUrl, join } from "@std/path";
import { basin } from "../cli/main.ts";
import { fileNameOf } from "../cli/run_folder.ts";
import { realTerminal } from "../cli/terminal.ts";
import { isSame, readIfThere } from "./generated_files.ts";

/** A workflow, and which of its stages' pictures the README shows, by the name of the file. */
export interface Source {
  readonly workflow: string;
  readonly pictures: Readonly<Record<string, string>>;
}

/** Where the pictures lie, relative to the project's root. */
export const figuresFolder = ".github/figures";

/** The pictures and their workflows. */
export const figureSources: readonly Source[] = [
  {
    workflow: "attractors",
    pictures: {
      lorenz_trajectories: "fig_trajectories",
      lorenz_dissimilarities: "fig_matrices[shown=corrected]",
    },
  },
  {
    workflow: "pdm",
    pictures: { pdm_trial: "figure_trial", pdm_rules: "figure_rules" },
  },
];

if (import.meta.main) {
  const root = fromFileUrl(new URL("../../", import.meta.url)).replace(/\/$/, "");
  const stale = await readmeFigures(root, { write: !Deno.args.includes("--check") });
  for (const path of stale) console.log(path);
  if (Deno.args.includes("--check") && stale.length > 0) {
    console.error(
      "error: the pictures above are not what the workflows draw. Run `deno task figures` and commit them.",
    );
    Deno.exit(1);
  }
}

/**
 * Brings the README's figures up to date, or only tells which are not; returns the paths of those that were stale.
 *
 * @param root the project's folder
 * @throws if a workflow fails
 */
export async function readmeFigures(
  root: string,
  { write }: { readonly write: boolean },
): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { workflow, pictures } of figureSources) {
    const stages = Object.values(pictures).flatMap((stage) => ["--only", stage]);
    // Trainings depend on the engine; wasm computes the same bytes on every machine.
    const words = ["run", `workflows/${workflow}.yaml`, "--engine", "wasm", "--quiet", ...stages];
    if (await basin(words, realTerminal(root)) !== 0) throw new Error(`${workflow} failed`);
    const home = join(root, "results/runs", workflow);
    const run = Deno.readTextFileSync(join(home, "latest")).trim();
    for (const [name, stage] of Object.entries(pictures)) {
      const path = join(figuresFolder, `${name}.png`);
      const drawn = Deno.readFileSync(join(home, run, "figures", `${fileNameOf(stage)}.png`));
      if (isSame(readIfThere(join(root, path)), drawn)) continue;
      stale.push(path);
      if (write) Deno.writeFileSync(join(root, path), drawn);
    }
  }
  return stale;
}
