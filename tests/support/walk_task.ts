// A task of one's own that goes step by step, keeps a state after every step and continues from the latest one: a
// chaotic map, whose last bit tells whether a walk was taken up where it was left. Alone, or many as one.

/** The text of the task. Every round takes `work` turns of a loop. */
export const walkTask = `import { defineTask, table, tableOf, z, type SavedStates } from "basin";

const params = z.strictObject({
  seed: z.int().default(0),
  rate: z.number().default(3.9),
  rounds: z.int().min(0).describe("at most so many"),
  stop_above: z.number().default(1).describe("ends with the first value above"),
  work: z.int().default(1000),
  label: z.string().default("").describe("read by nothing"),
  fail_in: z.int().default(-1),
});
type Params = z.output<typeof params>;

export default defineTask({
  name: "walk",
  summary: "Walks.",
  version: 1,
  numerics: "f64",
  params,
  inputs: {},
  outputs: { walk: table },
  examples: [{ params: { rounds: 3 } }],
  continues: ({ seed, rate, work }) => ({ seed, rate, work }),
  check: ({ rounds }) =>
    rounds === 13 ? [{ path: ["rounds"], message: "13 rounds are not walked" }] : [],
  fuse: { by: ["work"] },
  async run(context, params) {
    return { walk: await walk(params, context.states, (done, note) => context.progress(done, note)) };
  },
  async runMany(_context, members) {
    await Promise.all(members.map(async (member) => {
      try {
        const { params, states, progress } = member;
        member.finish({ walk: await walk(params, states!, progress) });
      } catch (error) {
        member.fail(error);
      }
    }));
  },
});

/** All values so far, as 8 bytes each. */
async function walk(
  { seed, rate, rounds, stop_above, work, fail_in }: Params,
  states: SavedStates,
  progress: (done: number, note?: string) => void,
) {
  const values = new Float64Array(rounds + 1);
  values[0] = 0.1 + 0.8 / (seed + 2);
  const isOver = (round: number) => round >= rounds || values[round] > stop_above;
  let round = 0;
  // The earliest state at which it would have stopped, or the last one.
  const known = states.labels.map((label) => Number(label.slice(6))).sort((a, b) => a - b);
  for (const at of known) {
    if (at !== round + 1 || isOver(round)) break;
    const bytes = await states.load("round " + at);
    if (bytes === undefined) break;
    values.set(new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8).subarray(0, at + 1));
    round = at;
  }
  const found = round;
  while (!isOver(round)) {
    let x = values[round];
    for (let i = 0; i < work; i++) x = rate * x * (1 - x);
    values[++round] = x;
    if (round === fail_in) throw new RangeError("told to fail");
    const kept = values.slice(0, round + 1);
    states.save("round " + round, new Uint8Array(kept.buffer));
    progress(round / rounds, "round " + round);
    // Lets others of its batch go on.
    await Promise.resolve();
  }
  states.told({ unit: "rounds", found, computed: round - found });
  return tableOf([...values.subarray(0, round + 1)].map((value, round) => ({ round, value })));
}
`;

/** A workflow of walks, one for each seed. */
export function walkWorkflow(
  { seeds, ...params }: { readonly seeds: readonly number[] } & Readonly<Record<string, unknown>>,
): string {
  return `name: walks
params: ${JSON.stringify(params)}
axes: { seed: ${JSON.stringify(seeds)} }
stages:
  walk:
    task: ./walk.ts
    over: [seed]
    with: ${JSON.stringify({ ...named(params), seed: "${{ seed }}" })}
  all:
    task: aggregate
    from: { tables: { stage: walk, gather: all } }
`;
}

/** Every param as an expression, so that the command line can set it. */
function named(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(params).map((name) => [name, `\${{ params.${name} }}`]));
}
