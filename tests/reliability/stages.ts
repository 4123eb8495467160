// Workflows of stages that take 5 to 50 ms each and do nothing else: what is killed, starved and raced.

import { burnTask } from "#tests/support/burn.ts";

/** What {@link stages} makes. */
export interface StagesOptions {
  /** A multiple of four: the stages are chains of four. */
  readonly numStages: number;
  readonly name?: string;
  /** The first chain; workflows share the chains that both have. */
  readonly from?: number;
  /** Rounds of arithmetic in the quickest stage; the slowest does ten times as many. */
  readonly work?: number;
  /** Bytes of every second output, which are files of their own from 64 KiB on. */
  readonly size?: number;
}

const links = ["first", "second", "third", "fourth"];

/** The files of a workflow, `NAME.yaml` and its task. */
export function stages(
  { numStages, name = "flow", from = 0, work = 4_000_000, size = 70_000 }: StagesOptions,
): Record<string, string> {
  const chains = numStages / links.length;
  const lines = links.map((link, i) =>
    `  ${link}:
    task: ./burn.ts
${i === 0 ? "    over: [chain]" : `    from: { before: ${links[i - 1]} }`}
    with:
      value: \${{ chain }}
      size: ${i % 2 === 0 ? size : 100}
      work: \${{ ${work} + (chain * 7 + ${3 * i}) % 10 * ${work} }}
`
  );
  return {
    [`${name}.yaml`]: `name: ${name}
axes: { chain: "\${{ range(${from}, ${from + chains}) }}" }
stages:
${lines.join("")}`,
    "burn.ts": burnTask,
  };
}
