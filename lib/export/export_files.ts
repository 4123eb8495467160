// What all parts of an export share: the files that are being written, names that are taken, and what is listed of whom.

import type {
  ExportedMember,
  ExportedRun,
  ExportOptions,
  ExportReport,
  ExportWorld,
} from "./exported_run.ts";
import { PathClaims } from "./names.ts";

/** An artifact with where it goes. */
export interface Placed {
  readonly member: ExportedMember;
  /** File name of its stage. */
  readonly folder: string;
  /** File name of the member, and of the output if it has several. */
  readonly base: string;
  /** Name of the output; "" if it is the only one. */
  readonly output: string;
  /** For sidecars. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Params of the stage. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** The files of one export. */
export class ExportFiles {
  readonly run: ExportedRun;
  readonly options: ExportOptions;
  readonly claims: PathClaims = new PathClaims();
  readonly counts: { -readonly [K in Exclude<keyof ExportReport, "missing" | "changed">]: number };
  readonly #world: ExportWorld;
  readonly #listed = new Map<ExportedMember, { files: string[]; missing: string[] }>();
  #writes: Promise<void>[] = [];

  constructor(run: ExportedRun, options: ExportOptions, world: ExportWorld) {
    this.run = run;
    this.options = options;
    this.#world = world;
    const members = run.members.length;
    this.counts = { members, files: 0, bytes: 0, tables: 0, arrays: 0, networks: 0, figures: 0 };
  }

  /** Begins to write a file. What goes wrong is told by {@link settle}. */
  write(path: string, bytes: Uint8Array): void {
    this.counts.files++;
    this.counts.bytes += bytes.length;
    const writing = (async () => await this.#world.write(path, bytes))();
    writing.catch(() => {});
    this.#writes.push(writing);
  }

  /** Waits for all that was begun, also if some of it fails; nothing is being written afterwards. */
  async settle(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    await Promise.allSettled(writes);
    await Promise.all(writes);
  }

  /** A stem that is this artifact's own, in a folder of the export. */
  stem(folder: string, { member, output, base }: Placed, endings: readonly string[]): string {
    return this.claims.claim(`${folder}/${base}`, endings, `${folder}/${member.id}.${output}`);
  }

  /** Files and missing outputs of a member, to be added to. */
  listed(member: ExportedMember): { files: string[]; missing: string[] } {
    let own = this.#listed.get(member);
    if (own === undefined) this.#listed.set(member, own = { files: [], missing: [] });
    return own;
  }
}
