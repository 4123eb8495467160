// One network on its way through a curriculum: where it stands, what it reported, what it hands over. Knows nothing of
// engines; epochs are done to it from outside, or found among saved states, and both leave the same bytes.

import type { Network } from "#lib/core/artifacts/network.ts";
import type { Cell } from "#lib/core/table.ts";
import type { SavedStates } from "#lib/core/task.ts";
import { tensor } from "#lib/core/tensor.ts";
import { enforceAtStart } from "#lib/training/constraints.ts";
import { type Phase, type Stretch, updatesPerEpoch, wayLabel } from "#lib/training/curriculum.ts";
import { initialise } from "#lib/training/initialise.ts";
import { decodeState, encodeState, type Numbers, type TrainingState } from "#lib/training/state.ts";
import { type Accuracies, isReached } from "#lib/training/stop_rule.ts";
import { type Course, ruleOf, updatesAtMost } from "./_train_course.ts";
import { parametersOf, seenBefore } from "./_train_start.ts";

/** Why and how a training ends early: told to its member alone. */
export class Diverged extends Error {
  override readonly name = "Diverged";
}

/** What an epoch found for one rule of its phase. */
export interface RuleReport {
  /** Mean over the epoch's updates of the rule, without penalties. */
  readonly loss: number;
  readonly penalty: number;
  readonly gradientNorm: number;
  readonly accuracies: Accuracies;
}

/** A checkpoint that is kept for the table. */
export interface Checkpoint {
  readonly record: Readonly<Record<string, Cell>>;
  readonly network: Network;
}

/** A network in training. */
export class Trainee {
  state: TrainingState;
  readonly log: Record<string, Cell>[] = [];
  readonly checkpoints: Checkpoint[] = [];
  /** Epochs found among saved states. */
  found = 0;
  /** Epochs done here. */
  computed = 0;
  #phase = 0;
  #epoch = 0;
  readonly #way: Stretch[] = [];

  constructor(
    readonly course: Course,
    readonly init: Network | undefined,
    readonly states: SavedStates | undefined,
    readonly progress: (fraction: number, note?: string) => void,
  ) {
    const { params } = course;
    const parameters = init === undefined
      ? initialise(course.parameters, params.initialisation, params.seed)
      : parametersOf(course, init);
    if (course.constraints !== undefined) enforceAtStart(parameters, course.constraints);
    this.state = {
      parameters,
      moments: {},
      steps: 0,
      updates: 0,
      updatesByRule: seenBefore(course, init),
      rows: [],
    };
  }

  /** The phase that the next epoch belongs to; `undefined` once all is done. */
  get phase(): Phase | undefined {
    return this.course.phases[this.#phase];
  }

  /** Place of the phase. */
  get phaseIndex(): number {
    return this.#phase;
  }

  /** Epochs done in all phases. */
  get epochs(): number {
    return this.found + this.computed;
  }

  /** Epochs since the optimiser was fresh: what schedules count. */
  get epochsOfOptimiser(): number {
    let epochs = this.#epoch;
    for (let at = this.#phase; at > 0 && this.#way.length > 0; at--) {
      if (this.course.phases[at].optimiser === "fresh") break;
      epochs += this.#way[at - 1].epochs;
    }
    return epochs;
  }

  /** Goes as far as saved states lead. */
  async resume(): Promise<void> {
    const known = new Set(this.states?.labels);
    for (let phase = this.phase; phase !== undefined; phase = this.phase) {
      const label = this.#labelOfNext(phase);
      const bytes = known.has(label) ? await this.states?.load(label) : undefined;
      const state = bytes && readable(bytes, this.state.parameters.length);
      if (state === undefined) break;
      this.found++;
      this.#take(phase, state);
    }
    if (this.found > 0) this.#tell(`continues after epoch ${this.found}`);
  }

  /** The state that the next epoch starts from: moments are zero where a phase asks for a fresh optimiser. */
  startOfEpoch(): TrainingState {
    const isFresh = this.#epoch === 0 && this.phase?.optimiser === "fresh";
    return isFresh ? { ...this.state, moments: {}, steps: 0 } : this.state;
  }

  /** An epoch is done. */
  finishEpoch(
    parameters: Numbers,
    moments: Readonly<Record<string, Numbers>>,
    reports: readonly RuleReport[],
  ): void {
    const phase = this.phase!;
    const { params } = this.course;
    const start = this.startOfEpoch();
    const bad = reports.findIndex(({ loss, penalty }) => !Number.isFinite(loss + penalty));
    const isFinite = bad < 0 && parameters.every(Number.isFinite);
    if (!isFinite) {
      const what = bad < 0
        ? "a weight is no finite number"
        : Number.isFinite(reports[bad].loss)
        ? `the penalty of ${phase.rules[bad]} is ${reports[bad].penalty}`
        : `the loss of ${phase.rules[bad]} is ${reports[bad].loss}`;
      throw new Diverged(
        `training diverged in epoch ${this.epochs + 1} (phase ${this.#phase + 1}): ${what}; ` +
          "lower optimiser.learning_rate or set optimiser.clip_norm",
      );
    }
    const updatesByRule = { ...start.updatesByRule };
    for (const rule of phase.rules) {
      updatesByRule[rule] = (updatesByRule[rule] ?? 0) + params.updates_per_epoch;
    }
    const updates = updatesPerEpoch(phase, params.updates_per_epoch);
    const rows = reports.map((report, place) => ({
      rule: phase.rules[place],
      updates: start.updates + updates,
      loss: report.loss,
      penalty: report.penalty,
      gradient_norm: finite(report.gradientNorm),
      accuracy: finite(report.accuracies.accuracy),
      accuracy_all: finite(report.accuracies.accuracy_all),
      accuracy_per_step: finite(report.accuracies.accuracy_per_step),
      accuracy_per_step_decidable: finite(report.accuracies.accuracy_per_step_decidable),
    }));
    const state: TrainingState = {
      parameters,
      moments,
      steps: start.steps + updates,
      updates: start.updates + updates,
      updatesByRule,
      rows,
    };
    this.states?.save(this.#labelOfNext(phase), encodeState(state));
    this.computed++;
    this.#take(phase, state);
    const [accuracy, loss] = [
      Math.min(...rows.map((row) => row.accuracy ?? row.accuracy_all ?? NaN)),
      reports.reduce((sum, report) => sum + report.loss, 0) / reports.length,
    ];
    const place = this.course.phases.indexOf(phase) + 1;
    this.#tell(
      `epoch ${this.epochs}, phase ${place} (${phase.rules.join(", ")}): ` +
        `loss ${loss.toPrecision(3)}, accuracy ${(100 * accuracy).toFixed(1)} %`,
    );
  }

  #tell(note: string): void {
    this.progress(
      Math.min(1, this.state.updates / Math.max(1, updatesAtMost(this.course))),
      note,
    );
  }

