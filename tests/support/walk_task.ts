// A task that goes step by step, keeps a state after every step and continues from the latest one: a chaotic map, whose
// last bit tells whether a walk was taken up where it was left. Alone, or many as one. As a user's file, and as a bundle.

/** What both have in common, as JavaScript. Every round takes `work` turns of a loop. */
const common = `
const continues = ({ seed, rate, work }) => ({ seed, rate, work });

async function run(context, params) {
  return { walk: await walk(params, context.states, context.progress) };
}

async function runMany(_context, members) {
  await Promise.all(members.map(async (member) => {
    try {
      member.finish({ walk: await walk(member.params, member.states, member.progress) });
    } catch (error) {
      member.fail(error);
    }
  }));
}

async function walk(params, states, progress) {
  const { seed, rate, rounds, stop_above = 1, work, fail_in = -1 } = params;
  const values = new Float64Array(rounds + 1);
  values[0] = 0.1 + 0.8 / (seed + 2);
  const isOver = (round) => round >= rounds || values[round] > stop_above;
  let round = 0;
  const known = states.labels.map((label) => Number(label.slice(6))).sort((a, b) => a - b);
  for (const at of known) {
    if (at !== round + 1 || isOver(round)) break;
    const bytes = await states.load("round " + at);
    if (bytes === undefined) break;
    // All values up to there, in 8 bytes each.
    values.set(new Float64Array(bytes.buffer, bytes.byteOffset, at + 1));
    round = at;
  }
  const found = round;
  while (!isOver(round)) {
    let x = values[round];
    for (let i = 0; i < work; i++) x = rate * x * (1 - x);
    values[++round] = x;
    if (round === fail_in) throw new RangeError("told to fail");
    const kept = new Uint8Array(values.slice(0, round + 1).buffer);
    states.save("round " + round, kept);
    kept.fill(0);
    progress(round / rounds, "round " + round);
    // Lets others of its batch go on.
    await Promise.resolve();
  }
  states.told({ unit: "rounds", found, computed: round - found });
  return made([...values.subarray(0, round + 1)]);
}
`;

/** The file of a task of one's own. */
export const walkTask = `import { defineTask, table, tableOf, z } from "basin";

const params = z.strictObject({
  seed: z.int().default(0),
  rate: z.number().default(3.9),
  rounds: z.int().min(0).describe("at most so many"),
  stop_above: z.number().default(1).describe("ends with the first value above"),
  work: z.int().default(1000),
  label: z.string().default("").describe("read by nothing"),
  fail_in: z.int().default(-1),
});
const made = (values) => tableOf(values.map((value, round) => ({ round, value })));
${common}
export default defineTask({
  name: "walk",
  summary: "Walks.",
  version: 1,
  numerics: "f64",
  params,
  inputs: {},
  outputs: { walk: table },
  examples: [{ params: { rounds: 3 } }],
  fuse: { by: ["work"] },
  continues,
  run,
  runMany,
} as never);
`;

/** The same as a bundle: its output \`walk\` has a file of values in 8 bytes each. */
export const walkBundle = `// tasks/walk.ts
const numbers = {
  kind: "numbers",
  encode: (values) => ({ values: new Uint8Array(Float64Array.from(values).buffer) }),
};
const made = (values) => values;
${common}
const task = {
  name: "walk", summary: "", version: 1, numerics: "f64",
  inputs: {}, outputs: { walk: numbers }, continues, run, runMany,
};
export default { task, members: {} };
`;

/** The values of a walk, by a way of its own. */
export function walkValues(
  { seed, rate, rounds, work, stop_above = 1 }: {
    readonly seed: number;
    readonly rate: number;
    readonly rounds: number;
    readonly work: number;
    readonly stop_above?: number;
  },
): readonly number[] {
  const values = [0.1 + 0.8 / (seed + 2)];
  while (values.length <= rounds && values.at(-1)! <= stop_above) {
    let x = values.at(-1)!;
    for (let i = 0; i < work; i++) x = rate * x * (1 - x);
    values.push(x);
  }
  return values;
}

/** A workflow of walks, one for each seed. The command line can set every param. */
export function walkWorkflow(
  { seeds, ...params }: { readonly seeds: readonly number[] } & Readonly<Record<string, unknown>>,
): string {
  const named = Object.keys(params).map((name) => [name, `\${{ params.${name} }}`]);
  return `name: walks
params: ${JSON.stringify(params)}
axes: { seed: ${JSON.stringify(seeds)} }
stages:
  walk:
    task: ./walk.ts
    over: [seed]
    with: ${JSON.stringify({ ...Object.fromEntries(named), seed: "${{ seed }}" })}
  all:
    task: aggregate
    from: { tables: { stage: walk, gather: all } }
`;
}
