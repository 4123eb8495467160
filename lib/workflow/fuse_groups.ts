// Which actions may run as one: of the same code and numerics class, alike in the params that their task names and in the
// sizes of what they read, and with equal demands. Shared by plans, which show it, and runs.

import { canonicalJson } from "../core/canonical.ts";
import { numericsOf, type StageMember } from "./graph.ts";
import type { KeyedAction } from "./keys.ts";
import type { ArtifactOf } from "./known_results.ts";
import { partOf } from "./part.ts";

/** What actions that may run as one have in common. */
export interface FuseGroup {
  readonly name: string;
  /** How many may run as one, at most. */
  readonly most: number;
}

const defaultMost = 256;
/** Seconds of one batch on a processor: what fusing saves is less than one, and what is uneven evens out over several. */
const maxSeconds = 2;
/** Bytes of inputs of one batch: they lie in memory three times, where they are read, sent and decoded. */
const maxInputBytes = 128 * 2 ** 20;

/**
 * The group of an action; `undefined` if it runs alone.
 *
 * @example
 * ```ts
 * import { fuseGroup } from "#lib/workflow/fuse_groups.ts";
 * import { prepareKeys } from "#lib/workflow/keys.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const fuse = { by: ["units"] };
 * const { members } = fakeGraph([1, 2, 3].map((n) => ({
 *   id: `a[${n}]`, params: { units: n === 3 ? 8 : 4, seed: n }, fuse,
 * })));
 * const keys = await prepareKeys(members, fakeDeps());
 * const names = members.map((member, i) => {
 *   const keyed = keys.keyed(i, () => undefined);
 *   return keyed?.ok ? fuseGroup(member, keyed.value, () => undefined)?.name : undefined;
 * });
 * assertEquals([names[0] === names[1], names[0] === names[2]], [true, false]);
 * ```
 */
export function fuseGroup(
  member: StageMember,
  { weak, action }: Pick<KeyedAction, "weak" | "action">,
  artifactOf: ArtifactOf,
): FuseGroup | undefined {
  const { task: { fuse }, command, params, members, timeoutSeconds, resources, retry } = member;
  if (fuse === undefined || command !== undefined) return undefined;
  const alike: Record<string, unknown> = {};
  for (const name of fuse.by) alike[name] = params[name] ?? null;
  const { sizes: own, bytes } = sizesOf(member, action.inputs, artifactOf);
  const sizes = fuse.anySizes === true ? "any" : own;
  const demands = { timeout: timeoutSeconds ?? null, resources, retry };
  const name = `${weak} ${numericsOf(member)} ${canonicalJson({ alike, members })} ${sizes} ${
    JSON.stringify(demands)
  }`;
  const fit = bytes === 0 ? Infinity : Math.max(1, Math.floor(maxInputBytes / bytes));
  return { name, most: Math.max(1, Math.min(fuse.most ?? defaultMost, fit)) };
}

/**
 * How many members may run as one on a processor, by the seconds that one is expected to take. A device takes all at once.
 *
 * @example
 * ```ts
 * import { mostInTime } from "#lib/workflow/fuse_groups.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([mostInTime(0.1), mostInTime(60), mostInTime(undefined)], [20, 1, Infinity]);
 * ```
 */
export function mostInTime(seconds: number | undefined): number {
  return seconds === undefined ? Infinity : Math.max(1, Math.floor(maxSeconds / seconds));
}

/** Sizes of all files read, by port, and their sum. Of a file that no member made only the digest is known. */
function sizesOf(
  { inputs }: StageMember,
  taken: KeyedAction["action"]["inputs"],
  artifactOf: ArtifactOf,
): { readonly sizes: string; readonly bytes: number } {
  let sizes = "";
  let bytes = 0;
  for (const port of Object.keys(inputs).sort()) {
    sizes += `${port}(`;
    let isKnown = true;
    for (const source of inputs[port].sources) {
      const whole = "from" in source ? artifactOf(source.from, source.output) : undefined;
      if (!("from" in source) || whole === undefined) {
        isKnown = false;
        continue;
      }
      const { files } = source.part === undefined ? whole : partOf(whole, source.part);
      for (const file of Object.keys(files).sort()) {
        sizes += `${file}:${files[file].size},`;
        bytes += files[file].size;
      }
      sizes += ";";
    }
    sizes += isKnown ? ")" : `${taken[port]?.map(({ digest }) => digest)})`;
  }
  return { sizes, bytes };
}
