// The files of a run folder as entities.

import type { CrateFile } from "./content.ts";
import { type Entities, reference } from "./entities.ts";
import { fileId } from "./ids.ts";
import { workflowFile } from "./profile.ts";

/**
 * Adds the files, except the workflow, which is more than a file; returns the ids of all.
 *
 * @example
 * ```ts
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { addFiles } from "#lib/provenance/files.ts";
 * import { assertEquals } from "@std/assert";
 * const files = [{ path: "logs/", bytes: 10, count: 2 }];
 * assertEquals(addFiles(new Entities(), files, "#run"), ["logs/"]);
 * ```
 */
export function addFiles(
  entities: Entities,
  files: readonly CrateFile[],
  runAction: string,
): readonly string[] {
  return files.map((file) => {
    const id = fileId(file.path);
    if (file.path === workflowFile) return id;
    const { name, description, isTrace } = describe(file.path);
    if (file.sha256 === undefined) {
      return entities.add({
        "@id": id,
        "@type": "Dataset",
        name,
        description: `${description} (${file.count} files, ${file.bytes} bytes)`,
      });
    }
    return entities.add({
      "@id": id,
      "@type": "File",
      name,
      ...(description === "" ? {} : { description }),
      encodingFormat: encodingFormat(file.path),
      contentSize: String(file.bytes),
      sha256: file.sha256,
      ...(isTrace ? { about: reference(runAction) } : {}),
    });
  });
}

/**
 * The media type of a file by its name.
 *
 * @example
 * ```ts
 * import { encodingFormat } from "#lib/provenance/files.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(encodingFormat("figures/a.vl.json"), "application/json");
 * ```
 */
export function encodingFormat(path: string): string {
  return formats[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}

const formats: Readonly<Record<string, string>> = {
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  log: "text/plain",
  ndjson: "application/x-ndjson",
  npy: "application/x-npy",
  npz: "application/x-npz",
  png: "image/png",
  svg: "image/svg+xml",
  tsv: "text/tab-separated-values",
  txt: "text/plain",
  yaml: "application/yaml",
};

/** What Basin itself writes about a run: a trace of the engine. */
const traces: Readonly<Record<string, string>> = {
  "events.ndjson": "What happened in the run, one event a line",
  "page.json": "What the report shows beside the other files",
  "plan.json": "What was to be run and what was there already",
  "report.html": "The run as a page: verdicts, figures, tables, stages",
  "run.json": "The outcome of every stage member, and the environment",
};

function describe(path: string): { name: string; description: string; isTrace: boolean } {
  const trace = traces[path];
  if (trace !== undefined) return { name: path, description: trace, isTrace: true };
  const log = path.startsWith("logs/");
  return { name: path, description: log ? "What stages printed" : "", isTrace: log };
}
