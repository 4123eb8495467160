// What a training starts from: a network that is given must be one that these params describe, and its streams of sequences
// go on where they were left.

import type { Network } from "#lib/core/artifacts/network.ts";
import { sizeOf } from "#lib/training/initialise.ts";
import type { Numbers } from "#lib/training/state.ts";
import type { Course } from "./_train_course.ts";

/** By rule, the updates whose sequences a network saw before; no sequence of a stream is shown again. */
export function seenBefore({ params }: Course, init: Network | undefined): Record<string, number> {
  const seen = (init?.about.sequences_seen ?? {}) as Readonly<Record<string, number>>;
  return Object.fromEntries(
    Object.entries(seen).map(([rule, num]) => [rule, Math.ceil(num / params.batch_size)]),
  );
}

/**
 * The parameters of a network behind one another.
 *
 * @throws {RangeError} if it is no network of these params.
 */
export function parametersOf(course: Course, init: Network): Numbers {
  const { params, model, sizes, parameters, offsets } = course;
  const refuse = (what: string, found: unknown, right: unknown): never => {
    throw new RangeError(
      `training cannot start from this network: its ${what} ${JSON.stringify(found)}, ` +
        `and here ${JSON.stringify(right)}`,
    );
  };
  if (init.model !== model.name) refuse("model is", init.model, model.name);
  const rules = course.rules.map(({ name }) => name);
  if (JSON.stringify(init.about.rules ?? rules) !== JSON.stringify(rules)) {
    refuse("rules are", init.about.rules, rules);
  }
  if (init.dtMs !== params.dt_ms) refuse("dt_ms is", init.dtMs, params.dt_ms);
  for (const what of ["inputs", "units", "outputs"] as const) {
    if (init.sizes[what] !== sizes[what]) {
      refuse(`number of ${what} is`, init.sizes[what], sizes[what]);
    }
  }
  const [found, right] = [init.settings, params.model_settings] as Record<string, unknown>[];
  const others = [...new Set([...Object.keys(found), ...Object.keys(right)])].sort()
    .filter((name) => JSON.stringify(found[name]) !== JSON.stringify(right[name]));
  const of = (all: Record<string, unknown>) =>
    Object.fromEntries(others.map((name) => [name, all[name] ?? null]));
  if (others.length > 0) refuse("settings are", of(found), of(right));
  const isDouble = Object.values(init.parameters).some(({ data }) => data instanceof Float64Array);
  const length = offsets[offsets.length - 1];
  const all = isDouble ? new Float64Array(length) : new Float32Array(length);
  parameters.forEach((shape, at) => {
    const found = init.parameters[shape.name];
    if (found === undefined || found.data.length !== sizeOf(shape)) {
      return refuse(`${shape.name} has`, found?.shape ?? "nothing", shape.shape);
    }
    if (!found.data.every(Number.isFinite)) {
      throw new RangeError(
        `training cannot start from this network: ${shape.name} holds numbers that are not finite`,
      );
    }
    all.set(found.data, offsets[at]);
  });
  return all;
}
