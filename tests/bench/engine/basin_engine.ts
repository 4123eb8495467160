// Basin in the benchmark: the very commands of deno.json's tasks, without `deno task` around them.

import { file } from "#lib/core/artifacts/file.ts";
import { digestOfArtifact } from "#lib/core/artifact.ts";
import { type Engine, removeIfThere } from "./engine.ts";
import { type Shape, writeShape } from "./shapes.ts";

/** Which of Basin's executors does the work. */
export type BasinKind = "tasks" | "commands";

/** Basin's names in tables, by kind. */
export const basinTitles = { tasks: "Basin", commands: "Basin run:" } as const;

/**
 * Basin with a shape in a folder below the project's `results`.
 *
 * @param root the project's folder
 * @param tasks deno.json's tasks
 */
export function basinEngine(
  kind: BasinKind,
  shape: Shape,
  folder: string,
  { root, tasks, jobs }: {
    readonly root: string;
    readonly tasks: Readonly<Record<string, { readonly command: string }>>;
    readonly jobs: number;
  },
): Engine & { forgetTasks(): Promise<void> } {
  const results = `${folder}/results`;
  const command = (task: string, ...more: readonly string[]) => ({
    words: [
      Deno.execPath(),
      ...tasks[task].command.split(" ").slice(1),
      ...more,
      `${folder}/workflow.yaml`,
      "--results",
      results,
    ],
    cwd: root,
  });
  const [run, plan] = kind === "tasks"
    ? [command("run"), command("plan")]
    : [command("run:external"), command("basin:external", "plan")];
  const last = async (): Promise<RunRecord> => {
    const runs = `${results}/runs/${shape.name}`;
    const id = (await Deno.readTextFile(`${runs}/latest`)).trim();
    return JSON.parse(await Deno.readTextFile(`${runs}/${id}/run.json`));
  };
  return {
    name: basinTitles[kind],
    shape,
    configs: { ...shape.configs },
    folder,
    run: { ...run, words: [...run.words, "--quiet", "--jobs", String(jobs)] },
    plan,
    async write() {
      await Deno.mkdir(folder, { recursive: true });
      await writeShape(shape, folder);
    },
    async forget() {
      for (const name of ["store", "runs", "index"]) await removeIfThere(`${results}/${name}`);
    },
    forgetTasks: () => removeIfThere(results),
    numRan: async () => (await last()).totals.ran,
    async found() {
      const names = new Map(shape.stages.map(({ id, name }) => [id, name]));
      const { stages } = await last();
      return new Map(
        stages.flatMap(({ stage, outputs }) =>
          outputs === undefined ? [] : [[names.get(stage) ?? stage, outputs.text.digest] as const]
        ),
      );
    },
    expected: (text) => digestOfArtifact(file.kind, file.encode(new TextEncoder().encode(text))),
  };
}

/** What the benchmark reads of a run's `run.json`. */
interface RunRecord {
  readonly totals: { readonly ran: number };
  readonly stages: readonly {
    readonly stage: string;
    readonly outputs?: Readonly<Record<string, { readonly digest: string }>>;
  }[];
}
