// Where batches come from: for each rule a source of sequences, and which of them the n-th update of the rule sees. Nothing
// depends on anything but the params: networks of equal seed see equal batches, whatever else they do.

import { randomStream } from "#lib/core/random.ts";
import { writeLossWeights } from "#lib/training/loss_weights.ts";
import { type TrialSource, trialSource } from "#lib/trials/batches.ts";
import { findDuplicates, requireDistinct } from "#lib/trials/duplicates.ts";
import type { TrialSpec } from "#lib/trials/trial_writer.ts";
import { type PublishedSource, publishedSource } from "#lib/trials/published.ts";
import { type Split, splitSequences } from "#lib/trials/split.ts";
import { windowSource } from "#lib/trials/windows.ts";
import { normalsOf } from "#lib/wasm/normals.ts";
import type { SlotArrays } from "#gpu/rnn/sweep.ts";
import type { Course, Rule } from "./_train_course.ts";

/** Batches of one rule. */
export interface Batches {
  readonly source: TrialSource;
  /** Equal for two trainings whose batches are. */
  readonly identity: string;
  /** Writes the batch of the rule's n-th update, and gives the number of its steps. */
  write(update: number, out: SlotArrays): number;
}

/** A frozen set of sequences of one rule: rows × steps × … */
export interface EvaluationSet {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly scored: Float32Array;
  readonly decidable: Float32Array;
  readonly lengths: Int32Array;
  readonly numRows: number;
}

/** Whether penalties look at states. */
export function penalisesActivity({ params: { penalties } }: Course): boolean {
  return penalties.activity_l1 > 0 || penalties.activity_l2 > 0;
}

/** Numbers of the target per step as the loss reads it: a class for each head, or a value for each output. */
export function targetWidthOf({ target, sizes, rules, params }: Course): number {
  if (target === "value" || params.loss.kind === "mse") return sizes.outputs;
  const [{ neurotask, params: own }] = rules;
  return neurotask.heads?.(own).length ?? 1;
}

/** How many sequences of a stream, its first, are looked at for duplicates. */
const numLookedAt = 128;

/**
 * The batches of a rule.
 *
 * @throws {RangeError} if a stream repeats itself: what looks like many sequences are few.
 */
export function batchesOf(course: Course, rule: Rule): Batches {
  const { params } = course;
  const { data, seed, batch_size: rows, loss } = params;
  const source = trainingSource(course, rule);
  if (data.source === "stream" && rule.neurotask.mayRepeat !== true) {
    const first = Array.from({ length: numLookedAt }, (_, i) => i);
    requireDistinct(findDuplicates(source, first), rule.name, "`data: {source: fixed}` takes");
  }
  const order = data.source === "fixed" ? passesOf(course, rule) : undefined;
  const noise = inputNoiseOf(course);
  const stream = randomStream(seed, `input_noise/${rule.name}`);
  const width = source.channels.length;
  // Squared errors of classes are those from 1 at the class and 0 elsewhere.
  const isOneHot = course.target === "class" && loss.kind === "mse";
  let room:
    | { mask: Float32Array; scored: Float32Array; classes: Float32Array | undefined }
    | undefined;
  const lengths = new Int32Array(rows);
  const activity = penalisesActivity(course);
  return {
    source,
    identity: JSON.stringify([
      rule.name,
      seed,
      data,
      params.sequence,
      params.shared_timing,
      loss.over,
      activity,
    ]),
    write(update, out) {
      const steps = out.inputs.length / (rows * width);
      room ??= {
        mask: new Float32Array(rows * steps),
        scored: new Float32Array(rows * steps),
        classes: isOneHot ? new Float32Array(rows * steps * source.targetWidth) : undefined,
      };
      const { mask, scored } = room;
      const { inputs, weights } = out;
      const targets = room.classes ?? out.targets;
      if (order === undefined) {
        source.write(update * rows, rows, { inputs, targets, mask, scored, lengths }, steps);
      } else {
        for (let at = 0; at < rows; at++) {
          const row = rowOf(at, rows);
          source.write(order(update * rows + at), 1, {
            inputs: row(inputs),
            targets: row(targets),
            mask: row(mask),
            scored: row(scored),
            lengths: row(lengths),
          }, steps);
        }
      }
      if (noise > 0) {
        for (let at = 0; at < rows; at++) {
          const drawn = normalsOf(stream.key, 0, lengths[at] * width, update * rows + at);
          const from = at * steps * width;
          for (let i = 0; i < drawn.length; i++) inputs[from + i] += noise * drawn[i];
        }
      }
      const heads = weights.length / (rows * steps);
      const classes = heads > 1 ? { classes: targets } : {};
      if (isOneHot) writeOneHot(targets, out.targets);
      writeLossWeights(loss.over, { mask, scored, lengths, ...classes }, weights, heads);
      if (activity) {
        const total = lengths.reduce((sum, n) => sum + n, 0);
        for (let at = 0; at < rows; at++) {
          out.activity.fill(1 / total, at * steps, at * steps + lengths[at]);
        }
      }
      return lengths.reduce((most, n) => Math.max(most, n), 0);
    },
  };
}

