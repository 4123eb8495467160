// A workflow of stages that only take time: what tests need that kill, stop and race runs.

/** A task whose bytes follow from its params and input after `work` rounds of arithmetic. */
export const burnTask = `import { defineTask, file, optional, z } from "basin";

export default defineTask({
  name: "burn",
  summary: "Takes time and makes bytes.",
  version: 1,
  numerics: "exact",
  params: z.strictObject({
    value: z.int(),
    size: z.int().describe("bytes to make"),
    work: z.int().describe("rounds"),
  }),
  inputs: { before: optional(file) },
  outputs: { data: file },
  examples: [],
  run(_context, { value, size, work }, { before }) {
    let h = value + 1;
    for (const byte of before ?? []) h = Math.imul(h ^ byte, 16777619);
    for (let i = 0; i < work; i++) h = Math.imul(h ^ i, 16777619);
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) data[i] = (h = Math.imul(h ^ i, 16777619)) >>> 24;
    return { data };
  },
});
`;

/** The name of the first chain; every other stage reads the one before it. */
const links = ["first", "second", "third", "fourth"];

/**
 * `numChains` chains of four stages each, which share nothing. Every second output is too large for a manifest, so
 * that it becomes a file of its own.
 */
export function burnWorkflow(
  { numChains, work, task = "./burn.ts" }: {
    readonly numChains: number;
    readonly work: number;
    readonly task?: string;
  },
): string {
  const stages = links.map((name, i) =>
    `  ${name}:
    task: ${task}
${i === 0 ? "    over: [chain]" : `    from: { before: ${links[i - 1]} }`}
    with: { value: "\${{ chain }}", size: ${i % 2 === 0 ? 70000 : 100}, work: ${work} }
`
  );
  return `name: burn
axes: { chain: "\${{ range(${numChains}) }}" }
stages:
${stages.join("")}`;
}
