// How accuracy is measured after an epoch: each rule's frozen set, in chunks of as many rows as a batch, shown to all
// networks of a sweep that train the rule.

import type { Sweep, SweepPlan } from "#gpu/rnn/sweep.ts";
import type { EngineArray } from "#lib/core/engine.ts";
import { accuraciesOf, countRight, noCounts } from "#lib/training/accuracy.ts";
import type { Accuracies } from "#lib/training/stop_rule.ts";
import { type EvaluationSet, evaluationSet } from "./_train_batches.ts";
import { type Course, ruleOf } from "./_train_course.ts";
import type { Trainee } from "./_train_member.ts";

/** Accuracies of each network on the rules of its phase. */
export async function accuraciesAfter(
  sweep: Sweep,
  active: readonly Trainee[],
  sets: EvaluationSets,
): Promise<readonly (readonly Accuracies[])[]> {
  const wanted = active.map(({ course, phase }) =>
    phase!.rules.map((name) => sets.of(course, name))
  );
  const found: Accuracies[][] = active.map(() => []);
  const mostRules = Math.max(...wanted.map(({ length }) => length));
  const passes: { readonly place: number; readonly chunk: number; readonly models: number }[] = [];
  for (let place = 0; place < mostRules; place++) {
    const part = wanted.filter(({ length }) => length > place);
    const chunks = Math.max(...part.map((own) => own[place].slots.length));
    for (let chunk = 0; chunk < chunks; chunk++) passes.push({ place, chunk, models: part.length });
  }
  // Networks of fewer rows than others have no such chunk; any does, nobody reads it.
  const outputs = await sweep.evaluate(
    sets.all,
    passes.map(({ place, chunk, models }) =>
      wanted.slice(0, models).map((own) => own[place].slots[chunk] ?? own[place].slots[0])
    ),
  );
  for (let place = 0; place < mostRules; place++) {
    wanted.forEach((own, model) => {
      if (own.length <= place) return;
      const counts = noCounts();
      own[place].slots.forEach((_, chunk) => {
        const pass = passes.findIndex((one) => one.place === place && one.chunk === chunk);
        const length = outputs[pass].length / passes[pass].models;
        countRight(
          own[place].responses(chunk, outputs[pass].subarray(model * length, (model + 1) * length)),
          counts,
        );
      });
      found[model].push(accuraciesOf(counts));
    });
  }
  return found;
}

/** A rule's evaluation set in chunks of as many rows as a batch has. */
interface ChunkedSet {
  /** Places of the chunks among all. */
  readonly slots: readonly number[];
  responses(chunk: number, outputs: EngineArray): Parameters<typeof countRight>[0];
}

/** Evaluation sets of all networks, each once. */
export class EvaluationSets {
  readonly all: { readonly inputs: Float32Array; readonly steps: number }[] = [];
  readonly #known = new Map<string, ChunkedSet>();
  readonly #plan: SweepPlan;

  constructor(plan: SweepPlan) {
    this.#plan = plan;
  }

  of(course: Course, name: string): ChunkedSet {
    const { evaluation, data, seed } = course.params;
    const key = JSON.stringify([name, evaluation, data.leaky_split ? [data, seed] : null]);
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, known = this.#add(course, name));
    return known;
  }

  #add(course: Course, name: string): ChunkedSet {
    const { rows, steps, inputs, outputs } = this.#plan;
    const rule = ruleOf(course, name);
    const set = evaluationSet(course, rule, steps);
    const chunks = Math.ceil(set.numRows / rows);
    const slots: number[] = [];
    for (let chunk = 0; chunk < chunks; chunk++) {
      const first = chunk * rows;
      const own = new Float32Array(rows * steps * inputs);
      own.set(
        set.inputs.subarray(
          first * steps * inputs,
          Math.min(set.numRows, first + rows) * steps * inputs,
        ),
      );
      const longest = Math.max(...set.lengths.subarray(first, first + rows));
      slots.push(this.all.push({ inputs: own, steps: longest }) - 1);
    }
    const { isCorrect } = rule.neurotask;
    return {
      slots,
      responses: (chunk, given) => ({
        outputs: given,
        numOutputs: outputs,
        target: course.target,
        heads: this.#plan.loss.groups ?? 1,
        steps,
        ...partOf(set, chunk * rows, rows, steps),
        ...(isCorrect !== undefined && {
          isCorrect: (response: Float64Array, target: Float64Array) =>
            isCorrect(rule.params, response, target),
        }),
      }),
    };
  }
}

function partOf(set: EvaluationSet, first: number, rows: number, steps: number) {
  const width = set.targets.length / (set.numRows * steps);
  const of = (array: Float32Array, per: number) =>
    array.subarray(first * per, (first + rows) * per);
  return {
    targets: of(set.targets, steps * width),
    scored: of(set.scored, steps),
    decidable: of(set.decidable, steps),
    lengths: set.lengths.subarray(first, first + rows),
  };
}
