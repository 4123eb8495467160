// What is wrong with the params of a training taken together, told when planning with the place in the YAML.

import type { Condition } from "#lib/core/neurotask.ts";
import { Constraint } from "#lib/training/update_row.ts";
import { sharingIssues } from "#lib/trials/channels.ts";
import { timingIssues, trialLengths } from "#lib/trials/timing.ts";
import {
  type Course,
  courseOf,
  type Members,
  type Rule,
  ruleOf,
  trainableOf,
} from "./_train_course.ts";
import type { TrainParams } from "./_train_params.ts";

/** Something wrong; `path` leads from the params. */
export interface TrainIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly known?: readonly string[];
}

/** All that is wrong. */
export function trainIssues(params: TrainParams, members: Members): TrainIssue[] {
  let course: Course;
  try {
    course = courseOf(params, members);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ path: ["constraints"], message: error.message }];
  }
  const issues = [
    ...sharingIssues(course.rules.map(({ neurotask, params }) => ({ neurotask, params })))
      .map(({ place, message }) => ({ path: ["rules", place], message })),
    ...ruleIssues(course),
  ];
  if (issues.length > 0) return issues;
  const found = [...timings(course), ...trainables(course), ...dataIssues(course)];
  return found.length > 0 ? found : [
    ...constrainedIssues(course),
    ...windowIssues(course),
    ...lossIssues(course),
    ...stopIssues(course),
  ];
}

/** Phases that name a rule which the network does not know. */
function ruleIssues({ params, rules }: Course): TrainIssue[] {
  const known = rules.map(({ name }) => name);
  return params.phases.flatMap((phase, at) =>
    phase.rules.flatMap((name, place): TrainIssue[] => {
      const path = ["phases", at, "rules", place];
      if (!known.includes(name)) {
        return [{
          path,
          message: `'${name}' is none of the network's rules (${known.join(", ")}); ` +
            "name it in `rules`, too, or correct it",
          known,
        }];
      }
      return phase.rules.indexOf(name) < place
        ? [{ path, message: `'${name}' stands twice in a phase; list each rule once` }]
        : [];
    })
  );
}

/** Durations that dt does not divide, and empty periods, of the rules that are trained. */
function timings(course: Course): TrainIssue[] {
  const { params } = course;
  const trained = new Set(params.phases.flatMap(({ rules }) => rules));
  const seen = new Set<string>();
  return [...trained].flatMap((name) => {
    const { neurotask, params: own } = ruleOf(course, name);
    const modes = params.data.leaky_split
      ? ["train"] as const
      : [...new Set(["train", params.evaluation.mode] as const)];
    return modes.flatMap((mode) =>
      timingIssues(neurotask, own, mode, params.dt_ms).flatMap(
        ({ path, message }): TrainIssue[] => {
          const place = path.length === 0 ? ["dt_ms"] : ["trial", ...path];
          // One duration is read by all rules: said once.
          const key = place.length === 1 ? message : place.join(".");
          if (seen.has(key)) return [];
          seen.add(key);
          return [{ path: place, message }];
        },
      )
    );
  });
}

/** Trainable sets that name no parameter of the model, or none at all. */
function trainables({ params, parameters, model }: Course): TrainIssue[] {
  const known = parameters.map(({ name }) => name);
  const of = (
    names: readonly string[] | null | undefined,
    path: readonly (string | number)[],
  ): TrainIssue[] => {
    if (names === undefined || names === null) return [];
    if (names.length === 0) {
      return [{
        path,
        message: `an empty list trains nothing; name some of ${
          known.join(", ")
        }, or leave it out for all`,
        known,
      }];
    }
    return names.flatMap((name, at) =>
      known.includes(name) ? [] : [{
        path: [...path, at],
        message: `${model.name} has no parameter '${name}'; it has ${known.join(", ")}`,
        known,
      }]
    );
  };
  return [
    ...(params.phases.length > 0 ? of(params.trainable, ["trainable"]) : []),
    ...params.phases.flatMap(({ trainable }, at) => of(trainable, ["phases", at, "trainable"])),
  ];
}

