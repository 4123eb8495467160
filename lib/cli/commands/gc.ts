// `gc`: frees the space of results that no kept run needs. What is known of them stays.

import { bold, dim } from "@std/fmt/colors";
import { z } from "zod";
import { fit, formatBytes, oneLine, plural } from "../../report/format.ts";
import type { CollectReport, FreedFile } from "../../store/collect.ts";
import { defineCommand, exitCodes } from "../command.ts";
import { foldersOf, shortPath, storeOptions } from "../store_options.ts";
import type { Terminal } from "../terminal.ts";
import { wrap } from "../wrap.ts";

export default defineCommand({
  name: "gc",
  summary: "Free the space of results that the latest runs do not need.",
  arguments: [],
  options: z.strictObject({
    ...storeOptions,
    dry_run: z.boolean().default(false).describe("only say what would be freed, by stage and run"),
    all: z.boolean().default(false).describe("name every file"),
    keep_runs: z.int().min(0).max(1_000_000).default(10).meta({
      description: "different runs to keep of each workflow",
      placeholder: "N",
    }),
    keep_hours: z.int().min(0).max(1_000_000).default(24).meta({
      description: "files younger than this stay",
      placeholder: "N",
    }),
    keep_state_days: z.int().min(0).max(1_000_000).default(7).meta({
      description: "states of stages that no kept run finished stay so long after the last",
      placeholder: "N",
    }),
    keep_state_mb: z.int().min(0).max(1_000_000_000).default(2000).meta({
      description: "MB of states that stay in all; the oldest go first",
      placeholder: "N",
    }),
    pin: z.string().optional().meta({
      description: "keep the results of the latest run under this name, for good",
      placeholder: "NAME",
    }),
    unpin: z.string().optional().meta({
      description: "stop keeping the results of that name",
      placeholder: "NAME",
    }),
    json: z.boolean().default(false).describe("as JSON on standard output"),
  }),
  examples: [
    { command: "deno task gc --dry-run", summary: "what could be freed" },
    { command: "deno task gc --keep-runs 1 --keep-hours 0", summary: "keep only the latest runs" },
    { command: "deno task gc --pin paper", summary: "keep what the latest run gave" },
  ],
  async handler(terminal, _args, options) {
    const { denoWorld } = await import("../../world/deno_world.ts");
    const world = denoWorld();
    const { results, store } = foldersOf(terminal, options);
    if (options.pin !== undefined || options.unpin !== undefined) {
      const { changePins } = await import("../change_pins.ts");
      const ok = await changePins(terminal, world, { ...options, results, store });
      return ok ? exitCodes.done : exitCodes.usage;
    }
    const { collect } = await import("../../store/collect.ts");
    const report = await collect(world, store, {
      dryRun: options.dry_run,
      keepRuns: options.keep_runs,
      graceMs: options.keep_hours * 3_600_000,
      states: {
        graceMs: options.keep_state_days * 24 * 3_600_000,
        maxBytes: options.keep_state_mb * 1e6,
      },
      warn: (message) => terminal.err(`warning: ${message}\n`),
    });
    if (options.json) terminal.out(JSON.stringify(report) + "\n");
    else terminal.out(gcText(report, terminal, options));
    for (const { path, what } of report.problems) {
      terminal.err(`warning: ${shortPath(terminal.cwd, path)} ${what}\n`);
    }
    return report.problems.length > 0 ? exitCodes.storage : exitCodes.done;
  },
});

/** What was freed, the largest first, and what stays. */
export function gcText(
  report: CollectReport,
  terminal: Pick<Terminal, "columns" | "cwd">,
  options: { readonly dry_run: boolean; readonly all: boolean; readonly keep_hours: number },
): string {
  const columns = Math.min(terminal.columns(), 100);
  const rows = rowsOf(report.freed, options);
  let text = "";
  if (rows.length > 0) {
    const width = columns - 20;
    text += dim(`${"size".padStart(9)} ${"files".padStart(8)}  stage\n`);
    for (const { name, files, bytes, note } of rows) {
      const [first, ...rest] = options.all ? wrap(name, width) : [fit(name, width)];
      text += `${formatBytes(bytes).padStart(9)} ${
        files.toLocaleString("en-US").padStart(8)
      }  ${first}\n`;
      for (const line of rest) text += `${" ".repeat(20)}${line}\n`;
      if (note !== undefined) text += dim(`${" ".repeat(20)}${note}\n`);
    }
  }
  const bytes = report.freed.reduce((sum, { size }) => sum + size, 0);
  const freed = `${formatBytes(bytes)} in ${plural(report.freed.length, "file")}`;
  const runs = report.runs.length + report.pins.length;
  const kept = `${formatBytes(report.kept.bytes)} in ${plural(report.kept.files, "file")} of ${
    plural(runs, "run")
  }`;
  text += bold(
    report.freed.length === 0
      ? "nothing to free"
      : options.dry_run
      ? `${freed} would be freed`
      : `${freed} freed`,
  ) + `; kept ${kept}\n`;
  const notes: string[] = [];
  if (report.young.files > 0) {
    notes.push(
      `${formatBytes(report.young.bytes)} in ${
        plural(report.young.files, "file")
      } stay because they are younger than ${plural(options.keep_hours, "hour")} (--keep-hours)`,
    );
  }
  if (report.states.files > 0) {
    notes.push(
      `${formatBytes(report.states.bytes)} in ${
        plural(report.states.files, "state")
      } stay, from which stages can continue (--keep-state-days, --keep-state-mb)`,
    );
  }
  if (report.freed.some(({ of }) => of !== undefined)) {
    notes.push("what is known of these results stays: they are hits, computed again if read");
  }
  if (report.pins.length > 0) {
    notes.push(`pinned: ${report.pins.map(({ name }) => name).join(", ")}`);
  }
  return text +
    notes.flatMap((note) => wrap(note, columns)).map((line) => `${dim(line)}\n`).join("");
}

interface Row {
  readonly name: string;
  readonly note?: string;
  files: number;
  bytes: number;
}

/** Totals by stage; by stage and run if nothing is freed yet; or every file. */
function rowsOf(
  freed: readonly FreedFile[],
  { dry_run, all }: { readonly dry_run: boolean; readonly all: boolean },
): Row[] {
  const rows = new Map<string, Row>();
  for (const { path, size, of, stateOf } of freed) {
    let name = path.includes("/damaged/") ? "set aside by fsck" : "left by runs that were cut off";
    let note: string | undefined;
    if (stateOf !== undefined) {
      const stage = stateOf === null ? "stages" : all ? stateOf : stateOf.split("[")[0];
      name = `states of ${oneLine(stage)}`;
    } else if (of !== undefined) {
      name = `${of.workflow} ${all ? of.stage : of.stage.split("[")[0]}`;
      if (all) [name, note] = [`${name} ${of.name}`, `run ${of.run}`];
      else if (dry_run) name += `, run ${of.run}`;
    }
    const id = all ? path : name;
    const row = rows.get(id) ?? { name, files: 0, bytes: 0, ...(note !== undefined && { note }) };
    row.files++;
    row.bytes += size;
    rows.set(id, row);
  }
  return [...rows.values()].sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1));
}