/** The set that a rule's accuracy is measured on; rows are `steps` steps apart. */
export function evaluationSet(course: Course, rule: Rule, steps: number): EvaluationSet {
  const { evaluation, data } = course.params;
  const source = evaluationSource(course, rule);
  const held = data.leaky_split ? splitOf(course, rule).test : undefined;
  const numRows = Math.min(evaluation.num_trials, held?.length ?? Infinity);
  const arrays = {
    inputs: new Float32Array(numRows * steps * source.channels.length),
    targets: new Float32Array(numRows * steps * source.targetWidth),
    scored: new Float32Array(numRows * steps),
    decidable: new Float32Array(numRows * steps),
    lengths: new Int32Array(numRows),
  };
  for (let at = 0; at < numRows; at++) {
    const row = rowOf(at, numRows);
    source.write(held === undefined ? at : held[at], 1, {
      inputs: row(arrays.inputs),
      targets: row(arrays.targets),
      scored: row(arrays.scored),
      decidable: row(arrays.decidable),
      lengths: row(arrays.lengths),
    }, steps);
  }
  return { ...arrays, numRows };
}

/** What evaluation sequences come from. */
export function evaluationSource(course: Course, rule: Rule): TrialSource {
  const { params: { evaluation, data } } = course;
  if (data.leaky_split) return trainingSource(course, rule);
  return trialSource({
    ...specOf(course, rule),
    mode: evaluation.mode,
    seed: evaluation.seed,
    designSeed: evaluation.seed,
    label: `evaluation/${rule.name}`,
    sharedTiming: 1,
  });
}

/** What training sequences come from. */
export function trainingSource(course: Course, rule: Rule): TrialSource | PublishedSource {
  const { data, sequence } = course.params;
  const spec = specOf(course, rule);
  if (sequence === "trial") return trialSource(spec);
  if (data.source === "stream") return windowSource(spec, sequence.window_steps);
  return publishedSource(spec, {
    numSequences: data.num_sequences,
    sequenceSteps: sequence.window_steps,
    aliased: data.aliased,
  });
}

/**
 * Standard normal numbers that recurrent noise is made of, for one update of networks of a seed. Each row has a sequence of
 * its own, so that numbers do not depend on how much room `out`, rows × steps × units, leaves for longer trials.
 */
export function recurrentNoise(
  seed: number | string,
  update: number,
  rows: number,
  out: Float32Array,
): void {
  const { key } = randomStream(seed, "recurrent_noise");
  const length = out.length / rows;
  for (let row = 0; row < rows; row++) {
    out.set(normalsOf(key, 0, length, update, row), row * length);
  }
}

function specOf(course: Course, rule: Rule): TrialSpec {
  const { seed, dt_ms, data, sequence, shared_timing, batch_size } = course.params;
  const together = data.source === "stream" && sequence === "trial" && shared_timing;
  return {
    neurotask: rule.neurotask,
    params: rule.params,
    mode: "train",
    dtMs: dt_ms,
    seed,
    designSeed: seed,
    label: `train/${rule.name}`,
    rules: course.rules.map(({ name }) => name),
    sharedTiming: together ? batch_size : 1,
  };
}

/** Which sequence the n-th of the training is: passes over the trained part, each in an order of its own. */
function passesOf(course: Course, rule: Rule): (n: number) => number {
  const { train } = splitOf(course, rule);
  const stream = randomStream(course.params.seed, `order/${rule.name}`);
  let kept: { readonly pass: number; readonly order: Int32Array } | undefined;
  return (n) => {
    const pass = Math.floor(n / train.length);
    if (kept?.pass !== pass) kept = { pass, order: stream.permutation(train.length, pass) };
    return train[kept.order[n % train.length]];
  };
}

function splitOf(course: Course, rule: Rule): Split {
  const { seed, data } = course.params;
  const source = trainingSource(course, rule);
  const contents = Int32Array.from(
    { length: data.num_sequences },
    (_, sequence) => "origin" in source ? source.origin(sequence) : sequence,
  );
  return splitSequences(contents, { seed, leaky: data.leaky_split });
}

/** Of classes (…, head) values (…, head × output): 1 at the class, 0 elsewhere, and nowhere where there is none. */
function writeOneHot(classes: Float32Array, out: Float32Array): void {
  const width = out.length / classes.length;
  out.fill(0);
  for (let i = 0; i < classes.length; i++) if (classes[i] >= 0) out[i * width + classes[i]] = 1;
}

/** Gives the part of row `at` of arrays of equally many rows. */
function rowOf(at: number, numRows: number) {
  return <A extends Float32Array | Int32Array>(array: A) =>
    array.subarray(at * array.length / numRows, (at + 1) * array.length / numRows) as A;
}

/** Standard deviation of the noise that the model adds to its inputs. */
function inputNoiseOf({ model, params }: Course): number {
  return model.constants(params.model_settings, { dtMs: params.dt_ms }).input_noise ?? 0;
}
