// Random graphs of fake tasks, from a seed: diamonds, gathers, equal actions, early cut-off, failures.

import type { FakeMember } from "./fake_tasks.ts";

/** Numbers from a seed (mulberry32); for tests only. */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

/** What a random graph may hold. */
export interface RandomGraphOptions {
  readonly maxMembers?: number;
  /** One in so many members fails; none if 0. */
  readonly oneFailsIn?: number;
}

/** Members in topological order. */
export function randomMembers(
  seed: number,
  { maxMembers = 30, oneFailsIn = 0 }: RandomGraphOptions = {},
): readonly FakeMember[] {
  const draw = seeded(seed);
  const size = 1 + draw(maxMembers);
  return Array.from({ length: size }, (_, i): FakeMember => {
    const numInputs = i === 0 ? 0 : draw(5);
    const from = Array.from({ length: numInputs }, () => `m[${draw(i)}]`);
    const fails = oneFailsIn > 0 && draw(oneFailsIn) === 0;
    return {
      id: `m[${i}]`,
      task: ["mix", "stir"][draw(2)],
      params: {
        value: draw(4),
        ...(draw(3) === 0 ? { buckets: 1 + draw(2) } : {}),
        ...(fails ? { fail: true } : {}),
      },
      from,
      coords: draw(4) === 0,
    };
  });
}

/** Indexes of members that fail, or need one that does. */
export function doomed(members: readonly FakeMember[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { id, params, from } of members) {
    if (params?.fail === true || from?.some((producer) => ids.has(producer))) ids.add(id);
  }
  return ids;
}
