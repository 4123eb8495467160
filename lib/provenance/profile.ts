// The standards that a run's provenance follows, each with its version. They are changed together, by somebody who has
// read the new ones: tests/support/crate_rules.ts checks what they ask for.

/** Where terms are defined. */
export const contexts: readonly string[] = [
  "https://w3id.org/ro/crate/1.1/context",
  "https://w3id.org/ro/terms/workflow-run/context",
];

/** RO-Crate itself. */
export const crateVersion = "https://w3id.org/ro/crate/1.1";

/** The profiles that a run folder conforms to: id, name, version. */
export const profiles: readonly (readonly [id: string, name: string, version: string])[] = [
  ["https://w3id.org/ro/wfrun/process/0.5", "Process Run Crate", "0.5"],
  ["https://w3id.org/ro/wfrun/workflow/0.5", "Workflow Run Crate", "0.5"],
  ["https://w3id.org/ro/wfrun/provenance/0.5", "Provenance Run Crate", "0.5"],
  ["https://w3id.org/workflowhub/workflow-ro-crate/1.0", "Workflow RO-Crate", "1.0"],
];

/** The file's name, fixed by RO-Crate. */
export const crateFile = "ro-crate-metadata.json";

/** The workflow as it was run: the crate's main entity. */
export const workflowFile = "config.resolved.yaml";

/** Members that are described one by one. Of more, each stage is one action, and `run.json` lists the members. */
export const maxActions = 3_000;
