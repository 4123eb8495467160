// What the standards ask of a run's crate, one function a rule. MUST of RO-Crate 1.1, Workflow RO-Crate 1.0, Process Run
// Crate 0.5, Workflow Run Crate 0.5 and Provenance Run Crate 0.5, and those of their SHOULD that Basin keeps; `notKept`
// lists the others with the reason. Sources:
// - RO-Crate 1.1: researchobject.org/ro-crate/specification/1.1
// - Workflow RO-Crate 1.0: about.workflowhub.eu/Workflow-RO-Crate/1.0
// - the run profiles: w3id.org/ro/wfrun/{process,workflow,provenance}/0.5
// - how a validator reads them: the SHACL shapes and checks of crs4/rocrate-validator (Apache-2.0), folder
//   rocrate_validator/profiles. No text or code of it is here.

import { type CrateDocument, CrateView } from "./crate.ts";
import { actions } from "./crate_rules/actions.ts";
import { conformance, crateItself } from "./crate_rules/crate_itself.ts";
import { jsonLd } from "./crate_rules/json_ld.ts";
import type { CrateRule } from "./crate_rules/rule.ts";
import { software } from "./crate_rules/software.ts";
import { workflowItself } from "./crate_rules/workflow.ts";

/** SHOULDs that Basin's crates do not keep, and why. */
export const notKept: Readonly<Record<string, string>> = {
  "Action agent": "nobody is named without having said so",
  "Root author and publisher": "the same",
  "Application url": "tasks of a project have no page of their own",
  "Bioschemas ComputationalWorkflow conformsTo": "it asks for a creator, a licence and a page",
  "Application id is an absolute URI": "the profile allows local ids for what is not on the web",
};

/** All rules. */
export const crateRules: readonly CrateRule[] = [
  ...jsonLd,
  ...crateItself,
  ...conformance,
  ...workflowItself,
  ...actions,
  ...software,
];

/**
 * What is wrong with a crate: the rule's name, and where.
 *
 * @param files paths of what lies in the folder; without them it is not looked for
 */
export function brokenRules(
  document: CrateDocument,
  files?: ReadonlySet<string>,
): readonly string[] {
  const crate = new CrateView(document);
  return crateRules.flatMap((one) =>
    Array.from(one.check(crate, files), (where) => `${one.name}: ${where}`)
  );
}
