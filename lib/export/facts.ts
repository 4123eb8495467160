// What a reader of an array asks first, and what its own task may not say: the time step, the time constant and the seed.
// They are looked up in the params of the stage, and where these say nothing, in the stages that its inputs come from.

/** Facts by name; absent where nothing says them, or inputs disagree. */
export interface Facts {
  readonly dt_ms?: number;
  readonly tau_ms?: number;
  readonly seed?: number | string;
}

const names = ["dt_ms", "tau_ms", "seed"] as const;

/**
 * The facts that params state, at the top or one level below (settings of a model).
 *
 * @example
 * ```ts
 * import { ownFacts } from "#lib/export/facts.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(ownFacts({ seed: 3, model_settings: { tau_ms: 100 } }), { tau_ms: 100, seed: 3 });
 * ```
 */
export function ownFacts(params: Readonly<Record<string, unknown>>): Facts {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    const value = plain(params[name]) ?? Object.values(params)
      .map((inner) => isRecord(inner) ? plain(inner[name]) : undefined)
      .find((inner) => inner !== undefined);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/**
 * Own facts, completed by those that all inputs agree in.
 *
 * @example
 * ```ts
 * import { inheritedFacts } from "#lib/export/facts.ts";
 * import { assertEquals } from "@std/assert";
 * const inputs = [{ seed: 1, dt_ms: 20 }, { seed: 2, dt_ms: 20 }];
 * assertEquals(inheritedFacts({ tau_ms: 100 }, inputs), { dt_ms: 20, tau_ms: 100 });
 * ```
 */
export function inheritedFacts(own: Facts, inputs: readonly Facts[]): Facts {
  const found: Record<string, unknown> = {};
  for (const name of names) {
    if (own[name] !== undefined) found[name] = own[name];
    else {
      const said = new Set(inputs.map((facts) => facts[name]).filter((one) => one !== undefined));
      if (said.size === 1) found[name] = [...said][0];
    }
  }
  return found;
}

function plain(value: unknown): number | string | undefined {
  return typeof value === "number" || typeof value === "string" ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
