// The states that a task gets: what it asks of them is checked here, wherever they are kept. Also what a result may
// depend on that was found in states: a task that finds all in them looks at little of its params, but whatever decides
// which states are its own counts as read, so that no trace forgets it.

import { canonicalJson } from "../core/canonical.ts";
import type { SavedStates, StateWork, Task } from "../core/task.ts";
import type { Recorder } from "./recorded.ts";

/** The longest label, in bytes of UTF-8. */
const maxLabel = 1000;

/**
 * The states of a job, if its task says `continues`.
 *
 * @param kept where they are kept; without it none are found, and what is saved is lost.
 * @param recorder notes what `continues` looks at, and all inputs.
 *
 * @example
 * ```ts
 * import { jobStates } from "#lib/executors/job_states.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(jobStates({}, {}, undefined), undefined);
 * const states = jobStates({ continues: () => ({}) }, {}, undefined)!;
 * assertEquals([states.labels, await states.load("epoch 1")], [[], undefined]);
 * assertThrows(() => states.save("", new Uint8Array()), RangeError, "label");
 * ```
 */
export function jobStates(
  // deno-lint-ignore no-explicit-any
  { continues }: Pick<Task<any, any, any>, "continues">,
  params: unknown,
  kept: SavedStates | undefined,
  recorder?: Recorder,
): SavedStates | undefined {
  if (continues === undefined) return undefined;
  const way = continues(params);
  if (way !== undefined) canonicalJson(way);
  recorder?.readInputs();
  return new CheckedStates(way === undefined ? undefined : kept);
}

/** States with their arguments checked. */
class CheckedStates implements SavedStates {
  readonly #kept: SavedStates | undefined;
  #labels: readonly string[];

  constructor(kept: SavedStates | undefined) {
    this.#kept = kept;
    this.#labels = [...kept?.labels ?? []];
  }

  get labels(): readonly string[] {
    return [...this.#labels];
  }

  async load(label: string): Promise<Uint8Array | undefined> {
    if (!this.#labels.includes(checkLabel(label))) return undefined;
    const bytes = await this.#kept?.load(label);
    if (bytes === undefined) this.#labels = this.#labels.filter((other) => other !== label);
    return bytes;
  }

  save(label: string, bytes: Uint8Array): void {
    checkLabel(label);
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`the state ${label} is no bytes`);
    if (this.#kept === undefined || this.#labels.includes(label)) return;
    this.#labels = [...this.#labels, label].sort();
    this.#kept.save(label, new Uint8Array(bytes));
  }

  drop(labels: readonly string[]): void {
    const gone = new Set([...labels].map(checkLabel));
    this.#labels = this.#labels.filter((label) => !gone.has(label));
    if (gone.size > 0) this.#kept?.drop([...gone]);
  }

  told({ unit, found, computed }: StateWork): void {
    for (const count of [found, computed]) {
      if (!(count >= 0 && Number.isFinite(count))) {
        throw new RangeError(`found and computed must be numbers from 0 up, found ${count}`);
      }
    }
    this.#kept?.told({ unit: String(unit), found, computed });
  }
}

function checkLabel(label: string): string {
  if (typeof label !== "string") throw new TypeError("the label of a state must be a string");
  const size = new TextEncoder().encode(label).length;
  if (size === 0 || size > maxLabel) {
    throw new RangeError(
      `the label of a state must be 1 to ${maxLabel} bytes of UTF-8, found ${size}`,
    );
  }
  return label;
}
