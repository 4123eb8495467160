// Manifests: what is known of a finished action. A result exists when its manifest does; this is the commit point.

import type { Action } from "./action.ts";
import type { ActionKey, Digest } from "./digest.ts";

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
  readonly digest: Digest;
  readonly files: Readonly<Record<string, StoredFile>>;
}

/** What happened while the action ran. Never in the key. */
export interface Provenance {
  /** Id of the stage member that ran it first. */
  readonly stage: string;
  readonly workflow: string;
  readonly run: string;
  readonly started_at: string;
  readonly seconds: number;
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
}
