// Artifacts to files, by kind: networks, figures, fixed points, arrays, tables and whatever else a task hands over.

import { type Files, filesBelow } from "../core/artifact.ts";
import { network as networkType } from "../core/artifacts/network.ts";
import { pathProblem } from "../core/artifacts/folder.ts";
import { decodeNpy, encodeNpy } from "../core/npy.ts";
import type { Table } from "../core/table.ts";
import { writeNpz } from "../formats/write_npz.ts";
import { type OutgoingArray, writeNpyFiles, writeNpzFile } from "./array_files.ts";
import { type Contents, contentsOf } from "./contents.ts";
import type { ExportFiles, Placed } from "./export_files.ts";
import { prettyJson } from "./exported_run.ts";
import { areFixedPoints, fixedPointArrays, missingFields } from "./fixed_points.ts";
import type { Hdf5Files } from "./hdf5_files.ts";
import { partName } from "./names.ts";
import { neurogymArrays } from "./neurogym.ts";
import type { TableFiles } from "./table_files.ts";
import { weightsOf } from "./weights.ts";

/** Writes artifacts. */
export class ArtifactFiles {
  readonly #files: ExportFiles;
  readonly #tables: TableFiles;
  readonly #hdf5: Hdf5Files;

  constructor(files: ExportFiles, tables: TableFiles, hdf5: Hdf5Files) {
    this.#files = files;
    this.#tables = tables;
    this.#hdf5 = hdf5;
  }

  /** Writes an artifact; returns where it is. Tables are kept until their stage is done. */
  write(placed: Placed, kind: string, files: Files): readonly string[] {
    if (kind === "network") return this.#network(placed, files);
    if (kind === "figure") return this.#figure(placed, files);
    const contents = contentsOf(kind, files);
    return [
      ...contents.tables.flatMap(({ name, table }) => this.#table(placed, name, table)),
      ...this.#arrays(placed, kind, contents),
      ...this.#others(placed, kind, contents.files),
    ];
  }

  #arrays(placed: Placed, kind: string, contents: Contents): readonly string[] {
    const { documents } = contents;
    const { options, counts } = this.#files;
    if (areFixedPoints(contents.arrays.map(({ name }) => name))) {
      return this.#fixedPoints(placed, contents);
    }
    const arrays = options.layout === "basin"
      ? contents.arrays.map(({ name, npy, sidecar }) => ({ key: name, npy, sidecar }))
      : inNeurogymLayout(placed, kind, contents);
    if (arrays.length === 0 && Object.keys(documents).length === 0) return [];
    counts.arrays += arrays.length;
    const outgoing = { arrays, documents, facts: placed.facts };
    if (options.hdf5) this.#hdf5.add(placed, outgoing);
    if (options.hdf5 && !options.npz) return [];
    const stem = this.#files.stem(`arrays/${placed.folder}`, placed, [""]);
    const write = (path: string, bytes: Uint8Array) => this.#files.write(path, bytes);
    return options.npz ? writeNpzFile(stem, outgoing, write) : writeNpyFiles(stem, outgoing, write);
  }

