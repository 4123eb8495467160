// Rules for the workflow, its params, steps and tools.

import { type CrateEntity, type CrateView, idsOf, is } from "../crate.ts";
import { type CrateRule, each, rule, tools } from "./rule.ts";

/** The rules. */
export const workflowItself: readonly CrateRule[] = [
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
