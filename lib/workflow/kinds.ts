// Kinds of artifacts that a command may give: those that Basin can read and write. A task may give others as well.

/** The kinds, as `outputs` of a `run:` stage names them. */
export const commandKinds: readonly string[] = [
  "file",
  "folder",
  "table",
  "arrays",
  "trajectories",
  "operator",
  "common_rank",
  "generator_states",
  "figure",
];

/** The kind of a port that takes any one artifact: those of commands do. */
export const anyKind = "any";
