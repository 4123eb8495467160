// Members: the metrics, attractors, … that a task chooses by a param. One file each, found through a generated
// index, and each a root of its own in the key: adding or editing one never touches stages that use another.

import type { ParamsSchema } from "./task.ts";

/** What every member of a room declares. */
export interface Member {
  /** Equals the file name; the name used in YAML. */
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  /** The member's own params. */
  readonly params: ParamsSchema;
}

/** A room of members: names to lazy imports, as the generated indexes have it. */
export type MemberIndex = Readonly<Record<string, () => Promise<{ readonly default: Member }>>>;
