// History: which earlier result a member is best compared with, and which result made some bytes.

import { canonicalJson } from "../core/canonical.ts";
import type { ActionKey, Digest } from "../core/digest.ts";
import type { Manifest } from "../core/manifest.ts";
import type { StageMember } from "./graph.ts";

const maxCandidates = 200;

/**
 * Earlier results, as explanations need them. Built in one pass over the manifests, when first asked.
 *
 * @example
 * ```ts
 * import { History } from "#lib/workflow/history.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const { workflow, members } = fakeGraph([{ id: "a" }]);
 * assertEquals(new History([]).nearest(workflow, members[0]), undefined);
 * ```
 */
export class History {
  readonly #byKey = new Map<ActionKey, Manifest>();
  readonly #byStage = new Map<string, Manifest[]>();
  /** By task and stage name, and by task; made when nothing nearer was found. */
  #byName: Map<string, Manifest[]> | undefined;
  #all: readonly Manifest[] = [];
  readonly #byOutput = new Map<Digest, Manifest>();

  #unread: Iterable<Manifest> | undefined;

  /** @param manifests latest first; read when they are needed. */
  constructor(manifests: Iterable<Manifest>) {
    this.#unread = manifests;
  }

  #read(): void {
    if (this.#unread === undefined) return;
    const manifests = this.#unread;
    this.#unread = undefined;
    this.#all = [...manifests];
    for (const manifest of this.#all) {
      const { workflow, stage } = manifest.provenance;
      setOnce(this.#byKey, manifest.key, manifest);
      add(this.#byStage, `${workflow}\n${stage}`, manifest);
      for (const name in manifest.outputs) {
        setOnce(this.#byOutput, manifest.outputs[name].digest, manifest);
      }
    }
  }

  /** The result under a key, whether or not its bytes are still there. */
  of(key: ActionKey): Manifest | undefined {
    this.#read();
    return this.#byKey.get(key);
  }

  /** The latest result that had an output of this digest. */
  making(digest: Digest): Manifest | undefined {
    this.#read();
    return this.#byOutput.get(digest);
  }

  /**
   * The earlier result to compare a member with: of its own, else of the same task and stage name, else of the same
   * task, the one whose params are most like the member's; the latest of equals.
   */
  nearest(workflow: string, member: StageMember): Manifest | undefined {
    this.#read();
    const own = this.#byStage.get(`${workflow}\n${member.id}`)
      ?.filter(({ action }) => action.recipe.task === member.task.name);
    const nearest = mostAlike(member, own);
    if (nearest !== undefined) return nearest;
    const byName = this.#byName ??= namesOf(this.#all);
    // Commands have nothing in common but that they are commands.
    return mostAlike(member, byName.get(`${member.task.name}\n${member.stage}`)) ??
      mostAlike(member, member.command === undefined ? byName.get(member.task.name) : undefined);
  }
}

function namesOf(manifests: readonly Manifest[]): Map<string, Manifest[]> {
  const byName = new Map<string, Manifest[]>();
  for (const manifest of manifests) {
    const { task } = manifest.action.recipe;
    add(byName, `${task}\n${manifest.provenance.stage.split("[")[0]}`, manifest);
    add(byName, task, manifest);
  }
  return byName;
}

function setOnce<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) map.set(key, value);
}

function add(map: Map<string, Manifest[]>, key: string, manifest: Manifest): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [manifest]);
  else if (known.length < maxCandidates) known.push(manifest);
}

function mostAlike(
  { params }: StageMember,
  candidates: readonly Manifest[] = [],
): Manifest | undefined {
  if (candidates.length <= 1) return candidates[0];
  const wanted = Object.entries(params).map(([name, value]) => [name, textOf(value)] as const);
  let best: Manifest | undefined;
  let fewest = Infinity;
  for (const candidate of candidates) {
    const theirs = candidate.action.params;
    let different = Object.keys(theirs).filter((name) => !(name in params)).length;
    for (const [name, text] of wanted) if (textOf(theirs[name]) !== text) different++;
    if (different < fewest) [best, fewest] = [candidate, different];
  }
  return best;
}

function textOf(value: unknown): string {
  return value === undefined ? "" : canonicalJson(value);
}
