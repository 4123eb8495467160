// Which engine a run uses: chosen once, printed and recorded. `auto` takes a real GPU if there is one, else wasm; a
// software adapter is used when it is asked for by `--engine webgpu`, and never else.
// Leaves out how adapters are found and judged (gpu/runtime).

import type { EngineName } from "../core/engine.ts";
import { err, ok, type Result } from "../core/result.ts";
import { type Graph, numericsOf } from "../workflow/graph.ts";

/** The engine of a run. */
export interface EngineChoice {
  readonly name: EngineName;
  /** The numerics class that enters the keys of stages that use an engine. */
  readonly numerics: string;
  readonly policy: "auto" | "asked";
  /** What is there, for the record: adapter, driver, limits, build of the wasm modules. */
  readonly about: Readonly<Record<string, unknown>>;
}

/** What is known of the machine's adapter. */
export interface AdapterAnswer {
  readonly numerics: string;
  readonly software: boolean;
  readonly about: Readonly<Record<string, unknown>>;
}

/** How the choice looks at the machine. */
export interface EngineProbe {
  /** The adapter that WebGPU gives, or one sentence saying why there is none and what would help. */
  adapter(): Promise<Result<AdapterAnswer, string>>;
  /** What changes when drivers are installed, removed, shown or hidden. */
  stamp(): string;
  /** What was found before under a stamp; looking costs a twentieth of a second to two seconds. */
  readonly memory: {
    read(): Promise<string | undefined>;
    write(text: string): Promise<void>;
  };
  /** Milliseconds since 1970. */
  now(): number;
}

/** How long a machine without a GPU is taken to have none. */
const rememberedMs = 24 * 3600 * 1000;

/**
 * Chooses the engine of a run.
 *
 * @example
 * ```ts
 * import { chooseEngine } from "#lib/cli/engine_choice.ts";
 * import { err } from "#lib/core/result.ts";
 * import { assertEquals } from "@std/assert";
 * const probe = {
 *   adapter: () => Promise.resolve(err("no adapter: install a driver")),
 *   stamp: () => "",
 *   memory: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
 *   now: () => 0,
 * };
 * const chosen = await chooseEngine("auto", probe);
 * assertEquals(chosen.ok && chosen.value.numerics, "wasm-f32");
 * assertEquals(await chooseEngine("webgpu", probe), err("no adapter: install a driver"));
 * ```
 */
export async function chooseEngine(
  asked: "auto" | EngineName,
  probe: EngineProbe,
): Promise<Result<EngineChoice, string>> {
  if (asked === "wasm" || asked === "ref") return ok(onProcessor(asked, "asked"));
  if (asked === "auto" && await isRememberedAsAbsent(probe)) return ok(onProcessor("wasm", "auto"));
  const adapter = await probe.adapter();
  if (asked === "auto" && (!adapter.ok || adapter.value.software)) {
    await probe.memory.write(JSON.stringify({ stamp: probe.stamp(), at: probe.now() }));
    return ok(onProcessor("wasm", "auto"));
  }
  if (!adapter.ok) return err(adapter.error);
  const { numerics, software, about } = adapter.value;
  // What was remembered is no longer so.
  if (!software && await probe.memory.read() !== undefined) await probe.memory.write("{}");
  return ok({ name: "webgpu", numerics, policy: asked === "auto" ? "auto" : "asked", about });
}

/**
 * Whether any stage of a graph uses an engine, or may once its tables are known.
 *
 * @example
 * ```ts
 * import { usesEngine } from "#lib/cli/engine_choice.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assert } from "@std/assert";
 * assert(!usesEngine(fakeGraph([{ id: "a" }])));
 * assert(usesEngine(fakeGraph([{ id: "a", numerics: "engine" }])));
 * ```
 */
export function usesEngine({ members }: Pick<Graph, "members">): boolean {
  return members.some((member) => {
    const { pending, numerics, task } = member;
    if (pending === true && numerics === undefined && task.numerics === "by_params") return true;
    return numericsOf(member) === "engine";
  });
}

/**
 * The class of an engine that computes on the processor.
 *
 * @example
 * ```ts
 * import { onProcessor } from "#lib/cli/engine_choice.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(onProcessor("ref", "asked").numerics, "ref-f64");
 * ```
 */
export function onProcessor(name: "wasm" | "ref", policy: EngineChoice["policy"]): EngineChoice {
  return { name, numerics: name === "wasm" ? "wasm-f32" : "ref-f64", policy, about: {} };
}

async function isRememberedAsAbsent(probe: EngineProbe): Promise<boolean> {
  try {
    const { stamp, at } = JSON.parse(await probe.memory.read() ?? "{}");
    const age = probe.now() - at;
    return stamp === probe.stamp() && age >= 0 && age < rememberedMs;
  } catch {
    return false;
  }
}
