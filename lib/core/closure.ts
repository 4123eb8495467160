// Code closures: the tree-shaken, comment- and type-free bundle of one task and its chosen members. It is what
// the key holds and what workers run. The interface only; the bundler lives in `lib/closure`.

import type { Digest } from "./digest.ts";
import type { Result } from "./result.ts";

/** The code that a stage runs. */
export interface Closure {
  /** Digest of the bundle, with the integrity hashes of the npm packages it imports. */
  readonly digest: Digest;
  /** Digest of every source module in it by path relative to the project (or the user's folder). Not in the key. */
  readonly modules: Readonly<Record<string, Digest>>;
  /** npm specifiers that the bundle imports; absent if none. Covered by the digest. */
  readonly packages?: readonly string[];
  /** The bundle: an ES module whose default export is `{ task, members }`, members by `room/name`. */
  code(): Promise<string>;
}

/** Makes closures. Equal arguments give the same closure while the files stay as they are. */
export interface ClosureSource {
  /**
   * @param root absolute path of the task's module
   * @param members absolute paths of the chosen members' modules by `room/name`
   * @returns the closure, or one sentence saying why it cannot be computed (caching is then off for the stage)
   */
  closure(
    root: string,
    members: Readonly<Record<string, string>>,
  ): Promise<Result<Closure, string>>;
}
