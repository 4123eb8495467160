// `config/machine/default.yaml`: where and how fast, never what. Nothing of it enters a key.

import { join } from "@std/path";
import { parse } from "yaml";
import { z } from "zod";
import type { Terminal } from "./terminal.ts";

const schema = z.strictObject({
  slots: z.union([z.int().min(1), z.literal("auto")]).default("auto").describe("workers at a time"),
  engine: z.enum(["auto", "ref"]).default("auto").describe("engine of single-precision work"),
});

/** Settings of this machine; absent ones are `undefined`. */
export interface Machine {
  readonly slots: number | undefined;
}

/** Reads the settings: `BASIN_JOBS`, else the file, else nothing. Says what is wrong and returns `null`. */
export function readMachine(terminal: Terminal): Machine | null {
  const jobs = terminal.env("BASIN_JOBS");
  if (jobs !== undefined && jobs !== "") {
    if (/^[1-9]\d{0,2}$/.test(jobs)) return { slots: Number(jobs) };
    terminal.err(`error: BASIN_JOBS is '${jobs}'; it must be a number of workers, such as 4\n`);
    return null;
  }
  const path = join(terminal.root, "config/machine/default.yaml");
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch {
    return { slots: undefined };
  }
  try {
    const { slots } = schema.parse(parse(text) ?? {});
    return { slots: slots === "auto" ? undefined : slots };
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    terminal.err(`error: config/machine/default.yaml: ${reason}\n`);
    return null;
  }
}
