// The same stages for Make, Ninja and Snakemake: files that name the same commands and the same outputs, written the way
// a user of each engine would have them. Leaves out running them.

import type { Action, Shape, ShapeStage } from "./shapes.ts";

/** An engine to compare with. */
export interface Peer {
  readonly name: "make" | "ninja" | "snakemake";
  /** Debian's package. */
  readonly package: string;
  /** Prints its version. */
  readonly version: readonly string[];
  /** Makes what is missing, `jobs` at a time. */
  readonly run: (jobs: number) => readonly string[];
  /** Says what would be made. */
  readonly plan: readonly string[];
  /** The file that describes a shape, by name. */
  readonly files: (shape: Shape) => Readonly<Record<string, string>>;
}

/** Where a stage's output lies in a peer's folder. */
export function outputOf({ name }: Pick<ShapeStage, "name">): string {
  return `out/${name}.txt`;
}

/** The engines, fastest first. */
export const peers: readonly Peer[] = [
  {
    name: "ninja",
    package: "ninja-build",
    version: ["ninja", "--version"],
    run: (jobs) => ["ninja", "--quiet", "-j", String(jobs)],
    plan: ["ninja", "-n"],
    files: (shape) => ({ "build.ninja": ninjaFile(shape) }),
  },
  {
    name: "make",
    package: "make",
    version: ["make", "--version"],
    run: (jobs) => ["make", "--silent", "-j", String(jobs)],
    plan: ["make", "-n"],
    files: (shape) => ({ Makefile: makefile(shape) }),
  },
  {
    name: "snakemake",
    package: "snakemake",
    version: ["snakemake", "--version"],
    run: (jobs) => ["snakemake", "--quiet", "all", "--cores", String(jobs)],
    plan: ["snakemake", "--quiet", "all", "--dry-run"],
    files: (shape) => ({ Snakefile: snakefiles[shape.name](shape) }),
  },
];

/** The command of an action, with a peer's words for its inputs, output and line. */
function command(action: Action, input: string, output: string, line: string, dollar = "$$") {
  switch (action) {
    case "append":
      return `cat ${input} > ${output}; echo '${line}' >> ${output}`;
    case "count":
      return `echo ${dollar}(( ${dollar}(cat ${input}) + 1 )) > ${output}`;
    case "join":
      return `cat ${input} > ${output}`;
  }
}

/** Each stage with the paths of its inputs. */
function withPaths({ stages, configs }: Shape) {
  const paths = new Map(stages.map((stage) => [stage.name, outputOf(stage)]));
  for (const name of Object.keys(configs)) paths.set(name, name);
  return stages.map((stage) => ({
    ...stage,
    output: outputOf(stage),
    paths: stage.inputs.map((input) => paths.get(input)!).join(" "),
  }));
}

function makefile(shape: Shape): string {
  const stages = withPaths(shape);
  const rules = stages.map(({ action, line, output, paths }) =>
    `${output}: ${paths}\n\t${command(action, "$^", "$@", line)}\n`
  );
  return `all: ${stages.map(({ output }) => output).join(" ")}\n.PHONY: all\n${rules.join("")}`;
}

function ninjaFile(shape: Shape): string {
  const actions = ["append", "count", "join"] as const;
  const rules = actions.map((action) =>
    `rule ${action}\n  command = ${command(action, "$in", "$out", "$line")}\n`
  );
  const builds = withPaths(shape).map(({ action, line, output, paths }) =>
    `build ${output}: ${action} ${paths}\n${line === "" ? "" : `  line = ${line}\n`}`
  );
  return rules.join("") + builds.join("");
}

/** With wildcards: ten thousand rules are no Snakefile that anybody writes. */
const snakefiles: Readonly<Record<Shape["name"], (shape: Shape) => string>> = {
  sweep: ({ configs, numStages }) => {
    const numConfigs = Object.keys(configs).length;
    const numSeeds = numStages / numConfigs - 2;
    const run = (action: Action, line: string) => command(action, "{input}", "{output}", line, "$");
    return `rule all:
    input: expand("out/aggregate_{c}.txt", c=range(${numConfigs}))
rule prep:
    input: "configs/{c}.txt"
    output: "out/prep_{c}.txt"
    wildcard_constraints: c="\\d+"
    shell: "${run("append", "prep")}"
rule train:
    input: "out/prep_{c}.txt"
    output: "out/train_{c}_{s}.txt"
    wildcard_constraints: c="\\d+", s="\\d+"
    shell: "${run("append", "seed {wildcards.s}")}"
rule aggregate:
    input: lambda w: [f"out/train_{w.c}_{s}.txt" for s in range(${numSeeds})]
    output: "out/aggregate_{c}.txt"
    wildcard_constraints: c="\\d+"
    shell: "${run("join", "")}"
`;
  },
  chain: ({ numStages }) =>
    `rule all:
    input: "out/count_${numStages - 1}.txt"
rule count:
    input: lambda w: f"out/count_{int(w.i) - 1}.txt" if int(w.i) > 0 else "configs/0.txt"
    output: "out/count_{i}.txt"
    wildcard_constraints: i="\\d+"
    shell: "${command("count", "{input}", "{output}", "", "$")}"
`,
  fan: ({ numStages }) =>
    `rule all:
    input: expand("out/leaf_{i}.txt", i=range(${numStages - 1}))
rule root:
    input: "configs/0.txt"
    output: "out/root.txt"
    shell: "${command("append", "{input}", "{output}", "root")}"
rule leaf:
    input: "out/root.txt"
    output: "out/leaf_{i}.txt"
    wildcard_constraints: i="\\d+"
    shell: "${command("append", "{input}", "{output}", "leaf {wildcards.i}")}"
`,
};
