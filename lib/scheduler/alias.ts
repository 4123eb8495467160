// Results under a further key: what a task made for other params or inputs that differ in nothing it looked at.

import type { Manifest } from "../core/manifest.ts";
import type { Store } from "../core/store.ts";
import type { KeyedAction } from "../workflow/keys.ts";

/**
 * Stores traced results under the keys of the actions that they were found for, in the background. Does nothing in
 * stores that cannot.
 *
 * @example
 * ```ts
 * import { Aliases } from "#lib/scheduler/alias.ts";
 * import { assertEquals } from "@std/assert";
 * const stored: string[] = [];
 * const alias = (manifest: { key: string }) => {
 *   stored.push(manifest.key);
 *   return Promise.resolve({ manifest, durable: Promise.resolve() });
 * };
 * const aliases = new Aliases({ alias } as never, () => {});
 * aliases.add({ key: "old", provenance: {} } as never, { key: "new" } as never);
 * await aliases.settled();
 * assertEquals(stored, ["new"]);
 * ```
 */
export class Aliases {
  readonly #store: Pick<Store, "alias">;
  readonly #failed: (error: unknown) => void;
  readonly #pending = new Set<Promise<void>>();

  /** @param failed told when one cannot be stored, or turns out not to be durable. */
  constructor(store: Pick<Store, "alias">, failed: (error: unknown) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /** Stores a result under the key of an action. */
  add(manifest: Manifest, { key, weak, action }: KeyedAction): void {
    if (this.#store.alias === undefined) return;
    const { provenance } = manifest;
    const traced_from = provenance.traced_from ?? manifest.key;
    const alias = { ...manifest, key, weak, action, provenance: { ...provenance, traced_from } };
    const storing: Promise<void> = this.#store.alias(alias)
      .then(({ durable }) => void durable.catch(this.#failed), this.#failed)
      .finally(() => this.#pending.delete(storing));
    this.#pending.add(storing);
  }

  /** Waits until all can be found. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }
}
