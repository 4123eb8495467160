// The rooms of the project: which folder may import which, which packages it may use, how pure it is, and which
// folders hold members found through a generated index. The lint rules, the index generator and the tests read
// this one table. Leaves out: how imports are found (rules/rooms.ts) and how indexes are written (indexes.ts).

/** One room. */
export interface Room {
  /** Rooms it may import besides itself. */
  readonly imports: readonly string[] | "everything";
  /**
   * Whether it is data in, data out: no file, network, environment, clock, randomness or console of its own.
   * The engine's pure rooms reach files and time through the interfaces of `lib/core/disk.ts`.
   */
  readonly pure: boolean;
}

const science = ["lib/core", "lib/math"];

/** Every folder that holds code, longest path wins. A file outside all of them is refused. */
export const rooms: Readonly<Record<string, Room>> = {
  "lib/core": { imports: [], pure: true },
  "lib/types": { imports: [], pure: true },
  "lib/wasm": { imports: ["lib/core"], pure: true },
  "lib/math": { imports: ["lib/core", "lib/wasm"], pure: true },
  "lib/models": { imports: [...science, "lib/wasm"], pure: true },
  "lib/neurotasks": { imports: science, pure: true },
  "lib/trials": { imports: [...science, "lib/wasm"], pure: true },
  "lib/training": { imports: [...science, "lib/trials"], pure: true },
  "lib/metrics": { imports: [...science, "lib/wasm", "gpu"], pure: true },
  "lib/draw": { imports: science, pure: true },
  "lib/figures": { imports: [...science, "lib/draw"], pure: true },
  "lib/claims": { imports: science, pure: true },
  "lib/formats": { imports: ["lib/core"], pure: true },
  "gpu/runtime": { imports: [...science, "lib/wasm", "gpu"], pure: false },
  "gpu": { imports: [...science, "lib/wasm", "lib/models", "lib/training"], pure: true },
  "lib/tfjs": { imports: ["lib/core"], pure: true },
  "tasks": {
    imports: [
      ...science,
      "lib/wasm",
      "lib/models",
      "lib/neurotasks",
      "lib/trials",
      "lib/training",
      "lib/metrics",
      "lib/draw",
      "lib/figures",
      "lib/claims",
      "lib/formats",
      "lib/tfjs",
      "gpu",
    ],
    pure: true,
  },
  "lib/workflow": { imports: ["lib/core"], pure: true },
  "lib/store": { imports: ["lib/core"], pure: true },
  "lib/scheduler": { imports: ["lib/core", "lib/workflow"], pure: true },
  // Runs in browsers, bundled into the report.
  "lib/report/client": { imports: ["lib/core", "lib/report"], pure: false },
  "lib/provenance": { imports: ["lib/core"], pure: true },
  "lib/report": { imports: ["lib/core"], pure: true },
  "lib/export": { imports: ["lib/core", "lib/formats", "lib/training"], pure: true },
  "lib/closure": { imports: ["lib/core"], pure: false },
  // Opens engines, and lazily, so that workers without one load nothing of them.
  "lib/executors/worker_entry.ts": {
    imports: ["lib/core", "lib/executors", "gpu/runtime"],
    pure: false,
  },
  "lib/executors": { imports: ["lib/core"], pure: false },
  "lib/world": { imports: ["lib/core"], pure: false },
  "lib/cli": { imports: "everything", pure: false },
  "lib/mod.ts": { imports: "everything", pure: true },
  "lib/dev": { imports: "everything", pure: false },
  "tests": { imports: "everything", pure: false },
};

/** Rooms that nothing but themselves and the tests may import. */
export const closedRooms: readonly string[] = ["lib/dev", "tests"];

/** Packages that belong to some rooms only, so that replacing one touches one room. Others are free to all. */
export const packageRooms: Readonly<Record<string, readonly string[]>> = {
  "yaml": ["lib/workflow", "lib/cli"],
  "commander": ["lib/cli"],
  "@bomb.sh/tab": ["lib/cli"],
  "esbuild-wasm": ["lib/closure"],
  "vega": ["lib/draw"],
  "vega-lite": ["lib/draw"],
  "@resvg/resvg-wasm": ["lib/draw"],
  "dejavu-fonts-ttf": ["lib/draw"],
  "@hpcc-js/wasm-graphviz": ["lib/cli"],
  "@tensorflow/tfjs-core": ["lib/tfjs"],
  "@tensorflow/tfjs-layers": ["lib/tfjs"],
  "@tensorflow/tfjs-backend-cpu": ["lib/tfjs"],
  "@tensorflow/tfjs-backend-wasm": ["lib/tfjs"],
  "@tensorflow/tfjs-backend-webgpu": ["lib/tfjs"],
  "fflate": ["lib/formats"],
  "h5wasm": ["lib/formats"],
  "hyparquet": [],
  "hyparquet-writer": ["lib/formats"],
  "ml-matrix": [],
  "fast-check": [],
  "axe-core": [],
};

/** The `node:` modules that compute and touch nothing; pure rooms may use these and no other. */
export const pureBuiltIns: readonly string[] = ["node:buffer", "node:crypto"];

/** A folder of members, each one file, found through the generated index `mod.ts` in it. */
export interface MemberRoom {
  /** The name that a task's `members` use. */
  readonly name: string;
  readonly folder: string;
}

/** The folders of members. One that does not exist yet has no index. */
export const memberRooms: readonly MemberRoom[] = [
  { name: "attractors", folder: "lib/models/attractors" },
  { name: "figures", folder: "lib/figures" },
  { name: "metrics", folder: "lib/metrics" },
  { name: "networks", folder: "lib/models/networks" },
  { name: "neurotasks", folder: "lib/neurotasks" },
];

/**
 * The room that a path relative to the project's root lies in.
 *
 * @example
 * ```ts
 * import { roomOf } from "#lib/dev/rooms.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(roomOf("lib/models/attractors/lorenz.ts"), "lib/models");
 * assertEquals(roomOf("scratch/x.ts"), undefined);
 * ```
 */
export function roomOf(path: string): string | undefined {
  return Object.keys(rooms).find((room) => path === room || path.startsWith(`${room}/`));
}

/**
 * Whether a file is one of many that an index lists: a task or a member. Indexes and files that start
 * with `_` (helpers shared by siblings) are not.
 *
 * @example
 * ```ts
 * import { isMemberFile } from "#lib/dev/rooms.ts";
 * import { assert } from "@std/assert";
 * assert(isMemberFile("tasks/dmd.ts") && isMemberFile("lib/metrics/dsa.ts"));
 * assert(!isMemberFile("tasks/mod.ts") && !isMemberFile("lib/metrics/_shared.ts"));
 * ```
 */
export function isMemberFile(path: string): boolean {
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, slash);
  const file = path.slice(slash + 1);
  return (folder === "tasks" || memberRooms.some((room) => room.folder === folder)) &&
    file.endsWith(".ts") && file !== "mod.ts" && !file.startsWith("_");
}
