// Collects what is to be bundled, so that what is asked for at one time is made in one go.

import { moduleName, type Modules } from "./modules.ts";
import { bundle, type Bundled, type BundleRequest } from "./bundle.ts";
import { bundler } from "./esbuild.ts";
import type { Result } from "../core/result.ts";

interface Waiting {
  readonly request: BundleRequest;
  readonly resolve: (made: Result<Bundled, string>) => void;
  readonly reject: (error: unknown) => void;
}

/** Bundles requests of one project, many at a time. */
export class BundleQueue {
  readonly #modules: Modules;
  #waiting: Waiting[] = [];
  /** Whether #run() will look at what waits once more. */
  #looking = false;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  /** The bundle of a request; the error is one sentence. */
  add(request: BundleRequest): Promise<Result<Bundled, string>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, resolve, reject });
      if (this.#looking) return;
      this.#looking = true;
      this.#run();
    });
  }

  async #run(): Promise<void> {
    let failure: { readonly error: unknown } | undefined;
    // While the bundler starts, more requests come in.
    await bundler().catch((error) => failure = { error });
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      // Tasks outside the project name their modules relative to their own folder: each for itself.
      const [inside, outside] = [taken.filter(isInside), taken.filter((one) => !isInside(one))];
      const groups = [...(inside.length > 0 ? [inside] : []), ...outside.map((one) => [one])];
      for (const group of groups) {
        try {
          if (failure !== undefined) throw failure.error;
          const made = await bundle(group.map(({ request }) => request), this.#modules);
          group.forEach(({ resolve }, i) => resolve(made[i]));
        } catch (error) {
          for (const { reject } of group) reject(error);
        }
      }
    }
    // In the same turn as the last look: whoever comes from here on starts anew.
    this.#looking = false;
  }
}

function isInside({ request: { task, root } }: Waiting): boolean {
  return !moduleName(task, root, root).startsWith("user/");
}
