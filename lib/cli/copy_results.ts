// `push` and `pull`: results copied between the store and a folder that is a store of the same form.

import type { z } from "zod";
import { formatBytes, plural } from "../report/format.ts";
import { openFsStore } from "../store/fs_store.ts";
import { transfer, type TransferReport } from "../store/transfer.ts";
import { compileGlob } from "../workflow/glob.ts";
import { denoWorld } from "../world/deno_world.ts";
import { exitCodes } from "./command.ts";
import type { copyOptions } from "./copy_options.ts";
import { foldersOf, progressLine, resolve, shortPath } from "./store_options.ts";
import type { Terminal } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** Copies results; returns the exit code. */
export async function copyResults(
  terminal: Terminal,
  direction: "push" | "pull",
  folder: string,
  options: z.output<typeof copyOptions>,
): Promise<number> {
  const { results, store } = foldersOf(terminal, options);
  const other = resolve(terminal.cwd, folder);
  const [source, target] = direction === "push" ? [store, other] : [other, store];
  const world = denoWorld();
  if (world.disk.stat(source) === undefined) {
    terminal.err(
      direction === "push"
        ? `error: there is nothing to push: ${shortPath(terminal.cwd, source)} does not exist\n`
        : `error: ${folder} does not exist\n  give a folder that results were pushed to\n`,
    );
    return exitCodes.usage;
  }
  if (direction === "pull" && world.disk.stat(`${source}/FORMAT`) === undefined) {
    terminal.err(
      `error: ${folder} is no store: it has no file FORMAT\n` +
        "  give a folder that results were pushed to, or the store of other results\n",
    );
    return exitCodes.usage;
  }
  const warn = (message: string) => terminal.err(`warning: ${message}\n`);
  const open = (path: string, readOnly: boolean) =>
    openFsStore(world, path, { index: `${results}/index`, warn, readOnly });
  const globs = options.stage?.map(compileGlob);
  let report: TransferReport;
  {
    using line = progressLine(terminal);
    await using from = await open(source, true);
    await using to = await open(target, false);
    report = await transfer(from, to, {
      select: ({ provenance: { workflow, stage } }) =>
        (options.workflow === undefined || options.workflow === workflow) &&
        (globs === undefined || globs.some((glob) => glob(stage))),
      progress: (done, of) => line.show(`${done} of ${of} results`),
    });
  }
  if (options.json) terminal.out(JSON.stringify(report) + "\n");
  else {
    const place = direction === "push" ? `to ${folder}` : `from ${folder}`;
    terminal.out(copyText(report, place, Math.min(terminal.columns(), 100)));
  }
  return exitCodes.done;
}

/** What was copied. */
export function copyText(report: TransferReport, place: string, columns: number): string {
  const { copied, completed, there, files, bytes, byDigest, differing } = report;
  const rest = there > 0 ? `; ${there.toLocaleString("en-US")} there already` : "";
  const head = copied + completed === 0
    ? there + differing.length === 0
      ? `no results to copy ${place}`
      : `nothing new to copy ${place}${rest}`
    : `${plural(copied + completed, "result")} copied ${place} (${formatBytes(bytes)} in ${
      plural(files, "file")
    })${rest}`;
  const notes: string[] = [];
  if (byDigest > 0) {
    notes.push(
      `${plural(byDigest, "result")} known by digest only: their bytes were collected or damaged`,
    );
  }
  if (differing.length > 0) {
    const names = differing.slice(0, 5).join(", ") + (differing.length > 5 ? ", …" : "");
    notes.push(
      `${plural(differing.length, "stage")} with another result there, which stands: ${names}. ` +
        "They are not deterministic; see `deno task verify`",
    );
  }
  return [head, ...notes].flatMap((note) => wrap(note, columns)).map((line) => `${line}\n`).join(
    "",
  );
}
