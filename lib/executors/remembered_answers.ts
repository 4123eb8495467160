// What tasks of one's own answered when they were asked what they are and what their params mean. Answers depend on
// the bundle and on the code that asks, so they are remembered by the digests of both, and a plan in which nothing is
// new starts no worker. The memory is disposable; what cannot be written is asked again.

import { canonicalJson } from "../core/canonical.ts";
import { digestOf, hexOf } from "../core/digest.ts";
import { type Disk, DiskError } from "../core/disk.ts";
import type { Bundle } from "../core/executor.ts";
import type { ParamIssue } from "../core/resolve.ts";
import type { Result } from "../core/result.ts";
import { ok } from "../core/result.ts";
import resolveSource from "../core/resolve.ts" with { type: "text" };
import describeSource from "./describe_task.ts" with { type: "text" };
import type { Resolution, TaskDescription } from "./describe_task.ts";

/** Who answers. */
export interface Answering {
  describe(bundle: Bundle): Promise<Result<TaskDescription, string>>;
  resolve(bundle: Bundle, raw: unknown): Promise<Result<Resolution, readonly ParamIssue[]>>;
}

/** Answers with a memory. */
export interface RememberedAnswers extends Answering {
  /** Writes down what was learnt. */
  save(): Promise<void>;
}

/** The answers of one bundle. */
interface Known {
  readonly description?: TaskDescription;
  /** By the canonical text of the raw params. */
  readonly resolutions: Record<string, Resolution>;
}

/** What was read or asked of one bundle. */
interface Page {
  known: { description?: TaskDescription; resolutions: Record<string, Resolution> };
  isNew: boolean;
}

const maxAnswers = 20_000;

/**
 * Puts a memory in front of workers. Only good answers are remembered.
 *
 * @param folder where a file for each bundle lies.
 * @param version of Deno, and whatever else may change what the same code answers.
 *
 * @example
 * ```ts
 * import { rememberedAnswers } from "#lib/executors/remembered_answers.ts";
 * import { denoDisk } from "#lib/world/deno_disk.ts";
 * import { digestOf } from "#lib/core/digest.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = await Deno.makeTempDir();
 * let asked = 0;
 * const task = { name: "t", summary: "", numerics: "exact" as const, members: {} };
 * const workers = { describe: () => (asked++, Promise.resolve({ ok: true as const, value: task })), resolve: () => { throw 0; } };
 * const bundle = { digest: digestOf(""), code: "" };
 * for (let i = 0; i < 2; i++) {
 *   const answers = rememberedAnswers(workers, denoDisk(), folder, "2.9");
 *   assertEquals(await answers.describe(bundle), { ok: true, value: task });
 *   await answers.save();
 * }
 * assertEquals(asked, 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export function rememberedAnswers(
  workers: Answering,
  disk: Disk,
  folder: string,
  version: string,
): RememberedAnswers {
  const asking = digestOf(resolveSource + describeSource + version);
  const pages = new Map<string, Page>();
  const pathOf = (bundle: Bundle) =>
    `${folder}/${hexOf(digestOf(bundle.digest + asking)).slice(0, 40)}.answers`;
  const pageOf = (bundle: Bundle): Page => {
    const path = pathOf(bundle);
    let page = pages.get(path);
    if (page === undefined) {
      page = { known: recall(disk, path) ?? { resolutions: {} }, isNew: false };
      pages.set(path, page);
    }
    return page;
  };
  return {
    async describe(bundle) {
      const page = pageOf(bundle);
      if (page.known.description !== undefined) return ok(page.known.description);
      const answer = await workers.describe(bundle);
      if (answer.ok && staysItself(answer.value)) {
        page.known.description = answer.value;
        page.isNew = true;
      }
      return answer;
    },
    async resolve(bundle, raw) {
      const page = pageOf(bundle);
      const { known } = page;
      const name = canonicalJson(raw);
      if (Object.hasOwn(known.resolutions, name)) return ok(known.resolutions[name]);
      const answer = await workers.resolve(bundle, raw);
      if (answer.ok && staysItself(answer.value)) {
        known.resolutions[name] = answer.value;
        page.isNew = true;
      }
      return answer;
    },
    async save() {
      for (const [path, page] of pages) {
        if (!page.isNew) continue;
        page.isNew = false;
        if (Object.keys(page.known.resolutions).length > maxAnswers) page.known.resolutions = {};
        await remember(disk, folder, path, page.known);
      }
    },
  };
}

/** Whether JSON gives it back as it is. */
function staysItself(answer: unknown): boolean {
  try {
    return canonicalJson(JSON.parse(JSON.stringify(answer))) === canonicalJson(answer);
  } catch {
    return false;
  }
}

/** A line with the digest of the rest, then the answers. */
function recall(disk: Disk, path: string): Page["known"] | undefined {
  let text: string;
  try {
    text = new TextDecoder().decode(disk.readSync(path));
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    throw error;
  }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (text.slice(0, end) !== digestOf(body)) return undefined;
  const { description, resolutions } = JSON.parse(body) as Known;
  // Without a prototype: params may be called anything.
  const known = Object.assign(Object.create(null), resolutions) as Known["resolutions"];
  return { ...(description === undefined ? {} : { description }), resolutions: known };
}

async function remember(disk: Disk, folder: string, path: string, known: Known): Promise<void> {
  const body = JSON.stringify(known);
  const part = `${path}.${crypto.randomUUID()}`;
  try {
    await disk.makeDirectory(folder);
    await disk.create(part, new TextEncoder().encode(`${digestOf(body)}\n${body}`));
    await disk.rename(part, path);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
