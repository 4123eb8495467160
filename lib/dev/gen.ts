// `deno task gen`: writes the files that follow from others (indexes of rooms, the table of rooms, the report's
// script, the schema of workflows). `--check` writes nothing and fails if one is stale. What the files say is decided in indexes.ts.

import { fromFileUrl, join, toFileUrl } from "@std/path";
import type { TaskIndex } from "#lib/core/task.ts";
import { isSame, readIfThere } from "./generated_files.ts";
import { indexSource, roomsSource } from "./indexes.ts";
import { pageScript, pageScriptSource } from "./page_script.ts";
import { isMemberFile, memberRooms } from "./rooms.ts";

/** Generated text by path relative to the project's root. */
type Generated = Map<string, string>;

if (import.meta.main) {
  const root = fromFileUrl(new URL("../../", import.meta.url));
  const stale = await generate(root, { write: !Deno.args.includes("--check") });
  for (const path of stale) console.log(path);
  if (Deno.args.includes("--check") && stale.length > 0) {
    console.error(
      "error: the files above are not what `deno task gen` writes. Run it and commit them.",
    );
    Deno.exit(1);
  }
}

/**
 * Brings the generated files of a project up to date, or only tells which are not.
 *
 * @param root the project's folder, with a final slash
 * @returns the paths of the files that were stale
 */
export async function generate(
  root: string,
  { write }: { readonly write: boolean },
): Promise<readonly string[]> {
  const stale: string[] = [];
  const settle = (files: Generated) => {
    for (const [path, text] of files) {
      if (isSame(readIfThere(join(root, path)), new TextEncoder().encode(text))) continue;
      stale.push(path);
      if (write) Deno.writeTextFileSync(join(root, path), text);
    }
  };
  settle(indexes(root));
  if (isDirectory(join(root, "lib/report/client"))) {
    settle(new Map([[pageScript, await pageScriptSource(root)]]));
  }
  // The schema is made from the tasks, so it needs the indexes on disk.
  settle(await workflowSchema(root));
  return stale;
}

function indexes(root: string): Generated {
  const files: Generated = new Map();
  const present = memberRooms.filter(({ folder }) => isDirectory(join(root, folder)));
  for (const { name, folder } of [...present, { name: "tasks", folder: "tasks" }]) {
    files.set(`${folder}/mod.ts`, indexSource(name, folder, membersIn(root, folder)));
  }
  if (isDirectory(join(root, "gpu"))) {
    files.set("gpu/mod.ts", indexSource("kernels", "gpu", kernelsIn(root)));
  }
  files.set("lib/cli/rooms.ts", roomsSource(present));
  return files;
}

function membersIn(root: string, folder: string): readonly string[] {
  return [...Deno.readDirSync(join(root, folder))]
    .filter(({ name, isFile }) => isFile && isMemberFile(`${folder}/${name}`))
    .map(({ name }) => name.slice(0, -".ts".length))
    .sort();
}

/** A kernel is a shader with its definition beside it. */
function kernelsIn(root: string): readonly string[] {
  const files = [...Deno.readDirSync(join(root, "gpu"))].map(({ name }) => name);
  return files.filter((name) => name.endsWith(".wgsl"))
    .map((name) => name.slice(0, -".wgsl".length))
    .filter((name) => files.includes(`${name}.ts`))
    .sort();
}

/** Loads by address, because the indexes may have been written a moment ago. */
async function workflowSchema(root: string): Promise<Generated> {
  if (readIfThere(join(root, "lib/workflow/json_schema.ts")) === undefined) return new Map();
  const load = (path: string) => import(toFileUrl(join(root, path)).href);
  const index: TaskIndex = (await load("tasks/mod.ts")).tasks;
  const tasks = await Promise.all(Object.values(index).map(async (load) => (await load()).default));
  const text = (await load("lib/workflow/json_schema.ts")).workflowJsonSchema(tasks);
  return new Map([["workflows/schema.json", `${JSON.stringify(text, null, 2)}\n`]]);
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
