// Disks that say no, in words for people: what was tried, where, the system's own name for the reason, and what helps.

import { DiskError } from "../core/disk.ts";
import { StorageError } from "../core/store.ts";

/** The sentence, or `undefined` if the error is of another kind. */
export function storageProblem(error: unknown): string | undefined {
  if (error instanceof StorageError) return sentence(error.operation, error.path, error.reason);
  if (error instanceof DiskError) return sentence(error.operation, error.path, error.errno);
  return undefined;
}

function sentence(operation: string, path: string, reason: string): string {
  const advice = remedies[reason];
  return `cannot ${operation} ${path}: ${reason}${advice === undefined ? "" : ` (${advice})`}`;
}

const remedies: Readonly<Record<string, string>> = {
  NotCapable:
    "tasks of deno.json write below `results` only; `deno task basin:external COMMAND` may write anywhere",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "there is a file where a folder should be",
  EISDIR: "there is a folder where a file should be",
  EEXIST: "there is something of that name already",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
};
