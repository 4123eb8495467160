// What the standards ask of a run's crate, one function a rule. MUST of RO-Crate 1.1, Workflow RO-Crate 1.0, Process Run
// Crate 0.5, Workflow Run Crate 0.5 and Provenance Run Crate 0.5, and those of their SHOULD that Basin keeps; `notKept`
// lists the others with the reason. Sources:
// - RO-Crate 1.1: researchobject.org/ro-crate/specification/1.1
// - Workflow RO-Crate 1.0: about.workflowhub.eu/Workflow-RO-Crate/1.0
// - the run profiles: w3id.org/ro/wfrun/{process,workflow,provenance}/0.5
// - how a validator reads them: the SHACL shapes and checks of crs4/rocrate-validator (Apache-2.0), folder
//   rocrate_validator/profiles. No text or code of it is here.

import { allReferences, type CrateEntity, CrateView, idsOf, is, values } from "./crate.ts";

/** A rule. */
export interface CrateRule {
  readonly name: string;
  /** What it asks, in our own words. */
  readonly asks: string;
  readonly source: string;
  readonly level: "MUST" | "SHOULD";
  /** Ids of entities that break it, each with what is wrong. */
  check(crate: CrateView, files: ReadonlySet<string> | undefined): Iterable<string>;
}

/** SHOULDs that Basin's crates do not keep, and why. */
export const notKept: Readonly<Record<string, string>> = {
  "Action agent": "nobody is named without having said so",
  "Root author and publisher": "the same",
  "Application url": "tasks of a project have no page of their own",
  "Bioschemas ComputationalWorkflow conformsTo": "it asks for a creator, a licence and a page",
  "Application id is an absolute URI": "the profile allows local ids for what is not on the web",
};

const tools = ["SoftwareApplication", "SoftwareSourceCode", "ComputationalWorkflow"] as const;
const runActions = ["CreateAction", "ActivateAction", "UpdateAction"] as const;
const statuses = [
  "http://schema.org/CompletedActionStatus",
  "http://schema.org/FailedActionStatus",
];
const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{3})?\+\d{2}:\d{2})?$/;

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

function rule(
  level: CrateRule["level"],
  source: string,
  name: string,
  asks: string,
  check: CrateRule["check"],
): CrateRule {
  return { name, asks, source, level, check };
}

/** For each of some entities, nothing or what is wrong with it. */
function* each(
  entities: Iterable<CrateEntity>,
  problem: (entity: CrateEntity) => string | false | undefined,
): Generator<string> {
  for (const entity of entities) {
    const found = problem(entity);
    if (typeof found === "string") yield `${entity["@id"]}: ${found}`;
  }
}

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

