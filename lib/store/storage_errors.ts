// Failures of the disk as failures of the store.

import { DiskError } from "../core/disk.ts";
import { StorageError } from "../core/store.ts";

/**
 * A failure of the disk as one of the store; anything else as it is.
 *
 * @example
 * ```ts
 * import { storageError } from "#lib/store/storage_errors.ts";
 * import { DiskError } from "#lib/core/disk.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(String(storageError(new DiskError("read", "x", "EIO"))), "StorageError: read x: EIO");
 * ```
 */
export function storageError(error: unknown): unknown {
  if (!(error instanceof DiskError)) return error;
  return new StorageError(error.operation, error.path, error.errno);
}

/**
 * Does something, and throws failures of the disk as those of the store.
 *
 * @throws {StorageError}
 *
 * @example
 * ```ts
 * import { orStorageError } from "#lib/store/storage_errors.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await orStorageError(() => 1), 1);
 * ```
 */
export async function orStorageError<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw storageError(error);
  }
}

/**
 * The same for a promise that nobody has to wait for.
 *
 * @example
 * ```ts
 * import { storageErrorLater } from "#lib/store/storage_errors.ts";
 * await storageErrorLater(Promise.resolve());
 * ```
 */
export function storageErrorLater(durable: Promise<void>): Promise<void> {
  const later = durable.catch((error) => {
    throw storageError(error);
  });
  later.catch(() => {});
  return later;
}
