// A small run for tests of provenance: two stages, two members each, of which one is a hit and one failed.

import { digestOf } from "#lib/core/digest.ts";
import type { Environment } from "#lib/core/environment.ts";
import type { CrateRun } from "#lib/provenance/content.ts";

/** What surrounded it. */
export const smallEnvironment: Environment = {
  basin: "0.1.0",
  deno: "2.9.6",
  v8: "15.0",
  typescript: "6.0",
  machine: { os: "linux", system: "Debian GNU/Linux 12", arch: "x86_64", cpus: 4 },
  engine: { name: "wasm", numerics: "wasm-f32", policy: "auto" },
  packages: [
    { name: "npm:@scope/a", version: "1.2.0", integrity: "sha512-x", direct: true },
    { name: "npm:zod", version: "4.6.7" },
  ],
  lock: digestOf("lock"),
  git: {
    commit: "ab".repeat(20),
    branch: "main",
    dirty: true,
    dirtyDigest: digestOf("changes"),
    numChanged: 1,
    changed: [{ path: "workflows/small.yaml", how: "modified" }],
  },
  command: "deno task run workflows/small.yaml",
  workflow: "workflows/small.yaml",
  overrides: [],
  jobs: 4,
};

/** The run, with parts replaced. */
export function smallRun(parts: Partial<CrateRun> = {}): CrateRun {
  const at = Date.UTC(2026, 10, 22, 5, 45, 12);
  const model = (seed: number) => ({
    port: "model",
    digest: digestOf(`model ${seed}`),
    kind: "network",
    bytes: 100,
  });
  return {
    workflow: { name: "small", description: "Does it work?", params: { seeds: [0, 1], rate: 0.5 } },
    run: "20261122T054512-3fa9c1",
    started: at,
    ended: at + 2000,
    ok: false,
    error: "score[seed=1]: not a number",
    totals: { stages: 4, ran: 2, hit: 1, failed: 1, skipped: 0 },
    environment: smallEnvironment,
    stages: [
      { name: "fit", description: "Fits.", isLeaf: false, tool: 0 },
      { name: "score", description: "", isLeaf: true, tool: 1 },
    ],
    tools: [
      { name: "train", summary: "Trains.", code: digestOf("train"), engine: "wasm-f32" },
      { name: "compare", summary: "Compares.", code: digestOf("compare") },
    ],
    members: [
      {
        id: "fit[seed=0]",
        stage: 0,
        tool: 0,
        key: digestOf("key 0"),
        params: { seed: 0, rate: 0.5 },
        inputs: [],
        sources: [{ port: "trials", path: "data/trials.npz" }],
        outputs: [model(0)],
        started: at - 1000,
        ended: at - 500,
        isHit: true,
        origin: { run: "20261121T101010-aaaaaa", stage: "fit[seed=0]" },
      },
      {
        id: "fit[seed=1]",
        stage: 0,
        tool: 0,
        key: digestOf("key 1"),
        params: { seed: 1, rate: 0.5 },
        inputs: [],
        sources: [{ port: "trials", path: "data/trials.npz" }],
        outputs: [model(1)],
        isHit: false,
        started: at,
        ended: at + 500,
      },
      {
        id: "score[seed=0]",
        stage: 1,
        tool: 1,
        key: digestOf("key 2"),
        params: { method: "angular", sizes: [1, 2] },
        inputs: [model(0)],
        sources: [],
        isHit: false,
        outputs: [{
          port: "table",
          digest: digestOf("table"),
          kind: "table",
          bytes: 10,
          files: ["tables/score.seed-0.tsv"],
        }],
        started: at + 500,
        ended: at + 600,
      },
      {
        id: "score[seed=1]",
        stage: 1,
        tool: 1,
        params: { method: "angular", sizes: [1, 2] },
        inputs: [model(1)],
        sources: [],
        outputs: [],
        isHit: false,
        started: at + 500,
        ended: at + 600,
        error: "not a number",
      },
    ],
    files: [
      file("config.resolved.yaml"),
      file("events.ndjson"),
      file("run.json"),
      file("report.html"),
      file("tables/score.seed-0.tsv"),
      { path: "logs/", bytes: 4000, count: 500 },
    ],
    ...parts,
  };
}

function file(path: string) {
  return { path, bytes: path.length, sha256: digestOf(path).slice(7) };
}