/** Phases that train only what constraints keep at zero. */
function constrainedIssues(course: Course): TrainIssue[] {
  const { constraints, offsets, params, parameters } = course;
  if (constraints === undefined) return [];
  const isFixed = (code: number) => code === Constraint.absent || code === Constraint.zeroed;
  return course.phases.flatMap((phase, at): TrainIssue[] => {
    const trained = trainableOf(course, phase);
    const isIdle = parameters.every((_, i) =>
      !trained[i] || constraints.subarray(offsets[i], offsets[i + 1]).every(isFixed)
    );
    if (!isIdle) return [];
    const path = phase.trainable !== null
      ? ["phases", at, "trainable"]
      : [params.trainable === undefined ? "constraints" : "trainable"];
    const names = parameters.filter((_, i) => trained[i]).map(({ name }) => name).join(", ");
    return [{
      path,
      message: `constraints keep all of ${names} at zero, so that phase ${
        at + 1
      } trains nothing; name other parameters, or leave connections`,
    }];
  });
}

/** Windows that may hold no decision where the loss looks at nothing else. */
function windowIssues(course: Course): TrainIssue[] {
  const { params: { sequence, loss, dt_ms }, phases } = course;
  if (sequence === "trial" || loss.over !== "decision") return [];
  const longest = (name: string) => {
    const { neurotask, params } = ruleOf(course, name);
    return trialLengths(neurotask.timing(params, "train"), dt_ms).longest;
  };
  const steps = Math.max(0, ...phases.flatMap(({ rules }) => rules).map(longest));
  if (sequence.window_steps >= steps) return [];
  return [{
    path: ["sequence", "window_steps"],
    message: `windows of ${sequence.window_steps} steps may hold no decision, as trials have up ` +
      `to ${steps} steps, and the loss is over decisions alone; write ${steps} or more, or another \`loss.over\``,
  }];
}

/** Stop rules that look at trials that nobody can decide. */
function stopIssues(course: Course): TrainIssue[] {
  const { params } = course;
  const seen = new Set<string>();
  return course.phases.flatMap(({ stop, rules }, at): TrainIssue[] => {
    if (stop === null || stop.on !== "decidable") return [];
    const name = rules.find((name) => !canBeDecided(ruleOf(course, name)));
    if (name === undefined) return [];
    const path = params.phases[at].stop === undefined ? ["stop"] : ["phases", at, "stop"];
    if (seen.has(path.join())) return [];
    seen.add(path.join());
    return [{
      path,
      message: `no trial of ${name} can be decided, so that this rule never ends a phase; ` +
        "write `on: all`, or give the trials something to decide",
    }];
  });
}

/** Whether some values of the conditions make a trial that can be decided. */
function canBeDecided({ neurotask, params }: Rule): boolean {
  const conditions: readonly Condition[] = neurotask.conditions(params);
  const isDecidable = (given: Readonly<Record<string, number>>, at: number): boolean => {
    if (at === conditions.length) return neurotask.isDecidable(given);
    const condition = conditions[at];
    const values = "values" in condition ? condition.values : condition.uniform;
    return values.some((value) => isDecidable({ ...given, [condition.name]: value }, at + 1));
  };
  return isDecidable({}, 0);
}

function dataIssues({ params }: Course): TrainIssue[] {
  const { data, sequence } = params;
  if (data.aliased && sequence === "trial") {
    return [{
      path: ["data", "aliased"],
      message: "the published sequences are windows of trials back to back; write " +
        "`sequence: {window_steps: …}` with this defect",
    }];
  }
  if (data.source === "fixed" && data.num_sequences < 5) {
    return [{ path: ["data", "num_sequences"], message: "a fifth is held out: write 5 or more" }];
  }
  return [];
}

function lossIssues({ params, target }: Course): TrainIssue[] {
  const { kind } = params.loss;
  if (kind !== "cross_entropy" || target === "class" || params.phases.length === 0) return [];
  return [{
    path: ["loss", "kind"],
    message: `${
      params.rules[0]
    } has values to give, not classes; write \`kind: mse\`, or leave it out`,
  }];
}
