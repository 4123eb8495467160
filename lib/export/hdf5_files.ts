// HDF5 files of an export: one for each stage, a group for each member; more than one where a stage has more than a file
// may hold, which is made in memory.

import { fileNameOf } from "../core/file_name.ts";
import { decodeNpy } from "../core/npy.ts";
import type { Tensor } from "../core/tensor.ts";
import {
  type Hdf5Array,
  type Hdf5Attributes,
  maxHdf5Bytes,
  writeHdf5,
} from "../formats/write_hdf5.ts";
import { keptApart, type OutgoingArrays } from "./array_files.ts";
import type { ExportFiles, Placed } from "./export_files.ts";
import type { ExportedMember } from "./exported_run.ts";
import { partName } from "./names.ts";

/** Collects the arrays of a stage and writes them. */
export class Hdf5Files {
  readonly #files: ExportFiles;
  readonly #limit: number;
  #arrays: Hdf5Array[] = [];
  #groups: Record<string, Hdf5Attributes> = {};
  #members: { readonly member: ExportedMember; readonly group: string }[] = [];
  #bytes = 0;

  /** @param limit bytes of arrays in one file, at most; one artifact alone may have more */
  constructor(files: ExportFiles, limit: number = maxHdf5Bytes) {
    this.#files = files;
    this.#limit = limit;
  }

  /** Keeps the arrays of an artifact. */
  add({ member, output }: Placed, { arrays, documents, facts }: OutgoingArrays): void {
    const own = fileNameOf(member.id);
    const group = output === "" ? own : `${own}/${partName(output.replaceAll("/", "-"))}`;
    const names = keptApart(arrays.map(({ key }) => key));
    arrays.forEach(({ npy, sidecar }, i) => {
      const { dims, units, coords, ...attributes } = sidecar as Partial<Tensor>;
      const array = decodeNpy(npy);
      this.#bytes += array.data.byteLength;
      this.#arrays.push({
        path: `${group}/${names[i]}`,
        tensor: {
          ...array,
          dims: dims ?? array.shape.map((_, axis) => `axis_${axis}`),
          ...(units === undefined ? {} : { units }),
          ...(coords === undefined ? {} : { coords }),
        },
        attributes: attributes as Hdf5Attributes,
      });
    });
    const { output: _output, kind: _kind, ...ofMember } = facts;
    this.#groups[own] = { ...this.#groups[own], ...ofMember };
    this.#groups[group] = { ...documents, ...facts };
    this.#members.push({ member, group });
  }

  /** Writes what is kept before so many bytes more would be too much for one file. */
  async makeRoom(stage: string, bytes: number): Promise<void> {
    if (this.#bytes > 0 && this.#bytes + bytes > this.#limit) await this.write(stage);
  }

  /** Writes what is kept. */
  async write(stage: string): Promise<void> {
    if (this.#members.length === 0) return;
    const { claims, run, options } = this.#files;
    const name = `hdf5/${fileNameOf(stage)}`;
    // Further files of a stage are marked by the member that they begin with.
    const path = `${claims.claim(name, [".h5"], `${name}/${this.#members[0].group}`)}.h5`;
    const about = { workflow: run.workflow, run: run.run, stage, layout: options.layout };
    const content = { arrays: this.#arrays, groups: { "": about, ...this.#groups } };
    for (const { member, group } of this.#members) {
      this.#files.listed(member).files.push(`${path}#/${group}`);
    }
    [this.#arrays, this.#groups, this.#members, this.#bytes] = [[], {}, [], 0];
    this.#files.write(path, await writeHdf5(content));
    await this.#files.settle();
  }
}
