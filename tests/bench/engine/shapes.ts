// The shapes on which engines are compared: which stages there are, what each one writes, and the same thing as a
// workflow of Basin. Every stage is trivial, so that what is measured is the engine. Leaves out the other engines' files
// (peers.ts) and measuring.

/** What a stage writes: its input and a line; its input, a number, plus one; all its inputs after each other. */
export type Action = "append" | "count" | "join";

/** One stage of a shape. */
export interface ShapeStage {
  /** Fit for a file name. */
  readonly name: string;
  /** Its id in Basin. */
  readonly id: string;
  readonly action: Action;
  /** Of `append`. */
  readonly line: string;
  /** Names of stages, or of config files. */
  readonly inputs: readonly string[];
}

/** A shape of so many stages. */
export interface Shape {
  readonly name: ShapeName;
  readonly numStages: number;
  /** Config files by name. */
  readonly configs: Readonly<Record<string, string>>;
  /** In topological order. */
  readonly stages: readonly ShapeStage[];
  /** `workflow.yaml` and the task files it names; they belong into the folder of the config files. */
  readonly basin: Readonly<Record<string, string>>;
}

/** The shapes that there are. */
export const shapeNames = ["sweep", "chain", "fan"] as const;
export type ShapeName = (typeof shapeNames)[number];

/** Where the stages of Basin's workflow come from. */
export interface ShapeOptions {
  /** Stages that run in Basin's workers, or programs that it starts. */
  readonly stages?: "tasks" | "commands";
}

/**
 * Makes a shape.
 *
 * - `sweep`: 100 config files; each feeds one `prep`, N/100 − 2 `train` and one `aggregate`.
 * - `chain`: N stages, each reading the one before. Written out, since no axis means it.
 * - `fan`: one stage that N − 1 others read.
 *
 * @throws {RangeError} if there is no such shape of that size.
 *
 * @example
 * ```ts
 * import { shape } from "#tests/bench/engine/shapes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(shape("sweep", 1000).stages.length, 1000);
 * ```
 */
export function shape(name: ShapeName, numStages: number, options: ShapeOptions = {}): Shape {
  const { stages = "tasks" } = options;
  switch (name) {
    case "sweep":
      return sweep(numStages, stages);
    case "chain":
      return chain(numStages, stages);
    case "fan":
      return fan(numStages, stages);
  }
}

/** The stages that no other stage reads. */
export function leavesOf({ stages }: Shape): readonly ShapeStage[] {
  const read = new Set(stages.flatMap(({ inputs }) => inputs));
  return stages.filter(({ name }) => !read.has(name));
}

