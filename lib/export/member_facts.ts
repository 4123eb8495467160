// What is known of each member before its bytes are read: task, params, engine, facts that it inherits. Read once for a
// whole run, kept small.

import type { Manifest } from "../core/manifest.ts";
import type { ExportedMember, ExportWorld } from "./exported_run.ts";
import { type Facts, inheritedFacts, ownFacts } from "./facts.ts";
import { memberPlace } from "./member_id.ts";

/** Longer lists of inputs and larger params are told in short. */
const maxListed = 20, maxParams = 20_000;

/** Facts about members, looked up by their position in the run. */
export class MemberFacts {
  readonly #members: readonly ExportedMember[];
  readonly #own: (Facts | undefined)[] = [];
  readonly #inputs: (Readonly<Record<string, readonly string[]>> | undefined)[] = [];
  readonly #known: (Facts | undefined)[] = [];
  /** Who made an artifact, by its digest: the first in the run. */
  readonly #makers = new Map<string, number>();

  constructor(members: readonly ExportedMember[], recall: ExportWorld["recall"]) {
    this.#members = members;
    members.forEach(({ key }, index) => {
      const manifest = key === undefined ? undefined : recall(key);
      if (manifest === undefined) return;
      const { params, inputs } = manifest.action;
      this.#own[index] = ownFacts(params);
      this.#inputs[index] = Object.fromEntries(
        Object.entries(inputs).map(([port, list]) => [port, list.map(({ digest }) => digest)]),
      );
      for (const { digest } of Object.values(manifest.outputs)) {
        if (!this.#makers.has(digest)) this.#makers.set(digest, index);
      }
    });
  }

  /** What a sidecar says of the member that an array belongs to. */
  of(index: number, manifest: Manifest): Readonly<Record<string, unknown>> {
    const { id, engine } = this.#members[index];
    const { stage, coords } = memberPlace(id);
    const { recipe, params } = manifest.action;
    const inputs = this.#inputNames(index);
    return {
      ...this.facts(index),
      member: id,
      stage,
      ...(Object.keys(coords).length === 0 ? {} : { coordinates: coords }),
      task: recipe.task,
      ...(JSON.stringify(params).length > maxParams ? {} : { params }),
      ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
      ...(engine === undefined ? {} : { engine }),
      numerics: recipe.numerics,
      key: manifest.key,
    };
  }

  /** Time step, time constant and seed, own or inherited. */
  facts(index: number, depth = 0): Facts {
    const known = this.#known[index];
    if (known !== undefined) return known;
    const own = this.#own[index] ?? {};
    // While it is worked out, and far up, a member says what it says itself.
    this.#known[index] = own;
    if (depth > 1000) return own;
    const makers = new Set<number>();
    for (const digests of Object.values(this.#inputs[index] ?? {})) {
      for (const digest of digests) {
        const maker = this.#makers.get(digest);
        if (maker !== undefined && maker !== index) makers.add(maker);
      }
    }
    const inherited = inheritedFacts(own, [...makers].map((one) => this.facts(one, depth + 1)));
    this.#known[index] = inherited;
    return inherited;
  }

  #inputNames(index: number): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(this.#inputs[index] ?? {}).map(([port, digests]) => {
        const names = digests.slice(0, maxListed).map((digest) => {
          const maker = this.#makers.get(digest);
          return maker === undefined ? digest : this.#members[maker].id;
        });
        const more = digests.length - names.length;
        return [port, more > 0 ? [...names, `and ${more} more`] : names];
      }),
    );
  }
}
