// Rules for software.

import { is, values } from "../crate.ts";
import { type CrateRule, each, rule, statuses, tools } from "./rule.ts";

/** The rules. */
export const software: readonly CrateRule[] = [
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements",
    "software has a name",
    "each tool",
    (crate) =>
      each(crate.of(...tools), ({ name }) => (typeof name !== "string" || name === "") && "name"),
  ),
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements",
    "software has a version",
    "one of version and softwareVersion; source code version",
    (crate) =>
      each(crate.of(...tools), (entity) => {
        const given = ["version", "softwareVersion"].filter((name) =>
          values(entity, name).length > 0
        );
        if (given.length !== 1) return "version";
        return !is(entity, "SoftwareApplication") && given[0] !== "version" && "version";
      }),
  ),
  rule(
    "MUST",
    "what Basin promises",
    "tools that ran have their code's digest",
    "softwareVersion of the instrument of each action that worked",
    (crate) =>
      each(crate.of("CreateAction"), (entity) => {
        const [tool] = crate.refs(entity, "instrument");
        return entity.actionStatus === statuses[0] && entity["@id"].startsWith("#action/") &&
          !/^sha256:[0-9a-f]{64}$/.test(String(tool?.softwareVersion)) && "no digest of its code";
      }),
  ),
];
