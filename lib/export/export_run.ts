// The export of a run: every stored output of every member, in files that other programs open. Reading the store and
// writing the folder are functions that it is given. Leaves out how a run is found (lib/cli/find_run.ts) and how the folder
// takes the place of an earlier one (lib/cli/export_folder.ts).

import { fileNameOf } from "../core/file_name.ts";
import type { Manifest, StoredArtifact } from "../core/manifest.ts";
import { writeTsv } from "../core/table.ts";
import { ArtifactFiles } from "./artifact_files.ts";
import { datasetDescription, readme } from "./describe_export.ts";
import { ExportFiles } from "./export_files.ts";
import {
  type ExportedMember,
  type ExportedRun,
  type ExportOptions,
  type ExportReport,
  type ExportWorld,
  type MissingOutput,
  prettyJson,
} from "./exported_run.ts";
import { Hdf5Files } from "./hdf5_files.ts";
import { MemberFacts } from "./member_facts.ts";
import { memberPlace } from "./member_id.ts";
import { partName } from "./names.ts";
import { type ListedMember, stagesTable, tableSidecar } from "./stages_table.ts";
import { TableFiles } from "./table_files.ts";

/** Members whose outputs are read at a time, at most, and bytes. */
const membersAtOnce = 16, bytesAtOnce = 2 ** 28;

/**
 * Writes the files of an export; returns what was written.
 *
 * @param again gives the command that brings missing bytes back, for the page for people
 * @throws {RangeError} if arrays are too large for the chosen format (see `refusal`), and whatever the world throws; nothing
 * is being written then any more
 *
 * @example
 * ```ts
 * import { exportRun } from "#lib/export/export_run.ts";
 * import { assertEquals } from "@std/assert";
 * const run = {
 *   workflow: "tiny", run: "20261122T054512-3fa9c1", startedAt: "2026-11-22T05:45:12Z", seconds: 1, basin: "1", deno: "2",
 *   ok: false, finished: true, members: [{ id: "a", status: "failed", digests: {} }], folder: "results/runs/tiny/x",
 * };
 * const written: string[] = [];
 * const world = {
 *   recall: () => undefined,
 *   read: () => Promise.resolve(undefined),
 *   write: (path: string) => Promise.resolve(void written.push(path)),
 * };
 * await exportRun(run, { layout: "basin", npz: false, hdf5: false, parquet: false }, world, () => "");
 * assertEquals(written.sort(), ["README.md", "dataset_description.json", "stages.json", "stages.tsv"]);
 * ```
 */
export async function exportRun(
  run: ExportedRun,
  options: ExportOptions,
  world: ExportWorld,
  again: (missing: ExportReport["missing"]) => string,
): Promise<ExportReport> {
  const exporter = new Exporter(run, options, world);
  try {
    await exporter.members();
    return await exporter.finish(again);
  } catch (error) {
    await exporter.settled();
    throw error;
  }
}

class Exporter {
  readonly #world: ExportWorld;
  readonly #facts: MemberFacts;
  readonly #files: ExportFiles;
  readonly #tables: TableFiles;
  readonly #hdf5: Hdf5Files;
  readonly #artifacts: ArtifactFiles;
  readonly #tasks = new Map<ExportedMember, string>();
  readonly #missing: MissingOutput[] = [];
  readonly #changed = new Set<ExportedMember>();

  constructor(run: ExportedRun, options: ExportOptions, world: ExportWorld) {
    this.#world = world;
    this.#facts = new MemberFacts(run.members, world.recall);
    this.#files = new ExportFiles(run, options, world);
    this.#tables = new TableFiles(this.#files);
    this.#hdf5 = new Hdf5Files(this.#files);
    this.#artifacts = new ArtifactFiles(this.#files, this.#tables, this.#hdf5);
  }

  /** Every member, stage by stage. */
  async members(): Promise<void> {
    const { members } = this.#files.run;
    let done = 0;
    for (const [stage, indexes] of byStage(members)) {
      for (let at = 0; at < indexes.length;) {
        const batch: Recalled[] = [];
        let bytes = 0;
        for (; at < indexes.length && batch.length < membersAtOnce && bytes < bytesAtOnce; at++) {
          const manifest = this.#recall(members[indexes[at]]);
          done++;
          if (manifest === undefined) continue;
          batch.push({ index: indexes[at], manifest });
          bytes += Object.values(manifest.outputs).reduce((sum, one) => sum + sizeOf(one), 0);
        }
        await this.#batch(stage, batch);
        this.#world.progress?.(done, members.length);
      }
      await this.#tables.write(stage);
      await this.#hdf5.write(stage);
      await this.#files.settle();
    }
  }

