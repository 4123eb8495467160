// `fsck`: reads every record and every byte of the store, and says what is damaged and how it heals.

import { bold, dim, red } from "@std/fmt/colors";
import { z } from "zod";
import { formatBytes, plural } from "../../report/format.ts";
import type { CheckReport } from "../../store/check.ts";
import { defineCommand, exitCodes } from "../command.ts";
import { foldersOf, progressLine, shortPath, storeOptions } from "../store_options.ts";
import type { Terminal } from "../terminal.ts";
import { wrap } from "../wrap.ts";

export default defineCommand({
  name: "fsck",
  summary: "Check every record and every byte of the store.",
  arguments: [],
  options: z.strictObject({
    ...storeOptions,
    repair: z.boolean().default(false).describe(
      "set aside what is damaged, so that the next run makes it again",
    ),
    json: z.boolean().default(false).describe("as JSON on standard output"),
  }),
  examples: [
    { command: "deno task fsck", summary: "exit code 0 if all is well, 4 if something is damaged" },
    { command: "deno task fsck --repair", summary: "and let the next run heal it" },
  ],
  async handler(terminal, _args, options) {
    const { denoWorld } = await import("../../world/deno_world.ts");
    const { check } = await import("../../store/check.ts");
    const { store } = foldersOf(terminal, options);
    let report: CheckReport;
    {
      using line = progressLine(terminal);
      report = await check(denoWorld(), store, {
        repair: options.repair,
        jobs: Math.max(2, Math.min(8, terminal.numCpus)),
        progress: (files, of) => line.show(`${files} of ${of} files`),
      });
    }
    if (options.json) terminal.out(JSON.stringify(report) + "\n");
    else terminal.out(fsckText(report, terminal));
    const left = report.damage.some(({ kind }) => !report.repaired || kind === "unreadable");
    return left ? exitCodes.storage : exitCodes.done;
  },
});

/** What was found, by path, and what to do about it. */
export function fsckText(
  report: CheckReport,
  terminal: Pick<Terminal, "columns" | "cwd">,
): string {
  const columns = Math.min(terminal.columns(), 100);
  const { damage } = report;
  let text = "";
  for (const { path, what, of } of damage.slice(0, maxShown)) {
    text += `${red("✗")} ${shortPath(terminal.cwd, path)}\n`;
    for (const line of wrap(what, columns - 4)) text += `    ${line}\n`;
    if (of !== undefined) {
      const whose = `of ${of.stage} in ${of.workflow}, run ${of.run}`;
      for (const line of wrap(whose, columns - 4)) text += dim(`    ${line}\n`);
    }
  }
  if (damage.length > maxShown) {
    text += `    and ${plural(damage.length - maxShown, "other")}; --json names all\n`;
  }
  const { states } = report;
  const more = states.files === 0
    ? ""
    : ` and ${plural(states.files, "state")} (${formatBytes(states.bytes)})`;
  const read = `${plural(report.results, "result")} and ${plural(report.files, "file")} (${
    formatBytes(report.bytes)
  })${more} checked`;
  text += damage.length === 0
    ? `${bold("no damage")}: ${read}\n`
    : `${bold(`${plural(damage.length, "place")} damaged`)}: ${read}\n`;
  const notes: string[] = [];
  if (damage.length > 0) {
    notes.push(
      report.repaired
        ? "what was damaged is set aside in the store's folder `damaged`; the next run of the " +
          "workflow makes it again, and gc frees the rest"
        : "damaged results count as absent: the next run that needs one makes it again. " +
          "`deno task fsck --repair` sets them aside, so that they are not met again",
    );
  }
  if (report.missing.length > 0) {
    const stages = [...new Set(report.missing.map(({ of }) => of?.stage ?? "?"))];
    const names = stages.slice(0, 3).join(", ") + (stages.length > 3 ? ", …" : "");
    notes.push(
      `the latest runs lack ${plural(report.missing.length, "file")} (${names}); they are made ` +
        "again when a stage reads them, or with `deno task run … --force GLOB`",
    );
  }
  if (report.byDigest > 0) {
    notes.push(
      `${plural(report.byDigest, "result")} in all known by digest only: collected, or kept so`,
    );
  }
  if (report.foreign.length > 0) {
    const names = report.foreign.slice(0, 3).map((path) => shortPath(terminal.cwd, path));
    const more = report.foreign.length > 3 ? `, and ${report.foreign.length - 3} others` : "";
    notes.push(`not made by Basin, and harmless: ${names.join(", ")}${more}`);
  }
  return text +
    notes.flatMap((note) => wrap(note, columns)).map((line) => `${dim(line)}\n`).join("");
}

const maxShown = 50;
