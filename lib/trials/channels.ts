// What a network is given and must give: channels of the observation, then the rule input (one-hot, constant over a trial;
// none if there is one rule), and targets. And what is wrong with neurotasks that are to share a network.

import type { Neurotask } from "../core/neurotask.ts";

/** The input of a network for trials of one rule. */
export interface Channels {
  readonly names: readonly string[];
  readonly numChannels: number;
  /** Channels of the observation, which come first. */
  readonly numObserved: number;
  /** The channel that is 1 for this rule; −1 without a rule input. */
  readonly ruleChannel: number;
}

// deno-lint-ignore no-explicit-any
type AnyNeurotask = Neurotask<any>;

/**
 * The input channels for a neurotask among rules; absent, the rules are the neurotask's own.
 *
 * @throws {RangeError} if the neurotask is none of the rules
 *
 * @example
 * ```ts
 * import { channelsOf } from "#lib/trials/channels.ts";
 * import pdmDelay from "#lib/neurotasks/pdm_delay.ts";
 * import { assertEquals } from "@std/assert";
 * const spec = { neurotask: pdmDelay, params: pdmDelay.params.parse({}) };
 * assertEquals(channelsOf(spec).ruleChannel, 5);
 * assertEquals(channelsOf({ ...spec, rules: ["pdm_delay"] }).numChannels, 3);
 * ```
 */
export function channelsOf(
  { neurotask, params, rules = neurotask.rules }: {
    readonly neurotask: AnyNeurotask;
    readonly params: unknown;
    readonly rules?: readonly string[];
  },
): Channels {
  const observed = neurotask.channels(params as never);
  const place = rules.indexOf(neurotask.name);
  if (place < 0) {
    throw new RangeError(
      `channelsOf() got the neurotask ${neurotask.name}, which is none of the rules ${
        rules.join(", ")
      }`,
    );
  }
  const names = rules.length === 1
    ? [...observed]
    : [...observed, ...rules.map((rule) => `rule_${rule}`)];
  return {
    names,
    numChannels: names.length,
    numObserved: observed.length,
    ruleChannel: rules.length === 1 ? -1 : observed.length + place,
  };
}

/**
 * Numbers of the target per step: 1 for classes, one per head, one per output for values.
 *
 * @example
 * ```ts
 * import { targetWidthOf } from "#lib/trials/channels.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(targetWidthOf(pdmPro, pdmPro.params.parse({})), 1);
 * ```
 */
export function targetWidthOf(neurotask: AnyNeurotask, params: unknown): number {
  if (neurotask.targets === "value") return neurotask.outputs(params as never).length;
  return neurotask.heads?.(params as never).length ?? 1;
}

/** A neurotask and its params, defaults filled in. */
export interface RuleMember {
  readonly neurotask: AnyNeurotask;
  readonly params: unknown;
}

/**
 * What keeps neurotasks from sharing a network, by place in the list: a rule that stands twice, other channels, other
 * outputs, classes beside values.
 *
 * @example
 * ```ts
 * import { sharingIssues } from "#lib/trials/channels.ts";
 * import pdmPro from "#lib/neurotasks/pdm_pro.ts";
 * import { assertEquals } from "@std/assert";
 * const pro = { neurotask: pdmPro, params: pdmPro.params.parse({}) };
 * assertEquals(sharingIssues([pro]), []);
 * assertEquals(sharingIssues([pro, pro])[0].place, 1);
 * ```
 */
export function sharingIssues(
  members: readonly RuleMember[],
): readonly { readonly place: number; readonly message: string }[] {
  const issues: { place: number; message: string }[] = [];
  const [first] = members;
  members.forEach(({ neurotask, params }, place) => {
    if (place === 0) return;
    const refuse = (message: string) => issues.push({ place, message });
    const { name } = neurotask;
    if (members.findIndex((other) => other.neurotask.name === name) < place) {
      return refuse(`${name} stands twice in the list of rules`);
    }
    const other = first.neurotask.name;
    if (neurotask.targets !== first.neurotask.targets) {
      return refuse(
        `${name} has ${neurotask.targets} targets and ${other} has ${first.neurotask.targets} ` +
          "targets; they cannot share a network",
      );
    }
    for (const what of ["channels", "outputs"] as const) {
      const mine = neurotask[what](params as never);
      const theirs = first.neurotask[what](first.params as never);
      if (mine.length !== theirs.length) {
        return refuse(
          `${name} has ${mine.length} ${what} (${mine.join(", ")}) and ${other} has ` +
            `${theirs.length} (${theirs.join(", ")}); rules of one network need equally many`,
        );
      }
    }
  });
  return issues;
}