const jsonLd: readonly CrateRule[] = [
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

const crateItself: readonly CrateRule[] = [
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

const workflowItself: readonly CrateRule[] = [
  rule(
    "MUST",
    "Workflow RO-Crate 1.0 §main workflow",
    "main entity",
    "the root's main entity is a File, SoftwareSourceCode and ComputationalWorkflow",
    function* (crate) {
      const types = [crate.workflow?.["@type"]].flat();
      for (const type of ["File", "SoftwareSourceCode", "ComputationalWorkflow"]) {
        if (!types.includes(type)) yield type;
      }
    },
  ),
  rule(
    "MUST",
    "Workflow RO-Crate 1.0 §main workflow",
    "programming language",
    "the workflow refers to a ComputerLanguage",
    function* (crate) {
      const { workflow } = crate;
      if (
        workflow === undefined || workflow.programmingLanguage === undefined ||
        !crate.allAre(workflow, "programmingLanguage", "ComputerLanguage")
      ) yield "programmingLanguage";
    },
  ),
  rule(
    "MUST",
    "Workflow Run Crate 0.5",
    "inputs and outputs are formal parameters",
    "input and output refer to FormalParameters only",
    (crate) =>
      each(
        crate.of(...tools),
        (entity) =>
          ["input", "output"].find((name) => !crate.allAre(entity, name, "FormalParameter")),
      ),
  ),
  rule(
    "MUST",
    "Workflow Run Crate 0.5 §requirements",
    "formal parameters have a type",
    "each has an additionalType",
    (crate) =>
      each(
        crate.of("FormalParameter"),
        ({ additionalType }) =>
          (typeof additionalType !== "string" || additionalType === "") && "additionalType",
      ),
  ),
  rule(
    "SHOULD",
    "Workflow Run Crate 0.5 §requirements",
    "types are of the list",
    "File, Dataset, Collection, PropertyValue or a data type of schema.org",
    (crate) =>
      each(
        crate.of("FormalParameter"),
        ({ additionalType }) =>
          !/^(File|Dataset|Collection|PropertyValue|DataType|Boolean|Number|Integer|Float|Text)$/
            .test(String(additionalType)) && String(additionalType),
      ),
  ),
  rule(
    "SHOULD",
    "Workflow Run Crate 0.5 §requirements",
    "formal parameters have a name",
    "as the workflow calls them",
    (crate) => each(crate.of("FormalParameter"), ({ name }) => typeof name !== "string" && "name"),
  ),
  rule(
    "SHOULD",
    "Workflow Run Crate 0.5; validator: exampleOfWork",
    "formal parameters are realised",
    "data or PropertyValues refer to each by exampleOfWork, and nothing else does",
    function* (crate) {
      const realised = new Set<string>();
      for (const entity of crate.entities) {
        for (const id of idsOf(entity, "exampleOfWork")) {
          realised.add(id);
          if (!is(entity, "File", "Dataset", "Collection", "PropertyValue")) yield entity["@id"];
          if (!is(crate.get(id) ?? entity, "FormalParameter")) yield `${entity["@id"]}: ${id}`;
        }
      }
      yield* each(
        crate.of("FormalParameter"),
        ({ "@id": id }) => !realised.has(id) && "not realised",
      );
    },
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "workflow has tools",
    "hasPart of each workflow refers to tools",
    (crate) =>
      each(
        crate.of("ComputationalWorkflow"),
        (entity) =>
          (entity.hasPart === undefined || !crate.allAre(entity, "hasPart", ...tools)) && "hasPart",
      ),
  ),
  rule(
    "SHOULD",
    "Provenance Run Crate 0.5 §requirements",
    "workflow has steps",
    "step refers to HowToSteps",
    (crate) =>
      each(
        crate.of("ComputationalWorkflow"),
        (entity) =>
          (entity.step === undefined || !crate.allAre(entity, "step", "HowToStep")) && "step",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "workflow with steps is a HowTo",
    "its type says so",
    (crate) =>
      each(
        crate.of("ComputationalWorkflow"),
        (entity) => entity.step !== undefined && !is(entity, "HowTo") && "no HowTo",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §overview",
    "steps belong to a workflow",
    "each HowToStep is a step of a ComputationalWorkflow",
    function* (crate) {
      const known = new Set(crate.of("ComputationalWorkflow").flatMap((one) => idsOf(one, "step")));
      yield* each(
        crate.of("HowToStep"),
        ({ "@id": id }) => !known.has(id) && "no step of a workflow",
      );
    },
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "steps have a tool",
    "workExample refers to tools",
    (crate) =>
      each(
        crate.of("HowToStep"),
        (entity) =>
          (entity.workExample === undefined || !crate.allAre(entity, "workExample", ...tools)) &&
          "workExample",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §overview",
    "tools of steps are parts of the workflow",
    "what implements a step is in hasPart of the workflow",
    function* (crate) {
      const parts = new Set(crate.workflow === undefined ? [] : idsOf(crate.workflow, "hasPart"));
      yield* each(
        crate.of("HowToStep"),
        (step) => idsOf(step, "workExample").find((id) => !parts.has(id)),
      );
    },
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "positions are integers in order",
    "a step that needs another's outputs stands after it",
    function* (crate) {
      yield* each(
        crate.of("HowToStep"),
        ({ position }) => position !== undefined && !/^\d+$/.test(String(position)) && "position",
      );
      const madeAt = new Map<string, number>();
      const positions = stepPositions(crate);
      for (const [step, action] of positions) {
        for (const id of idsOf(action, "result")) {
          madeAt.set(id, Math.min(step, madeAt.get(id) ?? Infinity));
        }
      }
      for (const [step, action] of positions) {
        for (const id of idsOf(action, "object")) {
          if (!id.startsWith("#artifact") || (madeAt.get(id) ?? -1) < step) continue;
          yield `${action["@id"]}: ${id} is made later`;
        }
      }
    },
  ),
];

/** Actions of tools with the positions of their steps. */
function stepPositions(crate: CrateView): readonly [number, CrateEntity][] {
  return crate.of("ControlAction").flatMap((control) => {
    const position = Number(crate.refs(control, "instrument")[0]?.position);
    return crate.refs(control, "object").flatMap((action): [number, CrateEntity][] =>
      action === undefined ? [] : [[position, action]]
    );
  });
}

const actions: readonly CrateRule[] = [
  rule(
    "MUST",
    "Process Run Crate 0.5 §requirements",
    "actions have an instrument",
    "a tool or workflow",
    (crate) =>
      each(
        crate.of(...runActions),
        (entity) =>
          (entity.instrument === undefined || !crate.allAre(entity, "instrument", ...tools)) &&
          "instrument",
      ),
  ),
  rule(
    "MUST",
    "Workflow Run Crate 0.5 §overview",
    "the workflow was run",
    "exactly one CreateAction has the main workflow as instrument",
    function* (crate) {
      const runs = crate.of("CreateAction")
        .filter((one) => idsOf(one, "instrument").join() === crate.workflow?.["@id"]);
      if (runs.length !== 1) yield `${runs.length} runs`;
    },
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §overview",
    "tool runs are of tools of the workflow",
    "every other action has one of its tools as instrument",
    function* (crate) {
      const { workflow } = crate;
      if (workflow === undefined) return;
      const known = new Set([workflow["@id"], ...idsOf(workflow, "hasPart")]);
      yield* each(
        crate.of(...runActions),
        (entity) => idsOf(entity, "instrument").find((id) => !known.has(id)),
      );
    },
  ),
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements",
    "actions are mentioned",
    "mentions of the root lists each",
    function* (crate) {
      const known = new Set(crate.root === undefined ? [] : idsOf(crate.root, "mentions"));
      yield* each(crate.of(...runActions), ({ "@id": id }) => !known.has(id) && "not mentioned");
    },
  ),
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements",
    "actions are described",
    "name and description",
    (crate) =>
      each(
        crate.of(...runActions),
        ({ name, description }) =>
          (typeof name !== "string" || typeof description !== "string") && "name or description",
      ),
  ),
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements; validator: ISO 8601",
    "times are ISO 8601",
    "startTime and endTime with an offset, the end not before the start",
    (crate) =>
      each(crate.of(...runActions, "OrganizeAction"), (entity) => {
        const { startTime, endTime, actionStatus } = entity;
        const isOfMany = idsOf(entity, "subjectOf").join() === "run.json";
        const failed = actionStatus === statuses[1];
        if (
          endTime === undefined ? !failed && !isOfMany : !time.test(String(endTime))
        ) return "endTime";
        if (startTime !== undefined && !time.test(String(startTime))) return "startTime";
        return startTime !== undefined && endTime !== undefined &&
          Date.parse(String(endTime)) < Date.parse(String(startTime)) && "ends before it starts";
      }),
  ),
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements",
    "actions have results",
    "each that did not fail",
    (crate) =>
      each(
        crate.of("CreateAction", "UpdateAction"),
        (entity) =>
          entity.actionStatus !== statuses[1] && idsOf(entity, "subjectOf").join() !== "run.json" &&
          idsOf(entity, "result").length === 0 && "result",
      ),
  ),
  rule(
    "SHOULD",
    "Process Run Crate 0.5 §requirements",
    "objects and results are data",
    "File, Dataset, Collection, CreativeWork or PropertyValue",
    (crate) =>
      each(crate.of(...runActions), (entity) =>
        ["object", "result"].find((name) =>
          !crate.allAre(
            entity,
            name,
            "File",
            "Dataset",
            "Collection",
            "CreativeWork",
            "PropertyValue",
          )
        )),
  ),
  rule(
    "SHOULD",
    "Process and Provenance Run Crate 0.5 §requirements",
    "statuses are of schema.org",
    "Completed or Failed",
    (crate) =>
      each(
        crate.of(...runActions, "ControlAction", "OrganizeAction"),
        ({ actionStatus }) =>
          actionStatus !== undefined && !statuses.includes(String(actionStatus)) && "actionStatus",
      ),
  ),
  rule(
    "SHOULD",
    "Process and Provenance Run Crate 0.5 §requirements",
    "errors belong to failures",
    "error only beside FailedActionStatus",
    (crate) =>
      each(
        crate.of(...runActions, "ControlAction", "OrganizeAction"),
        ({ actionStatus, error }) => error !== undefined && actionStatus !== statuses[1] && "error",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "control actions have a step",
    "instrument refers to HowToSteps",
    (crate) =>
      each(
        crate.of("ControlAction"),
        (entity) =>
          (entity.instrument === undefined || !crate.allAre(entity, "instrument", "HowToStep")) &&
          "instrument",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "control actions have tool runs",
    "object refers to the actions of the step",
    (crate) =>
      each(
        crate.of("ControlAction"),
        (entity) =>
          (entity.object === undefined || !crate.allAre(entity, "object", ...runActions)) &&
          "object",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §overview",
    "tool runs fit their step",
    "the tool of the action is one of the step's",
    function* (crate) {
      for (const control of crate.of("ControlAction")) {
        const known = crate.refs(control, "instrument").flatMap((step) =>
          step === undefined ? [] : idsOf(step, "workExample")
        );
        for (const action of crate.refs(control, "object")) {
          if (action !== undefined && !known.includes(idsOf(action, "instrument")[0])) {
            yield action["@id"];
          }
        }
      }
    },
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "engine run has its engine",
    "instrument of the OrganizeAction is software",
    (crate) =>
      each(
        crate.of("OrganizeAction"),
        (entity) =>
          (entity.instrument === undefined || !crate.allAre(entity, "instrument", ...tools)) &&
          "instrument",
      ),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "engine run has the workflow's run",
    "result of the OrganizeAction is the action whose instrument is the workflow",
    (crate) =>
      each(crate.of("OrganizeAction"), (entity) => {
        const [run] = crate.refs(entity, "result");
        return (run === undefined || !is(run, ...runActions) ||
          idsOf(run, "instrument")[0] !== crate.workflow?.["@id"]) && "result";
      }),
  ),
  rule(
    "MUST",
    "Provenance Run Crate 0.5 §requirements",
    "engine run has the steps' runs",
    "object of the OrganizeAction lists all ControlActions",
    (crate) =>
      each(
        crate.of("OrganizeAction"),
        (entity) =>
          (!crate.allAre(entity, "object", "ControlAction") ||
            idsOf(entity, "object").length !== crate.of("ControlAction").length ||
            entity.object === undefined) && "object",
      ),
  ),
  rule(
    "SHOULD",
    "Provenance Run Crate 0.5 §overview",
    "steps' runs are recorded",
    "each action of a tool is the object of a ControlAction",
    function* (crate) {
      const known = new Set(crate.of("ControlAction").flatMap((one) => idsOf(one, "object")));
      yield* each(
        crate.of(...runActions),
        (entity) =>
          idsOf(entity, "instrument")[0] !== crate.workflow?.["@id"] && !known.has(entity["@id"]) &&
          "no ControlAction",
      );
    },
  ),
];

const software: readonly CrateRule[] = [
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

const conformance: readonly CrateRule[] = [
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
  document: ConstructorParameters<typeof CrateView>[0],
  files?: ReadonlySet<string>,
): readonly string[] {
  const crate = new CrateView(document);
  return crateRules.flatMap((one) =>
    Array.from(one.check(crate, files), (where) => `${one.name}: ${where}`)
  );
}
