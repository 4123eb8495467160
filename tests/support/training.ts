// Trains networks in tests: params as a workflow writes them, members loaded by name, states in memory.

import { createHash } from "node:crypto";
import { assert } from "@std/assert";
import type { Files } from "#lib/core/artifact.ts";
import { arraysOf } from "#lib/core/artifacts/arrays.ts";
import { type Network, network } from "#lib/core/artifacts/network.ts";
import { table } from "#lib/core/artifacts/table.ts";
import type { Engine } from "#lib/core/engine.ts";
import type { Member } from "#lib/core/member.ts";
import { chosenMembers, parseMemberParams, parseParams, taskIssues } from "#lib/core/resolve.ts";
import type { Table } from "#lib/core/table.ts";
import type { SavedStates } from "#lib/core/task.ts";
import { networks } from "#lib/models/networks/mod.ts";
import { neurotasks } from "#lib/neurotasks/mod.ts";
import task from "#tasks/train_rnn.ts";

/** Raw params. */
export type Params = Readonly<Record<string, unknown>>;

/** What a training gave. */
export interface Trained {
  readonly weights: Network;
  readonly checkpoints: Table;
  readonly log: Table;
  readonly moments: unknown;
}

/** States in memory, and what was told of them. */
export class FakeStates implements SavedStates {
  readonly kept = new Map<string, Uint8Array>();
  work: { readonly unit: string; readonly found: number; readonly computed: number } | undefined;

  get labels(): readonly string[] {
    return [...this.kept.keys()];
  }

  load(label: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.kept.get(label));
  }

  save(label: string, bytes: Uint8Array): void {
    if (!this.kept.has(label)) this.kept.set(label, bytes.slice());
  }

  drop(labels: readonly string[]): void {
    for (const label of labels) this.kept.delete(label);
  }

  told(work: { readonly unit: string; readonly found: number; readonly computed: number }): void {
    this.work = work;
  }
}

/** Params and members of a training, or what is wrong with them. */
export async function readTraining(raw: Params, own: Readonly<Record<string, Member>> = {}) {
  const parsed = parseParams(task.params, raw);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.error));
  const members: Record<string, Member> = {};
  const rooms: Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>> = {
    networks,
    neurotasks,
  };
  for (const [name, use] of Object.entries(chosenMembers(task.members, parsed.value))) {
    const load = rooms[use.room][use.name] as () => Promise<{ readonly default: Member }>;
    members[name] = own[use.name] ?? (await load()).default;
  }
  const read = parseMemberParams(task.members, parsed.value, members);
  if (!read.ok) throw new TypeError(JSON.stringify(read.error));
  return {
    params: read.value as never,
    members,
    issues: taskIssues(task, read.value, members),
  };
}

/** Asks for a training. */
export interface Wanted {
  readonly params: Params;
  /** Members that are in no room. */
  readonly own?: Readonly<Record<string, Member>>;
  readonly init?: Network;
  readonly states?: SavedStates;
  readonly signal?: AbortSignal;
  readonly progress?: (fraction: number, note?: string) => void;
}

/** Trains several networks in one batch; the message of a failure in place of what one gave. */
export async function trainAll(
  engine: Engine,
  wanted: readonly Wanted[],
): Promise<(Trained | string)[]> {
  const results: (Trained | string)[] = [];
  const members = await Promise.all(wanted.map(async (one, at) => {
    const { params, members, issues } = await readTraining(one.params, one.own);
    if (issues.length > 0) throw new TypeError(JSON.stringify(issues));
    return {
      members,
      member: {
        params,
        inputs: { init: one.init },
        states: one.states ?? new FakeStates(),
        progress: one.progress ?? (() => {}),
        finish: (made: unknown) => void (results[at] = made as Trained),
        fail: (error: unknown) => void (results[at] = (error as Error).message),
      },
    };
  }));
  await task.runMany!(
    {
      engine,
      members: members[0].members,
      signal: wanted[0].signal ?? new AbortController().signal,
      progress: () => {},
    } as never,
    members.map(({ member }) => member) as never,
  );
  return results;
}

/** Trains one network. */
export async function train(
  engine: Engine,
  params: Params,
  rest: Omit<Wanted, "params"> = {},
): Promise<Trained> {
  const [made] = await trainAll(engine, [{ params, ...rest }]);
  if (typeof made === "string") throw new Error(made);
  return made;
}

/** Durations of short trials. */
export const shortTiming = { fixation: 100, stimulus: 300, delay: 200, decision: 100 };
/** Those of trials that differ in length. */
export const variedTiming = { ...shortTiming, stimulus: { choice: [200, 400] } };

/** A small network on short trials. */
export const small: Params = {
  units: 6,
  batch_size: 5,
  updates_per_epoch: 3,
  evaluation: { num_trials: 12 },
  trial: { timing: { train: variedTiming, test: shortTiming } },
  optimiser: { learning_rate: 0.01 },
};

/** A phase. */
export const phase = (rules: readonly string[], epochs: number, more: Params = {}) => ({
  rules,
  epochs,
  ...more,
});

/** Everything that a training gave, as digests of the files that are stored. */
export function bytesOf(trained: Trained | string | undefined) {
  assert(typeof trained === "object", `${trained}`);
  const digests = (files: Files) =>
    Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [
        name,
        createHash("sha256").update(bytes).digest("hex"),
      ]),
    );
  return {
    weights: digests(network.encode(trained.weights)),
    checkpoints: digests(table.encode(trained.checkpoints)),
    log: digests(table.encode(trained.log)),
    moments: digests(arraysOf("arrays").encode(trained.moments as never)),
  };
}

/** Members that differ in everything that may, in one sweep and in several. */
export const sweep: readonly Params[] = [
  { ...small, phases: [phase(["pdm_pro"], 3)] },
  { ...small, phases: [phase(["pdm_anti", "pdm_delay"], 2), phase(["pdm_anti_delay"], 2)] },
  {
    ...small,
    seed: 1,
    phases: [phase(["pdm_pro"], 1)],
    trainable: ["W_in"],
    optimiser: { learning_rate: 0.01, clip_norm: 0.01 },
  },
  {
    ...small,
    optimiser: { kind: "sgd", learning_rate: 0.1, momentum: 0.9, nesterov: true },
    penalties: { l2_norm: 1e-3, l1: 1e-4 },
    phases: [phase(["pdm_anti", "pdm_pro"], 2, { order: "interleaved" })],
  },
  { ...small, loss: { over: "decision" }, phases: [phase(["pdm_pro"], 2)], shared_timing: false },
  { ...small, constraints: { dale_ratio: 0.5 }, phases: [phase(["pdm_pro"], 2)] },
  {
    ...small,
    data: { source: "fixed", num_sequences: 10 },
    phases: [phase(["pdm_pro"], 2)],
    penalties: { activity_l2: 1e-3 },
  },
];
