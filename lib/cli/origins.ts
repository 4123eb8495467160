// Who made the results that a run found: run, stage, time, code. Manifests say so, but reading thousands of them takes a
// third of a second, so it is remembered by key from run to run.

import { join } from "@std/path";
import type { ActionKey } from "../core/digest.ts";
import type { Disk } from "../core/disk.ts";
import { fileNameOf } from "../core/file_name.ts";
import type { Store } from "../core/store.ts";
import { keepFile, recallJson } from "./disposable_file.ts";

/** The making of a result. */
export interface Origin {
  readonly run: string;
  /** Id of the member, in the run that made it. */
  readonly stage: string;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly seconds: number;
  /** Digest of the code. */
  readonly code: string;
  /** Class of the numbers, if an engine made them. */
  readonly engine: string | null;
}

/** A result that is asked about. */
export interface OriginQuestion {
  readonly key: string;
  /** Digests of its outputs: another result may take a key's place. */
  readonly outputs: Readonly<Record<string, { readonly digest: string }>>;
  /** Made just now: what is remembered does not count. */
  readonly isNew: boolean;
}

/** Where origins are remembered: a file for each workflow. */
export interface OriginMemory {
  readonly disk: Disk;
  readonly folder: string;
  readonly workflow: string;
}

/**
 * The origins of results by key; results that cannot be read have none.
 *
 * @example
 * ```ts
 * import { originsOf } from "#lib/cli/origins.ts";
 * import { memoryStore } from "#lib/store/memory_store.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { assertEquals } from "@std/assert";
 * const memory = { disk: denoDisk(), folder: "/no/such", workflow: "w" };
 * const asked = [{ key: "sha256:00", outputs: {}, isNew: false }];
 * assertEquals((await originsOf(memory, memoryStore(), asked)).size, 0);
 * ```
 */
export async function originsOf(
  { disk, folder, workflow }: OriginMemory,
  store: Pick<Store, "recall">,
  questions: readonly OriginQuestion[],
): Promise<ReadonlyMap<string, Origin>> {
  const path = join(folder, `${fileNameOf(workflow)}.origins.json`);
  const memory = recallMemory(disk, path);
  const found = new Map<string, Origin>();
  let numRead = 0;
  for (const { key, outputs, isNew } of questions) {
    const check = checkOf(outputs);
    const line = isNew ? undefined : memory.lines[key];
    if (line !== undefined && line[0] === check) {
      const [, run, stage, started, seconds, code, engine] = line;
      const { runs, codes, engines } = memory;
      const by = engine < 0 ? null : engines[engine];
      found.set(key, {
        run: runs[run],
        stage,
        started,
        seconds,
        code: codes[code],
        engine: by,
      });
      continue;
    }
    const origin = readOrigin(store, key);
    if (origin === undefined) continue;
    found.set(key, origin);
    memory.lines[key] = lineOf(memory, check, origin);
    numRead++;
  }
  if (numRead > 0) await remember(disk, path, memory, found);
  return found;
}

/** Raised when lines mean something else. */
const format = 1;

type Line = readonly [
  check: string,
  run: number,
  stage: string,
  started: number,
  seconds: number,
  code: number,
  engine: number,
];

/** Lines by key; what many share stands in lists. */
interface Memory {
  readonly format: number;
  readonly runs: string[];
  readonly codes: string[];
  readonly engines: string[];
  readonly lines: Record<string, Line>;
}

/** Lines of other keys that are kept, for runs that take turns with this one. */
const maxOthers = 20_000;

function recallMemory(disk: Disk, path: string): Memory {
  const memory = recallJson(disk, path) as Memory | null | undefined;
  if (memory?.format !== format) return emptyMemory();
  const { runs, codes, engines, lines } = memory;
  const isWhole = [runs, codes, engines].every(Array.isArray) && typeof lines === "object" &&
    lines !== null;
  return isWhole ? memory : emptyMemory();
}

function emptyMemory(): Memory {
  return { format, runs: [], codes: [], engines: [], lines: {} };
}

function lineOf(
  { runs, codes, engines }: Memory,
  check: string,
  { run, stage, started, seconds, code, engine }: Origin,
): Line {
  const by = engine === null ? -1 : numberOf(engines, engine);
  return [check, numberOf(runs, run), stage, started, seconds, numberOf(codes, code), by];
}

/** Lists are short and what is looked for mostly stands at their end. */
function numberOf(list: string[], text: string): number {
  const at = list.lastIndexOf(text);
  return at >= 0 ? at : list.push(text) - 1;
}

/** What tells results of one key apart: another one may take a key's place. */
export function checkOf(outputs: OriginQuestion["outputs"]): string {
  let check = "";
  for (const name in outputs) check += outputs[name].digest.slice(7, 13);
  return check;
}

function readOrigin(store: Pick<Store, "recall">, key: string): Origin | undefined {
  try {
    const manifest = store.recall(key as ActionKey);
    if (manifest === undefined) return undefined;
    const { run, stage, started_at, seconds, engine } = manifest.provenance;
    const { code } = manifest.action.recipe;
    return { run, stage, started: Date.parse(started_at), seconds, code, engine };
  } catch {
    // A damaged line; whoever needs the result has been told.
    return undefined;
  }
}

async function remember(
  disk: Disk,
  path: string,
  memory: Memory,
  found: ReadonlyMap<string, Origin>,
): Promise<void> {
  const keys = Object.keys(memory.lines);
  let numOthers = 0;
  for (let i = keys.length - 1; i >= 0; i--) {
    if (!found.has(keys[i]) && ++numOthers > maxOthers) delete memory.lines[keys[i]];
  }
  await keepFile(disk, path, JSON.stringify(memory));
}
