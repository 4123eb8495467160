// Ports: which of a task's alternatives the bound names choose, which inputs are taken, and which output of a stage
// fits a port (rules 10 and 11).

import { choosePorts, type PortShape } from "../core/resolve.ts";
import { anyKind } from "./kinds.ts";
import { listNames } from "./nearest.ts";
import type { PortChoice } from "./stage_state.ts";

type PortSet = Readonly<Record<string, PortShape>>;

/**
 * Chooses among alternatives by the names that are bound. The error names the ports that are missing.
 *
 * @example
 * ```ts
 * import { takePorts } from "#lib/workflow/ports.ts";
 * import { assertEquals } from "@std/assert";
 * const port = { kind: "table", many: false, optional: false, coords: false };
 * const choice = takePorts([{ a: port, b: port }], new Set(["a", "b", "c"]));
 * assertEquals(choice.ok && [...choice.value.taken], ["a", "b"]);
 * assertEquals(takePorts([{ a: port, b: port }], new Set(["a"])).ok, false);
 * ```
 */
export function takePorts(
  sets: readonly PortSet[],
  bound: ReadonlySet<string>,
): { readonly ok: true; readonly value: PortChoice } | {
  readonly ok: false;
  readonly error: string;
} {
  const index = choosePorts(sets, bound);
  if (index >= 0) {
    const ports = sets[index];
    const taken = new Set([...bound].filter((name) => Object.hasOwn(ports, name)));
    return { ok: true, value: { ports, taken } };
  }
  const missing = sets.map((ports) =>
    Object.keys(ports).filter((name) => !ports[name].optional && !bound.has(name))
  );
  const error = [...new Set(missing.map((names) => listNames(names)))].join(", or ");
  return { ok: false, error };
}

/**
 * How to bind what is missing: a file by its path, anything else to a stage.
 *
 * @example
 * ```ts
 * import { bindingHint } from "#lib/workflow/ports.ts";
 * import { assertStringIncludes } from "@std/assert";
 * const port = { kind: "file", many: false, optional: false, coords: false };
 * assertStringIncludes(bindingHint([{ data: port }], new Set()), "`files`");
 * ```
 */
export function bindingHint(sets: readonly PortSet[], bound: ReadonlySet<string>): string {
  const missing = sets.flatMap((ports) =>
    Object.keys(ports).filter((name) => !ports[name].optional && !bound.has(name))
      .map((name) => ({ name, isFile: ports[name].kind === "file" }))
  );
  return missing.length > 0 && missing.every(({ isFile }) => isFile)
    ? `say in \`files\` where it lies, for instance files: { ${
      missing[0].name
    }: recordings/data.npy }`
    : "bind it in `from`, to a stage or to `stage.output`";
}

/**
 * A set of inputs as one string.
 *
 * @example
 * ```ts
 * import { takingKey } from "#lib/workflow/ports.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(takingKey(new Set(["b", "a"])), "a b");
 * ```
 */
export function takingKey(taken: ReadonlySet<string>): string {
  return [...taken].sort().join(" ");
}

/** The output that fits a port, or why none does. */
export type Fit =
  | { readonly ok: true; readonly output: string }
  | {
    readonly ok: false;
    readonly reason: "unknown-output" | "port-mismatch" | "ambiguous-output";
    /** Names of outputs that matter: those that exist, or those that fit. */
    readonly outputs: readonly string[];
  };

const fits = new WeakMap<Readonly<Record<string, string>>, Map<string, Fit>>();

/**
 * The output of a stage that fits a port of some kind: the one that is named, or else exactly one of that kind.
 *
 * @example
 * ```ts
 * import { fitOutput } from "#lib/workflow/ports.ts";
 * import { assertEquals } from "@std/assert";
 * const outputs = { weights: "arrays", log: "table" };
 * assertEquals(fitOutput(outputs, undefined, "table"), { ok: true, output: "log" });
 * assertEquals(fitOutput(outputs, "wights", "arrays").ok, false);
 * ```
 */
export function fitOutput(
  outputs: Readonly<Record<string, string>>,
  named: string | undefined,
  kind: string,
): Fit {
  let known = fits.get(outputs);
  if (known === undefined) fits.set(outputs, known = new Map());
  const key = `${named ?? ""} ${kind}`;
  let fit = known.get(key);
  if (fit === undefined) known.set(key, fit = findOutput(outputs, named, kind));
  return fit;
}

function findOutput(
  outputs: Readonly<Record<string, string>>,
  named: string | undefined,
  kind: string,
): Fit {
  const names = Object.keys(outputs);
  if (named !== undefined) {
    if (!Object.hasOwn(outputs, named)) {
      return { ok: false, reason: "unknown-output", outputs: names };
    }
    if (kind === anyKind || outputs[named] === kind) return { ok: true, output: named };
    return { ok: false, reason: "port-mismatch", outputs: [named] };
  }
  const fitting = kind === anyKind ? names : names.filter((name) => outputs[name] === kind);
  if (fitting.length === 1) return { ok: true, output: fitting[0] };
  if (fitting.length === 0) return { ok: false, reason: "port-mismatch", outputs: names };
  return { ok: false, reason: "ambiguous-output", outputs: fitting };
}
