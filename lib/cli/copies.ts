// Copies of results beside the report: `figures/`, `tables/`, `arrays/` and `files/` of a run folder.

import type { Files } from "../core/artifact.ts";
import { pathProblem } from "../core/artifacts/folder.ts";
import type { RunFolder } from "./run_folder.ts";
import type { ShownOutput } from "./shown_outputs.ts";

/** Arrays of leaf stages are copied up to this size together; larger ones stay in the store. */
const maxArrayBytes = 64e6;

const figureEndings: Readonly<Record<string, string>> = {
  "figure.svg": "svg",
  "figure.png": "png",
  "figure.vl.json": "vl.json",
  "scene.json": "scene.json",
};

const tableEndings: Readonly<Record<string, string>> = { "table.tsv": "tsv", "table.json": "json" };

/** Writes copies one output at a time. */
export interface Copies {
  add(output: ShownOutput, files: Files): Promise<void>;
  /** Outputs that were too large. */
  readonly numLeftOut: number;
}

/** Copies into a run folder. */
export function copiesTo(folder: Pick<RunFolder, "write">): Copies {
  let arrayBytes = 0;
  let numLeftOut = 0;
  const write = (path: string, files: Files, endings: Readonly<Record<string, string>>) =>
    Object.entries(endings).filter(([name]) => files[name] !== undefined)
      .map(([name, ending]) => folder.write(`${path}.${ending}`, files[name]));
  return {
    async add({ kind, name }, files) {
      if (kind === "figure") await Promise.all(write(`figures/${name}`, files, figureEndings));
      else if (kind === "table") await Promise.all(write(`tables/${name}`, files, tableEndings));
      else {
        arrayBytes += Object.values(files).reduce((sum, { length }) => sum + length, 0);
        if (arrayBytes > maxArrayBytes) {
          numLeftOut++;
          return;
        }
        await Promise.all(
          Object.entries(files)
            // A record from another store may say anything.
            .filter(([file]) => pathProblem(file) === undefined)
            .map(([file, bytes]) => folder.write(pathOf(kind, name, file), bytes)),
        );
      }
    },
    get numLeftOut() {
      return numLeftOut;
    },
  };
}

/** Where the copies of a figure lie, relative to the page. */
export function figureFiles(
  { name }: Pick<ShownOutput, "name">,
  files: Files,
): { svg?: string; png?: string; spec?: string } {
  return {
    ...(files["figure.svg"] === undefined ? {} : { svg: `figures/${name}.svg` }),
    ...(files["figure.png"] === undefined ? {} : { png: `figures/${name}.png` }),
    ...(files["figure.vl.json"] === undefined ? {} : { spec: `figures/${name}.vl.json` }),
  };
}

/** Where the copy of a table lies, relative to the page. */
export function tableFile({ name }: Pick<ShownOutput, "name">): string {
  return `tables/${name}.tsv`;
}

function pathOf(kind: string, name: string, file: string): string {
  if (kind === "file") return `files/${name}`;
  return kind === "folder" ? `files/${name}/${file}` : `arrays/${name}.${file}`;
}
