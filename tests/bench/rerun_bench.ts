// How long a run takes that finds everything stored: the whole program, as a user starts it.
// The limits: starting Deno and loading the program (about 0.1 s), reading the store's segments, one stat per large
// file. The goal for attractors.yaml (2,950 stages) is 1 s on four cores; its first run must have ended before.

import { fromFileUrl } from "@std/path";

const root = fromFileUrl(new URL("../..", import.meta.url));

for (const workflow of ["workflows/smoke.yaml", "workflows/attractors.yaml"]) {
  await run(workflow);
  Deno.bench(`nothing to do: ${workflow}`, { group: workflow, n: 5, warmup: 1 }, async () => {
    const last = await run(workflow);
    if (last.ran !== 0) {
      throw new Error(`${workflow}: ${last.ran} stages ran, so this is no measurement`);
    }
  });
}

/** Runs a workflow in the project's own results; the last event. */
async function run(workflow: string): Promise<{ readonly ran: number; readonly seconds: number }> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "run", workflow, "--json"],
    cwd: root,
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout).trimEnd().split("\n").at(-1)!);
}
