// The states on the way of one unit while it is carried out: what there is, what is kept, and what its task tells of
// them. They are beside the result: what cannot be kept is told once, and the stage goes on.

import { stateSpace } from "../core/action.ts";
import type { Digest } from "../core/digest.ts";
import type { Provenance } from "../core/manifest.ts";
import { type StateFolder, StorageError, type Store } from "../core/store.ts";
import type { SavedStates, StateWork } from "../core/task.ts";
import type { StageMember } from "../workflow/graph.ts";
import type { KeyedAction } from "../workflow/keys.ts";

/** What states of units need. */
export interface UnitStatesDeps {
  readonly store: Pick<Store, "states">;
  /** Told what goes wrong. */
  readonly warned: (stage: string, message: string) => void;
}

/**
 * The states of a unit; `undefined` if its task cannot be continued, or the store keeps none.
 *
 * @param isForced finds nothing, and what it keeps takes the place of what is there: a run that was asked for computes.
 *
 * @example
 * ```ts
 * import { unitStates } from "#lib/scheduler/unit_states.ts";
 * import { memoryStore } from "#lib/store/memory_store.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const store = memoryStore();
 * const keyed = { weak: digestOf("weak"), action: { inputs: {} } } as never;
 * const member = { id: "train", continues: digestOf("way") };
 * const states = await unitStates(member, keyed, false, { store, warned: () => {} });
 * states?.save("epoch 1", Uint8Array.of(1));
 * await states?.settled();
 * const later = await unitStates(member, keyed, false, { store, warned: () => {} });
 * assertEquals(later?.labels, ["epoch 1"]);
 * ```
 */
export async function unitStates(
  { id, continues }: Pick<StageMember, "id" | "continues">,
  { weak, action }: Pick<KeyedAction, "weak" | "action">,
  isForced: boolean,
  { store, warned }: UnitStatesDeps,
): Promise<UnitStates | undefined> {
  if (continues === undefined || store.states === undefined) return undefined;
  const space = stateSpace(weak, continues, action.inputs);
  const folder = store.states(space);
  const labels = isForced ? [] : await folder.list();
  return new UnitStates({ space, folder, labels, isForced, of: id, warn: (m) => warned(id, m) });
}

interface Place {
  readonly space: Digest;
  readonly folder: StateFolder;
  readonly labels: readonly string[];
  readonly isForced: boolean;
  /** Id of the stage. */
  readonly of: string;
  readonly warn: (message: string) => void;
}

/** Made by {@link unitStates}. */
export class UnitStates implements SavedStates {
  readonly #place: Place;
  /** What was asked for is done one after the other. */
  #tail: Promise<void> = Promise.resolve();
  #work: StateWork | undefined;
  #hasWarned = false;

  constructor(place: Place) {
    this.#place = place;
  }

  get labels(): readonly string[] {
    return this.#place.labels;
  }

  /** What the task has told last. */
  get work(): StateWork | undefined {
    return this.#work;
  }

  /** What the result remembers. */
  get record(): NonNullable<Provenance["states"]> {
    const { space } = this.#place;
    return this.#work === undefined ? { space } : { space, work: this.#work };
  }

  async load(label: string): Promise<Uint8Array | undefined> {
    await this.#tail;
    return await this.#place.folder.load(label);
  }

  save(label: string, bytes: Uint8Array): void {
    const { folder, of, isForced } = this.#place;
    this.#then(() => folder.save(label, bytes, { of, replace: isForced }));
  }

  drop(labels: readonly string[]): void {
    this.#then(() => this.#place.folder.drop(labels));
  }

  told(work: StateWork): void {
    this.#work = work;
  }

  /** Waits until all that was asked for is done. */
  settled(): Promise<void> {
    return this.#tail;
  }

  #then(act: () => Promise<void>): void {
    this.#tail = this.#tail.then(act).catch((error) => {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      const reason = error instanceof StorageError ? error.message : String(error);
      this.#place.warn(`its states on the way cannot be kept (${reason}); cut off, it begins anew`);
    });
  }
}

/**
 * Whether a result was there in states, so that nothing had to be computed for it.
 *
 * @example
 * ```ts
 * import { wasFound } from "#lib/scheduler/unit_states.ts";
 * import { assert } from "@std/assert";
 * assert(wasFound({ unit: "epochs", found: 3, computed: 0 }));
 * assert(!wasFound({ unit: "epochs", found: 0, computed: 0 }) && !wasFound(undefined));
 * ```
 */
export function wasFound(work: StateWork | undefined): boolean {
  return work !== undefined && work.found > 0 && work.computed === 0;
}
