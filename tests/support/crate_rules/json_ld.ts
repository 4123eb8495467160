// Rules of JSON-LD as RO-Crate uses it.

import { allReferences, values } from "../crate.ts";
import { type CrateRule, each, rule } from "./rule.ts";

/** Properties and types that Basin uses, each defined by one of its two contexts. */
export const knownTerms: ReadonlySet<string> = new Set([
  // RO-Crate 1.1, which takes over schema.org and Bioschemas' workflow terms
  ..."about additionalProperty additionalType alternateName conformsTo contentSize".split(" "),
  ..."datePublished description encodingFormat endTime error exampleOfWork hasPart".split(" "),
  ..."actionStatus identifier input instrument isBasedOn license mainEntity mentions".split(" "),
  ..."name object operatingSystem output position programmingLanguage result".split(" "),
  ..."softwareRequirements softwareVersion startTime step subjectOf url value".split(" "),
  ..."version workExample".split(" "),
  ..."ComputationalWorkflow ComputerLanguage ControlAction CreateAction CreativeWork".split(" "),
  ..."Dataset File FormalParameter HowTo HowToStep IndividualProduct OrganizeAction".split(" "),
  ..."PropertyValue SoftwareApplication SoftwareSourceCode".split(" "),
  // the terms of Workflow Run RO-Crate
  "sha256",
]);

const contexts = [
  "https://w3id.org/ro/crate/1.1/context",
  "https://w3id.org/ro/terms/workflow-run/context",
];

/** The rules. */
export const jsonLd: readonly CrateRule[] = [
  rule(
    "MUST",
    "RO-Crate 1.1, JSON-LD",
    "contexts are pinned",
    "exactly the two known contexts",
    function* (crate) {
      if (JSON.stringify(crate.document["@context"]) !== JSON.stringify(contexts)) yield "@context";
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1, JSON-LD; validator: compaction",
    "terms are known",
    "every key and type is defined by the context",
    function* (crate) {
      for (const entity of crate.entities) {
        for (const term of [...Object.keys(entity), ...[entity["@type"]].flat()]) {
          if (!term.startsWith("@") && !knownTerms.has(term)) yield `${entity["@id"]}: ${term}`;
        }
      }
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1, JSON-LD; validator: flattened",
    "the graph is flat",
    "values are plain, or objects of nothing but an id",
    function* (crate) {
      yield* each(crate.entities, (entity) => {
        for (const name of Object.keys(entity)) {
          for (const value of values(entity, name)) {
            if (typeof value !== "object") continue;
            if (value === null || Object.keys(value).join() !== "@id") return name;
          }
        }
      });
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1, JSON-LD; validator: @id and @type",
    "entities have ids and types",
    "a text as @id, at least one @type",
    (crate) =>
      each(
        crate.entities,
        (entity) =>
          (typeof entity["@id"] !== "string" || [entity["@type"]].flat().length === 0 ||
            entity["@type"] === undefined) && "no @id or @type",
      ),
  ),
  rule(
    "MUST",
    "JSON-LD 1.0, flattened form",
    "ids are unique",
    "no two entities of one id",
    function* (crate) {
      const seen = new Set<string>();
      for (const { "@id": id } of crate.entities) {
        if (seen.has(id)) yield id;
        seen.add(id);
      }
    },
  ),
  rule(
    "MUST",
    "RFC 3986; RO-Crate 1.1 §data entities",
    "ids are URI references",
    "only characters of URIs, % followed by two digits, relative or https",
    (crate) =>
      each(
        crate.entities,
        ({ "@id": id }) =>
          !/^(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/.test(id)
            ? "a character that no URI has"
            : id.split("#").length > 2
            ? "two fragments"
            : !id.startsWith("https://") && /^([A-Za-z][\w+.-]*:|\/)/.test(id) &&
              "an absolute path or other scheme",
      ),
  ),
  rule(
    "MUST",
    "RO-Crate 1.1, JSON-LD",
    "references lead somewhere",
    "what is referred to is described here, but for RO-Crate itself",
    function* (crate) {
      for (const entity of crate.entities) {
        for (const id of allReferences(entity)) {
          if (crate.get(id) === undefined && id !== "https://w3id.org/ro/crate/1.1") {
            yield `${entity["@id"]}: ${id}`;
          }
        }
      }
    },
  ),
];