  /** The pages over all. */
  async finish(again: (missing: ExportReport["missing"]) => string): Promise<ExportReport> {
    const { run, options, counts } = this.#files;
    const write = (path: string, text: string) =>
      this.#files.write(path, new TextEncoder().encode(text));
    const listed = run.members.map((member): ListedMember => {
      const task = this.#tasks.get(member);
      return {
        member,
        ...this.#files.listed(member),
        changed: this.#changed.has(member),
        ...(task === undefined ? {} : { task }),
      };
    });
    const stages = stagesTable(listed);
    write("stages.tsv", writeTsv(stages));
    this.#files.write("stages.json", prettyJson(tableSidecar(stages.columns)));
    if (run.resolved !== undefined) write("config.resolved.yaml", run.resolved);
    const description = datasetDescription(run, options);
    this.#files.write("dataset_description.json", prettyJson(description));
    const rest = { missing: this.#missing, changed: [...this.#changed].map(({ id }) => id) };
    write("README.md", readme(run, options, { ...counts, ...rest }, again(rest.missing)));
    await this.#files.settle();
    return { ...counts, ...rest };
  }

  /** Waits until nothing is being written any more. */
  async settled(): Promise<void> {
    await this.#files.settle().catch(() => {});
  }

  /** The result of a member, if there is one. */
  #recall(member: ExportedMember): Manifest | undefined {
    const manifest = member.key === undefined ? undefined : this.#world.recall(member.key);
    if (manifest === undefined) {
      // What the store knows no more: all that the record says it had.
      for (const output of Object.keys(member.digests)) {
        this.#miss(member, output, { kind: "unknown", files: {} }, "gone");
      }
      return undefined;
    }
    this.#tasks.set(member, manifest.action.recipe.task);
    const differs = Object.entries(manifest.outputs).some(([name, { digest }]) =>
      Object.hasOwn(member.digests, name) && member.digests[name] !== digest
    );
    if (differs) this.#changed.add(member);
    return manifest;
  }

  /** Reads some members at once, and writes them in their order. */
  async #batch(stage: string, batch: readonly Recalled[]): Promise<void> {
    const read = await Promise.all(
      batch.map(({ manifest }) =>
        Promise.all(Object.values(manifest.outputs).map((output) => this.#world.read(output)))
      ),
    );
    for (let i = 0; i < batch.length; i++) {
      const { index, manifest } = batch[i];
      const member = this.#files.run.members[index];
      const names = Object.keys(manifest.outputs);
      for (let o = 0; o < names.length; o++) {
        const artifact = manifest.outputs[names[o]];
        const files = read[i][o];
        if (files === undefined) {
          this.#miss(member, names[o], artifact, manifest.keep === "digest" ? "digest" : "gone");
          continue;
        }
        await this.#hdf5.makeRoom(stage, sizeOf(artifact));
        const several = names.length > 1;
        const paths = this.#artifacts.write(
          {
            member,
            folder: fileNameOf(stage),
            base: fileNameOf(member.id) + (several ? `.${partName(names[o])}` : ""),
            output: several ? names[o] : "",
            facts: {
              ...this.#facts.of(index, manifest),
              output: names[o],
              kind: artifact.kind,
            },
            params: manifest.action.params,
          },
          artifact.kind,
          files,
        );
        this.#files.listed(member).files.push(...paths);
      }
    }
    await this.#files.settle();
  }

  #miss(
    member: ExportedMember,
    output: string,
    artifact: Pick<StoredArtifact, "kind" | "files">,
    why: MissingOutput["why"],
  ): void {
    const { kind } = artifact;
    this.#missing.push({ member: member.id, output, kind, bytes: sizeOf(artifact), why });
    this.#files.listed(member).missing.push(output);
  }
}

interface Recalled {
  readonly index: number;
  readonly manifest: Manifest;
}

function byStage(members: readonly ExportedMember[]): ReadonlyMap<string, readonly number[]> {
  const stages = new Map<string, number[]>();
  members.forEach(({ id }, index) => {
    const { stage } = memberPlace(id);
    const own = stages.get(stage);
    if (own === undefined) stages.set(stage, [index]);
    else own.push(index);
  });
  return stages;
}

function sizeOf({ files }: Pick<StoredArtifact, "files">): number {
  return Object.values(files).reduce((sum, { size }) => sum + size, 0);
}
