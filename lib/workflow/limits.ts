// Limits: what a workflow may cost to read and to expand. Beyond them there is a message, never a long wait.

/** Limits of one YAML text. */
export const limits = {
  /** Characters of one file. */
  length: 32 * 1024 * 1024,
  /** Lists and maps inside one another, aliases followed. */
  depth: 64,
  /** Nodes, those reached through aliases counted each time. */
  nodes: 2_000_000,
  /** Nodes reached through aliases may be this many times those written … */
  aliasFactor: 20,
  /** … if there are more than this many. */
  aliasFloor: 10_000,
  /** Line ends, colons and commas of one file. A file of 10,000 written-out stages has some 150,000. */
  parts: 400_000,
} as const;

/** Limits of an expanded workflow. */
export const sizes = {
  /** Members of all stages together. */
  members: 200_000,
  /** Combinations of one stage that are looked at before `keep` and the like leave some out. */
  combinations: 2_000_000,
  /** Values of one axis, or of one list that an expression makes. */
  list: 1_000_000,
  /** Files reached through `extends`. */
  files: 200,
  /** Stages, those of sub-workflows counted in each of their calls. */
  stages: 100_000,
  /** Sub-workflows in sub-workflows. */
  calls: 16,
  /** Edges that cannot be shared between members. */
  edges: 10_000_000,
} as const;
