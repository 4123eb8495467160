// What a neurotask declares, as rows of text: what a network is given and must give, periods, chance, ideal observer.

import type { Duration, Neurotask } from "../core/neurotask.ts";

/** The time step that the text is for. */
const dtMs = 100;

/**
 * Rows of a name and what is said of it, with params left out.
 *
 * @example
 * ```ts
 * import { neurotaskRows } from "#lib/cli/describe_neurotask.ts";
 * import gonogoGo from "#lib/neurotasks/gonogo_go.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = Object.fromEntries(neurotaskRows(gonogoGo));
 * assertEquals(rows.gives, "classes fixate, go");
 * ```
 */
export function neurotaskRows(
  // deno-lint-ignore no-explicit-any
  neurotask: Neurotask<any>,
): readonly (readonly [string, string])[] {
  const params = neurotask.params.parse({}) as never;
  const { rules, targets } = neurotask;
  const { overall, decidable, method } = neurotask.ideal(params, { mode: "test", dtMs });
  const timing = (mode: "train" | "test") =>
    Object.entries(neurotask.timing(params, mode))
      .filter(([, duration]) => duration !== 0)
      .map(([period, duration]) => `${period} ${durationText(duration)}`).join(", ") + " ms";
  const conditions = neurotask.conditions(params).map((condition) =>
    `${condition.name} ${
      "values" in condition ? condition.values.join(", ") : condition.uniform.join(" to ")
    }`
  );
  return [
    ["takes", neurotask.channels(params).join(", ")],
    [
      "gives",
      `${targets === "class" ? "classes" : "values"} ${neurotask.outputs(params).join(", ")}`,
    ],
    ["rules", rules.length === 1 ? "none beside it" : rules.join(", ")],
    ["conditions", conditions.join("; ")],
    ["training", timing("train")],
    ["evaluation", timing("test")],
    ["chance", short(neurotask.chance(params))],
    ["ideal", `${short(overall)}, decidable trials ${short(decidable)} (${method})`],
    ["paper", neurotask.reference],
  ];
}

function durationText(duration: Duration): string {
  if (typeof duration === "number") return String(duration);
  if ("choice" in duration) return duration.choice.join("/");
  if ("uniform" in duration) return duration.uniform.join("–");
  const { mean, range } = duration.truncated_exponential;
  return `${range.join("–")} (exponential, mean ${mean})`;
}

function short(x: number): string {
  return String(Number(x.toPrecision(4)));
}
