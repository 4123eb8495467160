// The two pages of an export: `dataset_description.json` for programs (BIDS's words where it has some) and `README.md`.

import type { ExportedRun, ExportOptions, ExportReport } from "./exported_run.ts";

/**
 * What is exported, as BIDS describes derived data sets.
 *
 * @example
 * ```ts
 * import { datasetDescription } from "#lib/export/describe_export.ts";
 * import { assertEquals } from "@std/assert";
 * const run = {
 *   workflow: "tiny", run: "20261122T054512-3fa9c1", startedAt: "2026-11-22T05:45:12Z", seconds: 1, basin: "1", deno: "2",
 *   ok: true, finished: true, members: [], folder: "results/runs/tiny/20261122T054512-3fa9c1",
 * };
 * const options = { layout: "basin", npz: false, hdf5: false, parquet: false } as const;
 * assertEquals(datasetDescription(run, options).DatasetType, "derivative");
 * ```
 */
export function datasetDescription(
  run: ExportedRun,
  options: ExportOptions,
): Readonly<Record<string, unknown>> {
  const { workflow, description, command, engine } = run;
  return {
    Name: description === undefined ? workflow : `${workflow}: ${description}`,
    DatasetType: "derivative",
    GeneratedBy: [{
      Name: "Basin",
      Version: run.basin,
      ...(command === undefined ? {} : { Description: command }),
    }],
    SourceDatasets: [{ URL: run.folder, Version: run.run }],
    Basin: {
      workflow,
      run: run.run,
      started_at: run.startedAt,
      seconds: run.seconds,
      ok: run.ok,
      finished: run.finished,
      deno: run.deno,
      ...(engine === undefined ? {} : { engine }),
      ...(run.git === undefined ? {} : { git: run.git }),
      members: run.members.length,
      layout: options.layout,
      arrays: [...(options.npz ? ["npz"] : []), ...(options.hdf5 ? ["hdf5"] : [])].join("+") ||
        "npy",
      tables: options.parquet ? "tsv+parquet" : "tsv",
    },
  };
}

/**
 * The page for people: what lies where, how to open it, and what is not there.
 *
 * @param again the command that brings missing bytes back
 *
 * @example
 * ```ts
 * import { readme } from "#lib/export/describe_export.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const run = {
 *   workflow: "tiny", run: "20261122T054512-3fa9c1", startedAt: "2026-11-22T05:45:12Z", seconds: 1, basin: "1", deno: "2",
 *   ok: true, finished: true, members: [], folder: "results/runs/tiny/20261122T054512-3fa9c1",
 * };
 * const options = { layout: "basin", npz: false, hdf5: false, parquet: false } as const;
 * const report = {
 *   members: 0, files: 0, bytes: 0, tables: 0, arrays: 0, networks: 0, figures: 0, missing: [], changed: [],
 * };
 * assertStringIncludes(readme(run, options, report, ""), "# tiny");
 * ```
 */
export function readme(
  run: ExportedRun,
  options: ExportOptions,
  { missing, changed, ...counts }: ExportReport,
  again: string,
): string {
  const state = run.ok
    ? ""
    : run.finished
    ? ", in which stages failed"
    : ", which has not finished";
  const parts = [
    `# ${plainLine(run.workflow)}`,
    ...(run.description === undefined ? [] : [plainLine(run.description)]),
    `Results of the run ${run.run} (${run.startedAt}${state}), exported by Basin ${run.basin}.`,
    ["| path | holds |", "|---|---|", ...pathsOf(options, counts)].join("\n"),
    axesText(options),
    "`stages.tsv` says for each member of a stage where its files are, what became of it, and " +
    "its coordinates. Sidecars (`.json`) have the names of axes, units, labels, the time step, the " +
    "seed and the params of the stage. Missing entries of tables are `n/a`.",
    '```python\nimport pandas\nstages = pandas.read_csv("stages.tsv", sep="\\t")\n```',
    ...(missing.length === 0 ? [] : [missingText(missing, again)]),
    ...(changed.length === 0 ? [] : [
      `Of ${changed.length} members the store has another result by now than this run had, and that one is ` +
      "exported; `stages.tsv` notes which.",
    ]),
  ];
  return parts.join("\n\n") + "\n";
}

function pathsOf(
  { npz, hdf5, parquet }: ExportOptions,
  { arrays, networks, tables, figures }: Omit<ExportReport, "missing" | "changed">,
): readonly string[] {
  const rows: [string, string][] = [
    ["dataset_description.json", "what this is, for programs"],
    ["stages.tsv, stages.json", "a row for each member of a stage"],
  ];
  if (tables > 0) {
    rows.push([
      "tables/",
      `tables, one for each stage, coordinates as columns${
        parquet ? "; as .tsv and .parquet" : ""
      }`,
    ]);
  }
  if (arrays > 0 && hdf5) {
    rows.push(["hdf5/", "arrays, a file for each stage, a group for each member (h5py)"]);
  }
  if (arrays > 0 && (npz || !hdf5)) {
    rows.push([
      "arrays/",
      npz
        ? "arrays, a .npz for each member (numpy.load)"
        : "arrays, a folder for each stage, .npy (numpy.load)",
    ]);
  }
  if (networks > 0) rows.push(["weights/", "networks, a .npz each with the keys of PsychRNN"]);
  if (figures > 0) rows.push(["figures/", "figures as SVG, PNG and Vega-Lite"]);
  rows.push(["config.resolved.yaml", "the workflow as it ran"]);
  return rows.map(([path, holds]) => `| \`${path}\` | ${holds} |`);
}

function axesText({ layout }: ExportOptions): string {
  return layout === "basin"
    ? "Arrays of activity have the axes (trial, time, unit)."
    : "Arrays of activity have NeuroGym's axes (time, batch, unit) and names: observations are `ob`, targets `gt`, " +
      "periods begin and end at `start_t` and `end_t` in ms.";
}

function missingText(missing: ExportReport["missing"], again: string): string {
  const digest = missing.filter(({ why }) => why === "digest").length;
  const gone = missing.length - digest;
  const why = [
    ...(digest === 0
      ? []
      : [`${digest} that the workflow keeps by digest only (\`store: digest\`)`]),
    ...(gone === 0 ? [] : [`${gone} whose bytes were collected or damaged`]),
  ].join(", and ");
  const shown = missing.slice(0, 20).map(({ member, output }) =>
    `- ${plainLine(member)}: ${plainLine(output)}`
  );
  if (missing.length > shown.length) {
    shown.push(`- and ${missing.length - shown.length} more; see \`stages.tsv\``);
  }
  return `## Not there\n\nOutputs that could not be exported: ${why}.\n\n${shown.join("\n")}\n\n` +
    `This computes them again:\n\n    ${plainLine(again)}`;
}

/** One line of Markdown from a text of a workflow. */
function plainLine(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[<>]/g, (sign) => sign === "<" ? "&lt;" : "&gt;");
}
