// Reading what is shown, from the store: figures, verdicts and tables as the page has them. What was read once is
// remembered by its digest, for pages that are written again and again.

import { bytesOf, type Files, readJson } from "../core/artifact.ts";
import { table as tableType } from "../core/artifacts/table.ts";
import type { Scene } from "../core/figure.ts";
import type { Store } from "../core/store.ts";
import type { Table } from "../core/table.ts";
import type { ReportFigure, ReportTable } from "../report/content.ts";
import { figureFiles, tableFile } from "./copies.ts";
import { artifactOf, type ShownOutput } from "./shown_outputs.ts";

/** What a page shows of the outputs of a run. */
export interface Collected {
  readonly figures: readonly ReportFigure[];
  readonly verdicts: readonly ReportTable[];
  readonly tables: readonly ReportTable[];
}

/** Decoded figures and tables by kind and digest. */
export type Decoded = Map<string, Omit<ReportFigure, "stage"> | Table>;

/** Artifacts read at a time. */
const filesAtOnce = 16;

/**
 * Reads what is shown. Bytes that are gone are left out.
 *
 * @param visit takes the files of each output as they are read, and is waited for; all kinds are read then, not only
 * figures and tables, and pages may name the copies.
 */
export async function collect(
  store: Pick<Store, "recall" | "read">,
  shown: readonly ShownOutput[],
  decoded: Decoded,
  visit?: (output: ShownOutput, files: Files) => Promise<void>,
): Promise<Collected> {
  const figures: ReportFigure[] = [];
  const verdicts: ReportTable[] = [];
  const tables: ReportTable[] = [];
  const wanted = visit === undefined
    ? shown.filter(({ kind }) => kind === "figure" || kind === "table")
    : shown;
  for (let at = 0; at < wanted.length; at += filesAtOnce) {
    const batch = wanted.slice(at, at + filesAtOnce);
    const found = await Promise.all(batch.map(async (output) => {
      const artifact = artifactOf(store, output);
      if (artifact === undefined) return undefined;
      const name = `${output.kind} ${artifact.digest}`;
      if (visit === undefined && decoded.has(name)) return { value: decoded.get(name)! };
      const files = await store.read(artifact);
      if (files === undefined) return undefined;
      const value = decoded.get(name) ?? decode(output.kind, files);
      if (value !== undefined) decoded.set(name, value);
      return { value, files };
    }));
    for (const [i, output] of batch.entries()) {
      const { value, files } = found[i] ?? {};
      const stage = output.id;
      if (value !== undefined && "svg" in value) {
        figures.push({
          stage,
          ...value,
          ...(files === undefined || visit === undefined
            ? {}
            : { files: figureFiles(output, files) }),
        });
      } else if (value !== undefined) {
        (output.isVerdict ? verdicts : tables).push({
          stage,
          table: value,
          ...(visit === undefined ? {} : { file: tableFile(output) }),
        });
      }
    }
    if (visit === undefined) continue;
    await Promise.all(batch.map((output, i) => {
      const files = found[i]?.files;
      return files === undefined ? undefined : visit(output, files);
    }));
  }
  return { figures, verdicts, tables };
}

/** Of figures only what pages show: the specification stays the text that it is, which can be long. */
function decode(kind: string, files: Files): Omit<ReportFigure, "stage"> | Table | undefined {
  if (kind === "table") return tableType.decode(files);
  if (kind !== "figure") return undefined;
  const text = (name: string) => new TextDecoder().decode(bytesOf(files, name));
  const { caption } = readJson(files, "caption.json") as { caption: string };
  return {
    svg: text("figure.svg"),
    caption,
    spec: text("figure.vl.json"),
    ...(Object.hasOwn(files, "scene.json")
      ? { scene: readJson(files, "scene.json") as unknown as Scene }
      : {}),
  };
}
