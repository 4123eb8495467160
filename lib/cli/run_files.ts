// Reading the files of a run folder that anybody may have written: no link is followed below it, nothing is taken that
// is too long, and what cannot be used is told in one sentence.

import { basename, join } from "@std/path";
import type { z } from "zod";
import { pathProblem, shownPath } from "../core/artifacts/folder.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import { schemaProblem } from "./run_schema.ts";

/** A file that is there and cannot be used; the message says why, in one sentence. */
export class RunFileError extends Error {
  override readonly name = "RunFileError";
}

/** Bytes of a file at most. */
const longest = 512e6;

/** The files of one run folder. */
export interface RunFiles {
  readonly folder: string;
  /** How the run is called in messages, which pages show as well: without the folders above it. */
  readonly run: string;
  /** The text of a file; `undefined` if there is none. @throws {RunFileError} */
  text(name: string): Promise<string | undefined>;
  /** A file of JSON in the form that a schema asks for. @throws {RunFileError} */
  json<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined>;
  /** Names in a folder inside; empty if it is none. */
  list(name: string): Promise<readonly string[]>;
}

/** The files of a folder. */
export function runFiles(disk: Pick<Disk, "read" | "stat" | "list">, folder: string): RunFiles {
  const run = basename(folder);
  const refuse = (name: string, why: string): never => {
    throw new RunFileError(`${shownPath(name)} of the run ${run} cannot be read: ${why}`);
  };
  const text = async (name: string): Promise<string | undefined> => {
    const problem = pathProblem(name);
    if (problem !== undefined) return refuse(name, problem);
    const parts = name.split("/");
    for (let count = 1; count <= parts.length; count++) {
      const found = disk.stat(join(folder, ...parts.slice(0, count)));
      if (found === undefined) return undefined;
      if (count < parts.length ? found.isDirectory : found.isFile) {
        if (count === parts.length && found.size > longest) {
          return refuse(name, `it has ${Math.round(found.size / 1e6)} MB`);
        }
      } else return refuse(name, `there is a ${found.type}`);
    }
    try {
      return new TextDecoder().decode(await disk.read(join(folder, name)));
    } catch (error) {
      if (error instanceof DiskError) return refuse(name, error.errno);
      throw error;
    }
  };
  return {
    folder,
    run,
    text,
    async json(name, schema) {
      const found = await text(name);
      if (found === undefined) return undefined;
      let value: unknown;
      try {
        value = JSON.parse(found);
      } catch {
        return refuse(name, "it is no JSON");
      }
      const checked = schema.safeParse(value);
      return checked.success ? checked.data : refuse(name, schemaProblem(checked.error));
    },
    async list(name) {
      return disk.stat(join(folder, name))?.isDirectory ? await disk.list(join(folder, name)) : [];
    },
  };
}