  /** The network as it is now: the given one to the last word, if nothing was done to it. */
  network(): Network {
    const isUntouched = this.epochs === 0 && this.course.constraints === undefined;
    if (this.init !== undefined && isUntouched) return this.init;
    const { course, state: { parameters, updatesByRule } } = this;
    const { params, model, sizes, offsets } = course;
    return {
      model: model.name,
      settings: params.model_settings,
      sizes,
      dtMs: params.dt_ms,
      parameters: Object.fromEntries(course.parameters.map(({ name, dims, shape }, at) => {
        const data = parameters.slice(offsets[at], offsets[at + 1]);
        return [name, tensor(dims, shape, data)];
      })),
      about: {
        rules: course.rules.map(({ name }) => name),
        channels: course.channels,
        outputs: course.outputs,
        target: course.target,
        seed: params.seed,
        epoch: this.epochs,
        // Where streams of sequences go on if this network is trained further.
        sequences_seen: Object.fromEntries(
          Object.entries(updatesByRule).map(([rule, updates]) => [
            rule,
            updates * params.batch_size,
          ]),
        ),
      },
    };
  }

  #labelOfNext(phase: Phase): string {
    return wayLabel([...this.#way, { phase, epochs: this.#epoch + 1 }]);
  }

  /** An epoch's state, found or made: log, checkpoint, and on to the next epoch or phase. */
  #take(phase: Phase, state: TrainingState): void {
    const { params } = this.course;
    this.state = state;
    this.#epoch++;
    const epoch = this.epochs;
    const place = { epoch, phase: this.#phase + 1, phase_epoch: this.#epoch };
    for (const row of state.rows) {
      const rule = ruleOf(this.course, String(row.rule));
      this.log.push({ ...place, ...row, ...boundsOf(this.course, rule) });
    }
    const rows = state.rows as unknown as (Accuracies & { readonly loss: number })[];
    const isOver = isReached(phase.stop, rows) || this.#epoch >= phase.epochs;
    if (isOver || epoch % params.checkpoint_every === 0) {
      const of = (name: keyof Accuracies) => {
        const values = rows.map((row) => row[name]);
        return values.some((value) => value === null) ? null : Math.min(...values);
      };
      this.checkpoints.push({
        record: {
          ...place,
          updates: state.updates,
          loss: rows.reduce((sum, { loss }) => sum + loss, 0) / rows.length,
          accuracy: of("accuracy"),
          accuracy_all: of("accuracy_all"),
          accuracy_per_step: of("accuracy_per_step"),
        },
        network: this.network(),
      });
    }
    if (!isOver) return;
    this.#way.push({ phase, epochs: this.#epoch });
    this.#phase++;
    this.#epoch = 0;
  }
}

/** Chance and the ideal observer on the evaluation set, beside every accuracy. */
function boundsOf(
  { params, bounds }: Course,
  rule: ReturnType<typeof ruleOf>,
): Readonly<Record<string, number>> {
  let known = bounds.get(rule.name);
  if (known === undefined) {
    const { neurotask } = rule;
    const ideal = neurotask.ideal(rule.params, {
      mode: params.data.leaky_split ? "train" : params.evaluation.mode,
      dtMs: params.dt_ms,
    });
    known = {
      chance: neurotask.chance(rule.params),
      ideal: ideal.decidable,
      ideal_all: ideal.overall,
    };
    bounds.set(rule.name, known);
  }
  return known;
}

/** A state, if its bytes are one of this network. */
function readable(bytes: Uint8Array, numParameters: number): TrainingState | undefined {
  try {
    const state = decodeState(bytes);
    return state.parameters.length === numParameters ? state : undefined;
  } catch {
    return undefined;
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
