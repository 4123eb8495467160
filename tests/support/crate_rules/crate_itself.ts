// Rules of RO-Crate for the descriptor, the root and its files, and what profiles the root must name.

import { type CrateEntity, idsOf, is } from "../crate.ts";
import { type CrateRule, each, rule, time } from "./rule.ts";

/** The rules. */
export const crateItself: readonly CrateRule[] = [
  rule(
    "MUST",
    "RO-Crate 1.1 §metadata file descriptor",
    "descriptor",
    "a CreativeWork about the root, conforming to RO-Crate 1.1",
    function* (crate) {
      const descriptor = crate.descriptor;
      if (descriptor === undefined || !is(descriptor, "CreativeWork")) return yield "no descriptor";
      if (idsOf(descriptor, "about").join() !== "./") yield "about is not the root";
      if (
        !idsOf(descriptor, "conformsTo").includes("https://w3id.org/ro/crate/1.1")
      ) yield "conformsTo";
    },
  ),
  rule(
    "SHOULD",
    "Workflow RO-Crate 1.0 §metadata file",
    "descriptor names Workflow RO-Crate",
    "its conformsTo has the profile too",
    function* (crate) {
      const ids = crate.descriptor === undefined ? [] : idsOf(crate.descriptor, "conformsTo");
      if (!ids.includes("https://w3id.org/workflowhub/workflow-ro-crate/1.0")) yield "conformsTo";
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1 §root data entity",
    "root",
    "a Dataset `./` with name, description, licence and a date",
    function* (crate) {
      const { root } = crate;
      if (root === undefined || !is(root, "Dataset") || root["@id"] !== "./") {
        return yield "no root";
      }
      for (const name of ["name", "description", "datePublished"]) {
        if (typeof root[name] !== "string" || root[name] === "") yield name;
      }
      if (!time.test(String(root.datePublished))) yield "datePublished is no ISO 8601 date";
      if (
        !crate.allAre(root, "license", "CreativeWork") || root.license === undefined
      ) yield "license";
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1 §data entities",
    "data entities are parts",
    "files and folders with paths are in hasPart of the root or of its parts",
    function* (crate) {
      const reached = new Set<string>();
      const visit = (entity: CrateEntity | undefined) => {
        if (entity === undefined || reached.has(entity["@id"])) return;
        reached.add(entity["@id"]);
        for (const part of crate.refs(entity, "hasPart")) visit(part);
      };
      visit(crate.root);
      yield* each(
        crate.of("File", "Dataset"),
        ({ "@id": id }) => !id.startsWith("#") && !reached.has(id) && "no part of the root",
      );
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1 §data entities; validator: parts",
    "parts of the root are data",
    "hasPart of the root has files and folders only",
    function* (crate) {
      if (
        crate.root !== undefined && !crate.allAre(crate.root, "hasPart", "File", "Dataset")
      ) yield "hasPart";
    },
  ),
  rule(
    "MUST",
    "RO-Crate 1.1 §data entities",
    "files exist",
    "what has a path lies in the folder",
    function* (crate, files) {
      if (files === undefined) return;
      for (const { "@id": id } of crate.of("File", "Dataset")) {
        if (id.startsWith("#") || id.startsWith("https:") || id === "./") continue;
        const path = decodeURIComponent(id);
        const isThere = path.endsWith("/")
          ? [...files].some((file) => file.startsWith(path))
          : files.has(path);
        if (!isThere) yield id;
      }
    },
  ),
  rule(
    "MUST",
    "what Basin promises",
    "every file is told of",
    "each file of the folder is an entity, or in a folder that is one",
    function* (crate, files) {
      const ids = crate.entities.map((entity) => entity["@id"]);
      const folders = ids.filter((id) => id.endsWith("/") && id !== "./").map(decodeURIComponent);
      const paths = new Set(ids.map((id) => id.startsWith("#") ? id : decodeURIComponent(id)));
      for (const file of files ?? []) {
        if (file === "ro-crate-metadata.json" || paths.has(file)) continue;
        if (!folders.some((folder) => file.startsWith(folder))) yield file;
      }
    },
  ),
  rule(
    "SHOULD",
    "RO-Crate 1.1 §encodings",
    "files have a format",
    "encodingFormat is a media type",
    (crate) =>
      each(
        crate.of("File"),
        ({ encodingFormat }) =>
          !/^\w+\/\w[\w.-]*(\+\w[\w.-]*)?$/.test(String(encodingFormat)) && "encodingFormat",
      ),
  ),
  rule(
    "MUST",
    "what Basin promises",
    "files have a digest and a size",
    "sha256 of 64 digits, contentSize in bytes",
    (crate) =>
      each(crate.of("File"), (entity) =>
        !entity["@id"].startsWith("#") &&
        (!/^[0-9a-f]{64}$/.test(String(entity.sha256)) ||
          !/^\d+$/.test(String(entity.contentSize))) &&
        "sha256 or contentSize"),
  ),
];

/** The rules. */
export const conformance: readonly CrateRule[] = [
  rule(
    "MUST",
    "Process Run Crate 0.5 §requirements",
    "names Process Run Crate",
    "conformsTo, version 0.5",
    rootRefers(/^https:\/\/w3id\.org\/ro\/wfrun\/process\/0\.5$/, "0.5"),
  ),
  rule(
    "MUST",
    "Workflow Run Crate 0.5 §requirements",
    "names Workflow Run Crate",
    "conformsTo, version 0.5",
    rootRefers(/^https:\/\/w3id\.org\/ro\/wfrun\/workflow\/0\.5$/, "0.5"),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "names Provenance Run Crate",
    "conformsTo, version 0.5",
    rootRefers(/^https:\/\/w3id\.org\/ro\/wfrun\/provenance\/0\.5$/, "0.5"),
  ),
  rule(
    "SHOULD",
    "Workflow Run Crate 0.5 §requirements",
    "names Workflow RO-Crate",
    "conformsTo, version 1.0",
    rootRefers(/^https:\/\/w3id\.org\/workflowhub\/workflow-ro-crate\/1\.0$/, "1.0"),
  ),
];

function rootRefers(
  pattern: RegExp,
  version: string,
): CrateRule["check"] {
  return function* (crate) {
    const found = crate.root === undefined ? [] : idsOf(crate.root, "conformsTo");
    const id = found.find((one) => pattern.test(one));
    if (id === undefined) yield `./: conformsTo lacks ${pattern.source}`;
    else if (crate.get(id) === undefined || !is(crate.get(id)!, "CreativeWork")) {
      yield `${id}: no CreativeWork`;
    } else if (crate.get(id)!.version !== version) yield `${id}: version is not ${version}`;
  };
}
