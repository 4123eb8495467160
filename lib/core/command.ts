// Commands: what a `run:` stage starts. Rendered, so that nothing of the workflow is needed to run one, and with paths
// relative to the folder that it runs in, so that two machines render the same text.
//
// The folder holds `params.json`, `in/<port>…` and an empty `out/`. An input of one file lies at `in/<port><suffix>`
// (the suffix of the file's name in the workflow, if it has one), other artifacts are folders `in/<port>/`, a gathered
// list is `in/<port>/<number>…` with `in/<port>/index.json` telling coordinates. Leaves out who runs it.

/** One declared output of a command. */
export interface CommandOutput {
  /** Kind of the artifact: `file`, `folder`, or one that Basin can read (`table`, `arrays`, `trajectories`, …). */
  readonly kind: string;
  /** Where the command leaves it, relative to its folder: a file for `file`, else a folder (a lone `.tsv` for `table`). */
  readonly path: string;
  /** Stored, but no part of what is compared: logs, timings. */
  readonly volatile: boolean;
}

/** A rendered command. */
export interface Command {
  /** A list is started as it is; a text is given to `/bin/sh -c`. */
  readonly line: string | readonly string[];
  readonly outputs: Readonly<Record<string, CommandOutput>>;
  /** Where inputs lie, by port, as the line names them. */
  readonly inputPaths: Readonly<Record<string, string>>;
  /** Ports that take a gathered list. A port with any other number of inputs than one is a list anyway. */
  readonly lists?: readonly string[];
}

/** What the key of a command holds besides params and inputs. */
export interface CommandPreimage {
  readonly line: string | readonly string[];
  readonly outputs: Readonly<Record<string, CommandOutput>>;
  /** Declared variables; `null` if not set. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Declared tools: name → what its version command printed. */
  readonly tools: Readonly<Record<string, string>>;
}