/** Writes the config files, and Basin's workflow with its tasks, into a folder. */
export async function writeShape({ configs, basin }: Shape, folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/configs`, { recursive: true });
  for (const [name, text] of Object.entries({ ...configs, ...basin })) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
}

type Kind = NonNullable<ShapeOptions["stages"]>;

const numConfigs = 100;
const config = (i: number) => `configs/${i}.txt`;

function sweep(numStages: number, kind: Kind): Shape {
  const numSeeds = numStages / numConfigs - 2;
  if (!(Number.isInteger(numSeeds) && numSeeds >= 1)) {
    throw new RangeError(`a sweep has 300, 400, … stages, not ${numStages}`);
  }
  const stages: ShapeStage[] = [];
  const configs: Record<string, string> = {};
  for (let c = 0; c < numConfigs; c++) {
    configs[config(c)] = `config ${c}\nrate ${(c + 1) / 1000}\n`;
    const at = `config=${c}`;
    const prep = `prep_${c}`;
    stages.push(append(prep, `prep[${at}]`, config(c), "prep"));
    const trains = Array.from({ length: numSeeds }, (_, s) => `train_${c}_${s}`);
    trains.forEach((name, s) =>
      stages.push(append(name, `train[${at},seed=${s}]`, prep, `seed ${s}`))
    );
    const [name, id] = [`aggregate_${c}`, `aggregate[${at}]`];
    stages.push({ name, id, action: "join", line: "", inputs: trains });
  }
  const yaml = `name: sweep
axes:
  config: \${{ range(${numConfigs}) }}
  seed: \${{ range(${numSeeds}) }}
stages:
  prep:
    over: [config]
    files: { text: "configs/\${{ config }}.txt" }
    ${work("append", kind, "prep").join("\n    ")}
  train:
    over: [seed]
    from: { text: prep }
    ${work("append", kind, "seed ${{ seed }}").join("\n    ")}
  aggregate:
    from: { texts: { stage: train, gather: [seed] } }
    ${work("join", kind).join("\n    ")}
`;
  return { name: "sweep", numStages, configs, stages, basin: basinFiles(yaml, kind) };
}

function chain(numStages: number, kind: Kind): Shape {
  const stages: ShapeStage[] = [];
  const lines = ["name: chain", "stages:"];
  for (let i = 0; i < numStages; i++) {
    const name = `count_${i}`;
    const before = i === 0 ? config(0) : `count_${i - 1}`;
    stages.push({ name, id: name, action: "count", line: "", inputs: [before] });
    const input = i === 0 ? `files: { text: ${before} }` : `from: { text: ${before} }`;
    lines.push(`  ${name}: { ${[...work("count", kind), input].join(", ")} }`);
  }
  const basin = basinFiles(lines.join("\n") + "\n", kind);
  return { name: "chain", numStages, configs: { [config(0)]: "0\n" }, stages, basin };
}

function fan(numStages: number, kind: Kind): Shape {
  const root = append("root", "root", config(0), "root");
  const stages = [root];
  for (let i = 0; i < numStages - 1; i++) {
    stages.push(append(`leaf_${i}`, `leaf[i=${i}]`, "root", `leaf ${i}`));
  }
  const yaml = `name: fan
axes:
  i: \${{ range(${numStages - 1}) }}
stages:
  root:
    files: { text: ${config(0)} }
    ${work("append", kind, "root").join("\n    ")}
  leaf:
    over: [i]
    from: { text: root }
    ${work("append", kind, "leaf ${{ i }}").join("\n    ")}
`;
  const configs = { [config(0)]: "config 0\n" };
  return { name: "fan", numStages, configs, stages, basin: basinFiles(yaml, kind) };
}

function append(name: string, id: string, input: string, line: string): ShapeStage {
  return { name, id, action: "append", line, inputs: [input] };
}

/** What a stage does, in YAML. */
function work(action: Action, kind: Kind, line?: string): readonly string[] {
  const params = line === undefined ? [] : [`with: { line: "${line}" }`];
  if (kind === "tasks") return [`task: ./${action}.ts`, ...params];
  return [`run: "${commands[action]}"`, ...params, "outputs: { text: file }"];
}

const commands: Readonly<Record<Action, string>> = {
  append:
    "cat ${{ inputs.text }} > ${{ outputs.text }}; echo ${{ with.line }} >> ${{ outputs.text }}",
  count: "echo $(( $(cat ${{ inputs.text }}) + 1 )) > ${{ outputs.text }}",
  join: "cat ${{ inputs.texts }}/[0-9]* > ${{ outputs.text }}",
};

function basinFiles(workflow: string, kind: Kind): Readonly<Record<string, string>> {
  return { "workflow.yaml": workflow, ...(kind === "commands" ? {} : tasks) };
}

const head = (name: string, summary: string, needs: string, params: string, inputs: string) =>
  `import { defineTask, file, ${needs}, z } from "basin";

export default defineTask({
  name: "${name}",
  summary: "${summary}",
  version: 1,
  numerics: "exact",
  params: z.strictObject({${params}}),
  inputs: { ${inputs} },
  outputs: { text: file },
  examples: [],
`;

const tasks: Readonly<Record<string, string>> = {
  "append.ts": head(
    "append",
    "A text and one more line.",
    "one",
    ' line: z.string().describe("the line") ',
    "text: one(file)",
  ) + `  run: (_context, { line }, { text }) => {
    const added = new TextEncoder().encode(line + "\\n");
    const whole = new Uint8Array(text.length + added.length);
    whole.set(text);
    whole.set(added, text.length);
    return { text: whole };
  },
});
`,
  "count.ts": head("count", "A number and one.", "one", "", "text: one(file)") +
    `  run: (_context, _params, { text }) => {
    const number = Number(new TextDecoder().decode(text));
    return { text: new TextEncoder().encode(number + 1 + "\\n") };
  },
});
`,
  "join.ts": head("join", "Texts after each other.", "many", "", "texts: many(file)") +
    `  run: (_context, _params, { texts }) => {
    const whole = new Uint8Array(texts.reduce((sum, { value }) => sum + value.length, 0));
    let at = 0;
    for (const { value } of texts) {
      whole.set(value, at);
      at += value.length;
    }
    return { text: whole };
  },
});
`,
};
