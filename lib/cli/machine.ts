// `config/machine/*.yaml`: where and how fast, never what. Nothing of it enters a key.

import { isAbsolute, join } from "@std/path";
import { parse } from "yaml";
import { z } from "zod";
import { parseBytes } from "../core/bytes.ts";
import type { Terminal } from "./terminal.ts";

const schema = z.strictObject({
  cpus: z.union([z.int().min(1), z.literal("auto")]).default("auto").describe("workers at a time"),
  memory: z.union([z.string(), z.number()]).optional().describe("what stages may ask for together"),
  slots: z.record(z.string(), z.union([z.int().min(0).max(4096), z.array(z.int().min(0))])).default(
    {},
  )
    .describe("named slots: how many, or their indexes"),
  engine: z.enum(["auto", "webgpu", "wasm", "ref"]).default("auto")
    .describe("engine of single-precision work, where --engine does not say"),
});

/** Settings of this machine; absent ones are `undefined`. */
export interface Machine {
  readonly cpus: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Named slots: the indexes that are handed over. */
  readonly slots: Readonly<Record<string, readonly number[]>>;
  readonly engine: "auto" | "webgpu" | "wasm" | "ref";
  /** Where they were read, for messages. */
  readonly file: string;
}

/**
 * Reads the settings: a file in `config/machine` by its name, or any by its path. `BASIN_JOBS` takes the place of
 * `cpus`. Says what is wrong and returns `null`.
 */
export function readMachine(terminal: Terminal, name?: string): Machine | null {
  const jobs = terminal.env("BASIN_JOBS");
  if (jobs !== undefined && jobs !== "" && !/^[1-9]\d{0,2}$/.test(jobs)) {
    terminal.err(`error: BASIN_JOBS is '${jobs}'; it must be a number of workers, such as 4\n`);
    return null;
  }
  const path = pathOf(terminal, name);
  const file = path.startsWith(`${terminal.root}/`) ? path.slice(terminal.root.length + 1) : path;
  const refuse = (reason: string) => {
    terminal.err(`error: ${file}: ${reason}\n`);
    return null;
  };
  let text = "";
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (name !== undefined) {
      return refuse(error instanceof Deno.errors.NotFound ? "there is no such file" : `${error}`);
    }
  }
  let settings: z.output<typeof schema>;
  try {
    settings = schema.parse(parse(text) ?? {});
  } catch (error) {
    return refuse(error instanceof z.ZodError ? z.prettifyError(error) : String(error));
  }
  const memory = settings.memory === undefined ? undefined : parseBytes(String(settings.memory));
  if (settings.memory !== undefined && memory === undefined) {
    return refuse(`memory is '${settings.memory}'; write a size such as 16GB or 16GiB`);
  }
  const slots = Object.entries(settings.slots).map(([slot, given]) =>
    [slot, typeof given === "number" ? Array.from({ length: given }, (_, i) => i) : given] as const
  );
  for (const [slot, indexes] of slots) {
    if (!/^[a-z][a-z0-9_]*$/.test(slot) || slot === "cpu" || slot === "memory") {
      return refuse(
        `slots.${slot}: a slot's name is in snake_case; \`cpus\` and \`memory\` have keys of their own`,
      );
    }
    if (new Set(indexes).size < indexes.length) return refuse(`slots.${slot} names an index twice`);
  }
  const cpus = settings.cpus === "auto" ? undefined : settings.cpus;
  return {
    cpus: jobs === undefined || jobs === "" ? cpus : Number(jobs),
    memory,
    engine: settings.engine,
    slots: Object.fromEntries(slots),
    file,
  };
}

function pathOf({ root, cwd }: Terminal, name = "default"): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return join(root, "config/machine", `${name}.yaml`);
  return isAbsolute(name) ? name : join(cwd, name);
}
