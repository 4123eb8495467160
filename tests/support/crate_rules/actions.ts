// Rules for what was done: runs of tools, of steps, of the workflow and of the engine.

import { idsOf, is } from "../crate.ts";
import { type CrateRule, each, rule, runActions, statuses, time, tools } from "./rule.ts";

/** The rules. */
export const actions: readonly CrateRule[] = [
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
