// Trials that are tests of the suite at a larger size.

import { fromFileUrl } from "@std/path";
import { holds } from "./promise.ts";
import type { Attempt, Trial } from "./trial.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));

/** R8: histories on the simulated disk, several processes with seeds of their own. */
export const r08: Trial = {
  id: "R8",
  title: "simulated disk",
  needs: [],
  cores: 2,
  limitSeconds: 400,
  async run(at: Attempt) {
    const numSeeds = at.size(5_000, 500_000);
    const lanes = 2;
    // Fresh seeds every time; a failure names its own.
    const first = at.seed % 1_000_000_000;
    await Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        runTests(["tests/lib/store/power_cut_test.ts"], {
          filter: "keeps what it promised",
          env: {
            BASIN_SIM_SEEDS: String(numSeeds / lanes),
            BASIN_SIM_FIRST_SEED: String(first + lane * numSeeds / lanes),
          },
        })),
    );
    at.count(`histories, seeds from ${first}`, numSeeds);
    at.count("broken invariants", 0);
  },
};

/** R22: the commands under the permissions that are shipped, with every access on record. */
export const r22: Trial = {
  id: "R22",
  title: "permissions",
  needs: [],
  cores: 1.5,
  limitSeconds: 120,
  async run(at: Attempt) {
    const passed = await runTests(["tests/e2e/permissions_test.ts"], {});
    at.count("tests of permissions", passed);
    at.count("accesses outside them", 0);
  },
};

async function runTests(
  files: readonly string[],
  { filter, env = {} }: { filter?: string; env?: Readonly<Record<string, string>> },
): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "-q", "--no-prompt", "--no-check", "--cached-only"],
      ...["--allow-read", "--allow-write", "--deny-write=lib,tasks,gpu,config,workflows"],
      ...["--allow-env", "--allow-run"],
      ...(filter === undefined ? [] : ["--filter", filter]),
      ...files,
    ],
    cwd: root,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const passed = Number(/\| (\d+) passed/.exec(text)?.[1] ?? 0);
  holds(success && passed > 0, text.slice(-4000));
  return passed;
}
