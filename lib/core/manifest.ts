// Manifests: what is known of a finished action. A result exists when its manifest does; this is the commit point.

import type { Action } from "./action.ts";
import type { ActionKey, Digest } from "./digest.ts";
import type { StateWork } from "./task.ts";
import type { Reads } from "./trace.ts";

/** One file of an artifact: small ones lie inside the manifest, others in the content-addressed folder. */
export interface StoredFile {
  readonly digest: Digest;
  readonly size: number;
  /** Base64 of the bytes, for files under the inline limit. */
  readonly inline?: string;
}

/** One artifact of a result. */
export interface StoredArtifact {
  readonly kind: string;
  /** Of kind and contents; of a volatile artifact: of the action's key and the output's name. */
  readonly digest: Digest;
  /** Stored, but no part of what is compared: logs, timings. */
  readonly volatile?: true;
  readonly files: Readonly<Record<string, StoredFile>>;
}

/** What a stage used of the machine. Measured for the thread of a task, sampled over the process group of a command. */
export interface Usage {
  readonly cpu_seconds: number;
  /** Bytes; absent where it cannot be told apart from the rest of the process. */
  readonly peak_rss?: number;
}

/** What happened while the action ran. Never in the key. */
export interface Provenance {
  /** Id of the stage member that ran it first. */
  readonly stage: string;
  readonly workflow: string;
  readonly run: string;
  readonly started_at: string;
  readonly seconds: number;
  readonly usage?: Usage;
  /** How many times it was tried, if more than once. */
  readonly attempts?: number;
  /** Ids of failed members that a gathered input left out (`failed: omit`). */
  readonly omitted?: readonly string[];
  /** Key of the action that made the bytes, if this one was found to read the same. */
  readonly traced_from?: ActionKey;
  /** For tasks that say `continues`: the namespace of its states, and how much of the work was found there. */
  readonly states?: { readonly space: Digest; readonly work?: StateWork };
  readonly executor: string;
  /** The engine that did the numbers, for tasks that use one. */
  readonly engine: string | null;
  readonly deno: string;
  readonly basin: string;
  /** Digests of the modules in the closure, so that `why` can name the file that changed. */
  readonly modules: Readonly<Record<string, Digest>>;
}

/** A finished action, with its full preimage. */
export interface Manifest {
  readonly key: ActionKey;
  readonly weak: Digest;
  readonly action: Action;
  readonly outputs: Readonly<Record<string, StoredArtifact>>;
  readonly provenance: Provenance;
  /** What the task looked at, if less than everything. */
  readonly reads?: Reads;
  /** Committed with `keep: "digest"`: that large files are not there is no loss. */
  readonly keep?: "digest";
  /** What it printed, standard output and error as they came; absent if nothing. */
  readonly log?: StoredFile;
}
