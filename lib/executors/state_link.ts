// States between a worker and the main thread: saves and what else is said go at once, in order, before the result; bytes
// are fetched when a task asks for them. Leaves out where states are kept (lib/store) and what a task may ask
// (job_states.ts).

import type { SavedStates, StateWork } from "../core/task.ts";

/** What a job in a worker says of its states. */
export type StateSaid =
  | { readonly do: "save"; readonly label: string; readonly bytes: Uint8Array }
  | { readonly do: "drop"; readonly labels: readonly string[] }
  | { readonly do: "told"; readonly work: StateWork }
  | { readonly do: "load"; readonly label: string; readonly question: number };

/** The bytes that a job asked for; absent if there are none. */
export interface StateAnswer {
  readonly question: number;
  readonly bytes?: Uint8Array;
}

/** Says something of a job's states to the main thread. */
export type SayState = (said: StateSaid, transfer: Transferable[]) => void;

/**
 * The worker's end.
 *
 * @example
 * ```ts
 * import { StateLink } from "#lib/executors/state_link.ts";
 * import { assertEquals } from "@std/assert";
 * const link = new StateLink();
 * const states = link.states(["epoch 1"], (said) => {
 *   if (said.do === "load") link.answer({ question: said.question, bytes: Uint8Array.of(7) });
 * });
 * assertEquals(await states.load("epoch 1"), Uint8Array.of(7));
 * ```
 */
export class StateLink {
  readonly #open = new Map<number, (bytes: Uint8Array | undefined) => void>();
  #last = 0;

  /** The states of one job. */
  states(labels: readonly string[], say: SayState): SavedStates {
    return {
      labels,
      load: (label) => {
        const question = ++this.#last;
        const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
        this.#open.set(question, resolve);
        say({ do: "load", label, question }, []);
        return promise;
      },
      // The bytes are a copy that nobody else has (job_states.ts).
      save: (label, bytes) => say({ do: "save", label, bytes }, [bytes.buffer as ArrayBuffer]),
      drop: (labels) => say({ do: "drop", labels }, []),
      told: (work) => say({ do: "told", work }, []),
    };
  }

  /** The main thread has answered. */
  answer({ question, bytes }: StateAnswer): void {
    this.#open.get(question)?.(bytes);
    this.#open.delete(question);
  }
}

/**
 * The main thread's end: does what a job in a worker says.
 *
 * @param worker is sent the bytes that it asks for.
 *
 * @example
 * ```ts
 * import { heed } from "#lib/executors/state_link.ts";
 * import { assertEquals } from "@std/assert";
 * const dropped: string[] = [];
 * const states = { drop: (labels: readonly string[]) => dropped.push(...labels) };
 * heed({ do: "drop", labels: ["epoch 1"] }, states as never, { postMessage() {} });
 * assertEquals(dropped, ["epoch 1"]);
 * ```
 */
export function heed(
  said: StateSaid,
  states: SavedStates | undefined,
  worker: { postMessage(answer: StateAnswer, transfer: Transferable[]): void },
): void {
  switch (said.do) {
    case "save":
      return states?.save(said.label, said.bytes);
    case "drop":
      return states?.drop(said.labels);
    case "told":
      return states?.told(said.work);
    case "load": {
      const { question, label } = said;
      const nothing = () => worker.postMessage({ question }, []);
      if (states === undefined) return nothing();
      states.load(label).then((bytes) => {
        if (bytes === undefined) nothing();
        else worker.postMessage({ question, bytes }, [bytes.buffer as ArrayBuffer]);
      }, nothing);
    }
  }
}
