// What an export works with and what it says afterwards: plain data and the few functions of the world that it needs.

import type { Files } from "../core/artifact.ts";
import type { ActionKey } from "../core/digest.ts";
import type { Manifest, StoredArtifact } from "../core/manifest.ts";

/** A member of a run, as its record has it. */
export interface ExportedMember {
  /** `stage[axis=value,…]` */
  readonly id: string;
  readonly status: string;
  readonly key?: ActionKey;
  readonly seconds?: number;
  readonly cpuSeconds?: number;
  /** The numerics class of the engine that made its result. */
  readonly engine?: string;
  /** Digests of its outputs when the run ended. */
  readonly digests: Readonly<Record<string, string>>;
  /** Why there is no result. */
  readonly note?: string;
}

/** A run. */
export interface ExportedRun {
  readonly workflow: string;
  readonly description?: string;
  readonly run: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly basin: string;
  readonly deno: string;
  readonly engine?: string;
  readonly ok: boolean;
  readonly finished: boolean;
  /** In the order of the workflow. */
  readonly members: readonly ExportedMember[];
  /** The workflow as it was resolved, YAML. */
  readonly resolved?: string;
  /** The command that repeats the run. */
  readonly command?: string;
  /** The commit of the project that ran, and whether files differed from it (`null`: not known). */
  readonly git?: { readonly commit?: string; readonly dirty: boolean | null };
  /** Where the run's own folder lies, relative to the project. */
  readonly folder: string;
}

/** Which files are written. */
export interface ExportOptions {
  /** `basin`: trial × time × unit. `neurogym`: time × batch × unit, and NeuroGym's names. */
  readonly layout: "basin" | "neurogym";
  /** Arrays of each member in one `.npz`, instead of `.npy` files. */
  readonly npz: boolean;
  /** Arrays of each stage in one HDF5 file, instead of `.npy` files. */
  readonly hdf5: boolean;
  /** Tables as Parquet, too. */
  readonly parquet: boolean;
}

/** What of the world an export uses. */
export interface ExportWorld {
  recall(key: ActionKey): Manifest | undefined;
  /** The verified bytes; `undefined` if they are not there. */
  read(artifact: StoredArtifact): Promise<Files | undefined>;
  /** Writes a new file, with the folders above it. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  progress?(done: number, of: number): void;
}

/** An output whose bytes are not there. */
export interface MissingOutput {
  readonly member: string;
  readonly output: string;
  readonly kind: string;
  readonly bytes: number;
  /** `digest`: the workflow keeps its digest only. `gone`: collected or damaged. */
  readonly why: "digest" | "gone";
}

/** What was written. */
export interface ExportReport {
  readonly members: number;
  readonly files: number;
  readonly bytes: number;
  readonly tables: number;
  readonly arrays: number;
  readonly networks: number;
  readonly figures: number;
  readonly missing: readonly MissingOutput[];
  /** Members of which the store by now has another result than the run had. */
  readonly changed: readonly string[];
}

/**
 * Indented JSON with a final line end; numbers that JSON lacks as texts.
 *
 * @example
 * ```ts
 * import { prettyJson } from "#lib/export/exported_run.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(new TextDecoder().decode(prettyJson({ a: NaN })), '{\n  "a": "NaN"\n}\n');
 * ```
 */
export function prettyJson(value: unknown): Uint8Array {
  const text = JSON.stringify(
    value,
    (_key, inner) => typeof inner === "number" && !Number.isFinite(inner) ? String(inner) : inner,
    2,
  );
  return new TextEncoder().encode(text + "\n");
}
