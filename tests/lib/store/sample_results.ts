// Results to commit in tests: what an action gives is a function of its number alone.

import { type Action, actionKey, weakKey } from "#lib/core/action.ts";
import { type ActionKey, digestOf } from "#lib/core/digest.ts";
import type { Manifest } from "#lib/core/manifest.ts";
import { randomStream } from "#lib/core/random.ts";
import type { OutputBytes } from "#lib/core/store.ts";

/** Size of a file that lies beside its manifest. */
export const largeSize = 70_000;

/** A result and its outputs. */
export interface Sample {
  readonly key: ActionKey;
  readonly result: Omit<Manifest, "outputs">;
  readonly outputs: Readonly<Record<string, OutputBytes>>;
}

/**
 * The result of action `n`. Every third holds a large file that all those share, every third one of its own,
 * and the others only small ones.
 */
export function sample(n: number, params: Readonly<Record<string, unknown>> = {}): Sample {
  const action: Action = {
    recipe: {
      code: digestOf("code"),
      task: "sample",
      outputs: { out: "table" },
      numerics: "exact",
      deno: "2.9",
      salt: "",
    },
    params: { n, ...params },
    inputs: { x: [{ digest: digestOf("x"), coords: { seed: n } }] },
  };
  const weak = weakKey(action.recipe);
  const key = actionKey(action, weak);
  return {
    key,
    result: {
      key,
      weak,
      action,
      provenance: {
        stage: `sample[n=${n}]`,
        workflow: "w",
        run: "r",
        started_at: "2024-01-01T00:00:00.000Z",
        seconds: 0.5,
        executor: "inline",
        engine: null,
        deno: "2.9.6",
        basin: "0.1.0",
        modules: { "tasks/sample.ts": digestOf("a"), "lib/core/task.ts": digestOf("b") },
      },
    },
    outputs: { out: { kind: "table", files: filesOf(n) } },
  };
}

/** Random bytes from a seed. */
export function randomBytes(seed: number, length: number): Uint8Array {
  const words = randomStream(seed, "bytes").uniform(new Float64Array(Math.ceil(length / 4)));
  const bytes = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bytes[i] = words[i] * 4294967296;
  return new Uint8Array(bytes.buffer, 0, length);
}

const large = new Map<number, Uint8Array>();

function filesOf(n: number): Readonly<Record<string, Uint8Array>> {
  const small = { "table.json": new TextEncoder().encode(`{"n":${n},"text":"é\\n"}\n`) };
  if (n % 3 === 0) return small;
  const seed = n % 3 === 1 ? -1 : n;
  let bytes = large.get(seed);
  if (bytes === undefined) large.set(seed, bytes = randomBytes(seed, largeSize));
  return { ...small, "table.tsv": bytes };
}