  #network(placed: Placed, files: Files): readonly string[] {
    const network = networkType.decode(files);
    const { model, settings, sizes, dtMs, about } = network;
    const keys = Object.entries(weightsOf(network, placed.params));
    const stem = this.#files.stem(`weights/${placed.folder}`, placed, [".npz", ".json"]);
    const tau = (settings as { readonly tau_ms?: unknown }).tau_ms;
    this.#files.write(
      `${stem}.npz`,
      writeNpz(Object.fromEntries(keys.map(([key, array]) => [key, encodeNpy(array)]))),
    );
    this.#files.write(
      `${stem}.json`,
      prettyJson({
        ...placed.facts,
        model,
        settings,
        sizes,
        dt_ms: dtMs,
        ...(typeof tau === "number" ? { tau_ms: tau } : {}),
        about,
        arrays: Object.fromEntries(keys.map(([key, { data: _data, ...rest }]) => [key, rest])),
      }),
    );
    this.#files.counts.networks++;
    return [`${stem}.npz`];
  }

  #fixedPoints(placed: Placed, { arrays, documents }: Contents): readonly string[] {
    const fields = fixedPointArrays(Object.fromEntries(arrays.map(({ name, npy }) => [name, npy])));
    const stem = this.#files.stem(`fixed_points/${placed.folder}`, placed, [".npz", ".json"]);
    this.#files.write(`${stem}.npz`, writeNpz(fields));
    this.#files.write(
      `${stem}.json`,
      prettyJson({
        ...placed.facts,
        ...documents,
        not_there: missingFields(Object.keys(fields)),
        arrays: Object.fromEntries(arrays.map(({ name, sidecar }) => [name, sidecar])),
      }),
    );
    this.#files.counts.arrays += Object.keys(fields).length;
    return [`${stem}.npz`];
  }

  #figure(placed: Placed, files: Files): readonly string[] {
    const stem = this.#files.stem("figures", placed, Object.values(figureEndings));
    for (const [name, ending] of Object.entries(figureEndings)) {
      if (Object.hasOwn(files, name)) this.#files.write(stem + ending, files[name]);
    }
    const caption = files["caption.json"];
    const about = caption === undefined ? {} : JSON.parse(new TextDecoder().decode(caption));
    this.#files.write(`${stem}.json`, prettyJson({ ...placed.facts, ...about }));
    this.#files.counts.figures++;
    return [`${stem}.svg`];
  }

  /** What is neither array nor table, under its own paths. */
  #others(placed: Placed, kind: string, files: Files): readonly string[] {
    // A record from another store may say anything.
    const names = Object.keys(files).filter((name) => pathProblem(name) === undefined);
    if (names.length === 0) return [];
    const stem = this.#files.stem(`files/${placed.folder}`, placed, [""]);
    const isOne = kind === "file";
    for (const name of names) this.#files.write(isOne ? stem : `${stem}/${name}`, files[name]);
    return [isOne ? stem : `${stem}/`];
  }

  /** Artifacts in columns of a table are written, and its cells say where. */
  #table(placed: Placed, name: string, table: Table): readonly string[] {
    const { columns, files } = table;
    const places = new Map<string, string>();
    const rows = table.rows.map((row) =>
      row.map((cell, c) => {
        const { type, kind } = columns[c];
        if (type !== "artifact" || kind === undefined) return cell;
        if (typeof cell !== "string" || files === undefined) return cell;
        let place = places.get(cell);
        if (place === undefined) {
          const base = `${placed.base}.${partName(cell.replaceAll("/", "-"))}`;
          const inner = { ...placed, base, output: `${placed.output}/${cell}` };
          place = this.write(inner, kind, filesBelow(files, cell)).join(";");
          places.set(cell, place);
        }
        return place;
      })
    );
    const plain = columns.map(({ key: _key, kind: _kind, type, ...column }) => ({
      ...column,
      type: type === "artifact" ? "string" as const : type,
    }));
    this.#tables.add(placed, name, { columns: plain, rows });
    return [...places.values()];
  }
}

const figureEndings = {
  "figure.svg": ".svg",
  "figure.png": ".png",
  "figure.vl.json": ".vl.json",
  "scene.json": ".scene.json",
};

function inNeurogymLayout(
  { facts }: Placed,
  kind: string,
  { arrays, documents }: Contents,
): readonly OutgoingArray[] {
  return arrays.flatMap(({ name, npy, sidecar }) => {
    const dtMs = [sidecar, ...Object.values(documents), facts]
      .map((one) => (one as { readonly dt_ms?: unknown } | null)?.dt_ms)
      .find((value) => typeof value === "number");
    const own = { ...decodeNpy(npy), name, sidecar };
    return neurogymArrays(kind, own, dtMs).map((array) => ({
      key: array.name,
      npy: array === own ? npy : encodeNpy(array),
      sidecar: array.sidecar,
    }));
  });
}
