// `stats`: where the time went, by stage, from the stored results.

import { bold, dim } from "@std/fmt/colors";
import { resolve } from "@std/path";
import { z } from "zod";
import { fit, formatBytes, formatSeconds, plural } from "../../report/format.ts";
import { defineCommand, exitCodes } from "../command.ts";

export default defineCommand({
  name: "stats",
  summary: "Show where time and space went, from the stored results.",
  arguments: [],
  options: z.strictObject({
    results: z.string().default("results").meta({
      description: "folder for the store and the runs",
      placeholder: "DIR",
    }),
    store: z.string().optional().meta({
      description: "folder of a shared store",
      placeholder: "DIR",
    }),
    workflow: z.string().optional().meta({
      description: "only this workflow, by name",
      placeholder: "NAME",
    }),
    json: z.boolean().default(false).describe("as JSON on standard output"),
  }),
  examples: [{ command: "deno task stats", summary: "all workflows" }],
  async handler(terminal, _args, options) {
    const { openResults } = await import("../session.ts");
    await using store = await openResults(
      terminal,
      resolve(terminal.cwd, options.results),
      options.store,
    );
    const rows = new Map<
      string,
      {
        workflow: string;
        stage: string;
        count: number;
        seconds: number;
        cpu_seconds: number;
        slowest: number;
        /** Largest memory that was told apart; 0 if none was. */
        peak_rss: number;
        bytes: number;
      }
    >();
    for (const { provenance, outputs } of store.manifests()) {
      if (options.workflow !== undefined && provenance.workflow !== options.workflow) continue;
      // Found without running: its time is another result's.
      if (provenance.traced_from !== undefined) continue;
      const stage = provenance.stage.split("[")[0];
      const name = `${provenance.workflow}/${stage}`;
      const row = rows.get(name) ??
        {
          workflow: provenance.workflow,
          stage,
          count: 0,
          seconds: 0,
          cpu_seconds: 0,
          slowest: 0,
          peak_rss: 0,
          bytes: 0,
        };
      row.count++;
      row.seconds += provenance.seconds;
      row.cpu_seconds += provenance.usage?.cpu_seconds ?? 0;
      row.peak_rss = Math.max(row.peak_rss, provenance.usage?.peak_rss ?? 0);
      row.slowest = Math.max(row.slowest, provenance.seconds);
      for (const output of Object.values(outputs)) {
        for (const { size } of Object.values(output.files)) row.bytes += size;
      }
      rows.set(name, row);
    }
    const sorted = [...rows.values()].sort((a, b) => b.seconds - a.seconds);
    if (options.json) {
      terminal.out(JSON.stringify(sorted) + "\n");
      return exitCodes.done;
    }
    if (sorted.length === 0) {
      terminal.out("no stored results yet; `deno task run WORKFLOW` makes some\n");
      return exitCodes.done;
    }
    const names = sorted.map(({ workflow, stage }) =>
      options.workflow === undefined ? `${workflow} ${stage}` : stage
    );
    const width = Math.min(
      Math.max(...names.map((name) => name.length)),
      Math.min(terminal.columns(), 100) - 59,
    );
    terminal.out(
      dim(`${"stage".padEnd(width)}  results     total       cpu   slowest    memory      size\n`),
    );
    sorted.forEach((row, i) => {
      const cells = [row.seconds, row.cpu_seconds, row.slowest].map((seconds) =>
        formatSeconds(seconds).padStart(9)
      );
      const memory = row.peak_rss === 0 ? "·" : formatBytes(row.peak_rss);
      terminal.out(
        `${fit(names[i], width).padEnd(width)}  ${String(row.count).padStart(7)} ${
          cells.join(" ")
        } ${memory.padStart(9)} ${formatBytes(row.bytes).padStart(9)}\n`,
      );
    });
    const total = sorted.reduce((sum, { seconds }) => sum + seconds, 0);
    const count = sorted.reduce((sum, row) => sum + row.count, 0);
    terminal.out(`${bold(plural(count, "result"))}, ${formatSeconds(total)} of worker time kept\n`);
    return exitCodes.done;
  },
});
