// Verifying traces: what a task looked at in its params and inputs. If a later action of the same code differs only in
// what was not looked at, its result is known: a deterministic task that reads the same does the same.
// (Mokhov, Mitchell, Peyton Jones, Build Systems à la Carte, 2018, on verifying and constructive traces.)
// Leaves out who watches the task (lib/executors) and who remembers (lib/store).

import type { Action, ActionInput } from "./action.ts";
import { type Digest, digestOfValue } from "./digest.ts";

/** What was looked at. */
export interface Reads {
  /**
   * Looks at params, sorted: `=` + JSON pointer for a value that is no collection, `?` for a presence (`in`, or a read
   * of something absent), `#` for the keys of an object or the length of a list, `*` for everything at and below.
   */
  readonly params: readonly string[];
  /**
   * Port → names of the files opened in its artifacts, sorted; the empty name stands for the list of names.
   * A port that is absent was read whole.
   */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
}

/** The digests of the files in one artifact by name; `undefined` if they are not known. */
export type FilesOf = (input: ActionInput) => Readonly<Record<string, Digest>> | undefined;

/**
 * Digest of what an action would show to a task that looks at `reads`: actions with equal digests have equal
 * results. `undefined` if the files of an input that was read in part are not known.
 *
 * @example
 * ```ts
 * import { traceKey } from "#lib/core/trace.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 * const key = (params: Record<string, unknown>) =>
 *   traceKey(digestOf("code"), { params: ["=/rate"], inputs: {} }, { params, inputs: {} }, () => undefined);
 * assertEquals(key({ rate: 1, label: "a" }), key({ rate: 1, label: "b" }));
 * assertNotEquals(key({ rate: 1 }), key({ rate: 2 }));
 * ```
 */
export function traceKey(
  weak: Digest,
  reads: Reads,
  { params, inputs }: Pick<Action, "params" | "inputs">,
  filesOf: FilesOf,
): Digest | undefined {
  const seen: Record<string, unknown[]> = {};
  for (const [port, items] of Object.entries(inputs)) {
    const names = reads.inputs[port];
    if (names === undefined) {
      seen[port] = [...items];
      continue;
    }
    const taken: unknown[] = [];
    for (const item of items) {
      const files = filesOf(item);
      if (files === undefined) return undefined;
      const opened = names.map((name) =>
        name === "" ? Object.keys(files).sort() : files[name] ?? null
      );
      taken.push(item.coords === undefined ? { opened } : { opened, coords: item.coords });
    }
    seen[port] = taken;
  }
  const shown = reads.params.map((look) => valueSeen(params, look));
  return digestOfValue({ trace: weak, reads, params: shown, inputs: seen });
}

/** What a look shows; what is not there shows as `null` in a list of its own, so that it differs from any value. */
function valueSeen(params: unknown, look: string): unknown {
  const at = follow(params, look.slice(1));
  switch (look[0]) {
    case "?":
      return at !== absent;
    case "#":
      if (Array.isArray(at)) return at.length;
      if (!isCollection(at)) return [null];
      return Object.entries(at).filter(([, value]) => value !== undefined).map(([key]) => key)
        .sort();
    case "*":
      return at === absent ? [] : [at];
    default:
      return at === absent ? [null] : isCollection(at) ? [Array.isArray(at) ? "list" : "map"] : at;
  }
}

const absent = Symbol("absent");

function follow(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (!isCollection(at) || !Object.hasOwn(at, name)) return absent;
    const inList = Array.isArray(at);
    at = (at as Record<string, unknown>)[name];
    // As the key has it.
    if (at === undefined) at = inList ? null : absent;
  }
  return at;
}

function isCollection(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
