// What the provenance of a run is written from, as plain data. The command line collects it; this room formats it.

import type { Environment } from "../core/environment.ts";

/** A stage of the workflow: a step. */
export interface CrateStage {
  readonly name: string;
  readonly description: string;
  /** No other stage reads it: its outputs are those of the workflow. */
  readonly isLeaf: boolean;
  /** Position in the list of tools: what its members would have used if none was run. */
  readonly tool: number;
}

/** What did the work of members: a task with its code, or the command of a `run:` stage. */
export interface CrateTool {
  /** The task's name; `run:` and the stage's name for commands. Tools of one name take the same params and inputs. */
  readonly name: string;
  readonly summary: string;
  /** Digest of the closure, or of the command as rendered; absent if nothing tells. */
  readonly code?: string;
  /** Class of the numbers, if an engine made them. */
  readonly engine?: string;
}

/** An artifact that went in or out of a member. */
export interface CrateArtifact {
  /** Name of the input or output. */
  readonly port: string;
  readonly digest: string;
  readonly kind: string;
  readonly bytes?: number;
  /** Files of the run folder that hold it. */
  readonly files?: readonly string[];
}

/** A file from outside that a member read. */
export interface CrateSource {
  readonly port: string;
  /** Relative to the project, or only its name. */
  readonly path: string;
}

/** What became of one stage member. Those that were skipped are left out. */
export interface CrateMember {
  readonly id: string;
  /** Position in the list of stages. */
  readonly stage: number;
  /** Position in the list of tools. */
  readonly tool: number;
  /** Absent if nothing was stored. */
  readonly key?: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: readonly CrateArtifact[];
  readonly sources: readonly CrateSource[];
  readonly outputs: readonly CrateArtifact[];
  /** When its work was done, in milliseconds since 1970: of a hit, when it was done first. */
  readonly started?: number;
  readonly ended?: number;
  /** Found in the store rather than done in this run. */
  readonly isHit: boolean;
  /** Of a hit: the run and the member that made it, if that is known. */
  readonly origin?: { readonly run: string; readonly stage: string };
  /** Why it failed, or that it was interrupted. */
  readonly error?: string;
  /** The command line of a `run:` stage. */
  readonly command?: string;
}

/** A file of the run folder, or a folder of too many. */
export interface CrateFile {
  /** Relative to the run folder; folders end in `/`. */
  readonly path: string;
  readonly bytes: number;
  /** 64 hexadecimal digits; absent for folders. */
  readonly sha256?: string;
  /** How many files a folder holds. */
  readonly count?: number;
}

/** Everything that is written of a run. */
export interface CrateRun {
  readonly workflow: {
    readonly name: string;
    readonly description: string;
    /** Its params with their values. */
    readonly params: Readonly<Record<string, unknown>>;
  };
  readonly run: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number;
  readonly ok: boolean;
  /** Why the run is not whole. */
  readonly error?: string;
  readonly totals: {
    readonly stages: number;
    readonly ran: number;
    readonly hit: number;
    readonly failed: number;
    readonly skipped: number;
  };
  readonly environment: Environment;
  /** Each after those that it reads. */
  readonly stages: readonly CrateStage[];
  readonly tools: readonly CrateTool[];
  readonly members: readonly CrateMember[];
  readonly files: readonly CrateFile[];
}
