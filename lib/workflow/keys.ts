// Keys: from a member of the graph and the digests of its inputs to the action that it is, and the key of that.
// Two steps: what needs the disk (closures, input files) is gathered once for the whole graph; then every action is
// a synchronous function of digests, so that 10,000 keys cost tens of milliseconds.
// Leaves out: looking keys up (plan.ts), and what an action means (lib/core/action.ts).

import { type Action, actionKey, actionKeyOf, type Recipe, weakKey } from "../core/action.ts";
import { canonicalJson } from "../core/canonical.ts";
import type { TaskHandle } from "../core/catalogue.ts";
import type { Closure, ClosureSource } from "../core/closure.ts";
import type { ActionKey, Digest } from "../core/digest.ts";
import { classBesideTfjs, tfjsClass } from "../core/engine.ts";
import { ok, type Result } from "../core/result.ts";
import { commandKeys, commandRecipe, type CommandWorld } from "./command_keys.ts";
import { numericsOf, type StageMember } from "./graph.ts";
import type { InputFiles } from "./input_files.ts";
import { gatherFiles, inputDigests, inputsText, type OutputDigest } from "./key_inputs.ts";

/** What keys are made of besides the graph. */
export interface KeyDeps {
  readonly closures: ClosureSource;
  /** Absolute path of a member's module, as in `Catalogue`. */
  readonly memberModule: (room: string, name: string) => string;
  readonly files: Pick<InputFiles, "digest">;
  /** Numerics class of tasks that say `numerics: engine`, e.g. `wasm-f32`. */
  readonly engineClass: string;
  /** Other classes of engines whose results do as well, in order of preference (`--accept`). */
  readonly accept?: readonly string[];
  /** Deno's version; major and minor enter the key. */
  readonly deno: string;
  /** Changed to disown results found to be wrong; empty as a rule. */
  readonly salt?: string;
  /** Versions of tools and variables of the environment; absent if this process may not start programs. */
  readonly commands?: CommandWorld;
}

/** The code of a member: its closure (a command has none), and the recipe made with it. */
export interface MemberCode {
  readonly closure?: Closure;
  readonly recipe: Recipe;
  readonly weak: Digest;
}

/** An action with its keys. */
export interface KeyedAction {
  readonly action: Action;
  readonly weak: Digest;
  readonly key: ActionKey;
  /** The same under the other classes that were accepted; absent if there are none. */
  readonly accepted?: readonly KeyedAction[];
}

export type { OutputDigest };

/**
 * The same action on an engine of another class; what tfjs computes on it has a class of its own.
 *
 * @example
 * ```ts
 * import { prepareKeys, underClass } from "#lib/workflow/keys.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assert, assertEquals, assertNotEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a", numerics: "engine" }]);
 * const keyed = (await prepareKeys(members, fakeDeps())).keyed(0, () => undefined);
 * assert(keyed?.ok);
 * const other = underClass(keyed.value, "wasm-f32");
 * assertEquals(other.action.recipe.numerics, "wasm-f32");
 * assertNotEquals(other.key, keyed.value.key);
 * ```
 */
export function underClass({ action }: KeyedAction, numerics: string): KeyedAction {
  const recipe: Recipe = { ...action.recipe, numerics: sameKind(action.recipe.numerics, numerics) };
  const weak = weakKey(recipe);
  const other: Action = { ...action, recipe };
  return { action: other, weak, key: actionKey(other, weak) };
}

function sameKind(own: string, numerics: string): string {
  return own === classBesideTfjs(own) ? numerics : tfjsClass(classBesideTfjs(numerics));
}

/** Makes the actions of one graph's members. */
export interface Keys {
  /** The code of a member, or one sentence saying why it has none. */
  code(index: number): Result<MemberCode, string>;
  /**
   * The action of a member: `undefined` while a digest that it needs is not known, a sentence if a part of the key
   * cannot be computed (the member then runs without caching: a key is never weakened).
   */
  keyed(index: number, digestOf: OutputDigest): Result<KeyedAction, string> | undefined;
  /**
   * The same for a graph that has grown: members keep their indexes, more follow. What members with a flag in
   * `wanted` need and what was not gathered before is gathered.
   */
  extend(members: readonly StageMember[], wanted?: Uint8Array): Promise<void>;
}

/**
 * Gathers what the keys of a graph need: the closure of every (task, chosen members) once, the digest of
 * every input file once, the version of every tool once. Members without a flag in `wanted` are left out.
 *
 * @example
 * ```ts
 * import { prepareKeys } from "#lib/workflow/keys.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assert } from "@std/assert";
 * const graph = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * const keys = await prepareKeys(graph.members, fakeDeps());
 * const first = keys.keyed(0, () => undefined);
 * assert(first?.ok && first.value.key.startsWith("sha256:"));
 * assert(keys.keyed(1, () => undefined) === undefined);
 * ```
 */
export async function prepareKeys(
  members: readonly StageMember[],
  deps: KeyDeps,
  wanted?: Uint8Array,
): Promise<Keys> {
  const keys = new GraphKeys(deps);
  await keys.extend(members, wanted);
  return keys;
}

type Code = Result<MemberCode, string>;

const notGathered = -1;

class GraphKeys implements Keys {
  readonly #deps: KeyDeps;
  readonly #codes: Code[] = [];
  /** Indexes of `#codes` by task and by the text of what else decides a recipe. */
  readonly #known = new Map<TaskHandle, Map<string, number>>();
  readonly #files = new Map<string, Result<Digest, string>>();
  readonly #commands: ReturnType<typeof commandKeys>;
  readonly #paramsTexts = new WeakMap<StageMember["params"], string>();
  #members: readonly StageMember[] = [];
  /** Leads from members to `#codes`. */
  #codeOf = new Int32Array(0);

  constructor(deps: KeyDeps) {
    this.#deps = deps;
    this.#commands = commandKeys(deps.commands);
  }

  async extend(members: readonly StageMember[], wanted?: Uint8Array): Promise<void> {
    const codeOf = new Int32Array(members.length).fill(notGathered);
    codeOf.set(this.#codeOf);
    this.#members = members;
    this.#codeOf = codeOf;
    const fresh = members.filter(({ index, pending }) =>
      codeOf[index] === notGathered && pending !== true && wanted?.[index] !== 0
    );
    await this.#gatherCode(fresh);
    await Promise.all([
      gatherFiles(fresh, this.#deps.files, this.#files),
      this.#commands.extend(fresh),
    ]);
  }

  code(index: number): Code {
    return this.#codes[this.#codeOf[index]];
  }

  keyed(index: number, digestOf: OutputDigest): Result<KeyedAction, string> | undefined {
    const code = this.code(index);
    if (!code.ok) return code;
    const member = this.#members[index];
    const inputs = inputDigests(member, digestOf, this.#files);
    if (inputs === undefined || !inputs.ok) return inputs;
    const { recipe, weak } = code.value;
    const { params } = member;
    const action: Action = { recipe, params, inputs: inputs.value };
    const texts = { params: this.#paramsText(params), inputs: inputsText(inputs.value) };
    if (member.command === undefined) {
      const own: KeyedAction = { action, weak, key: actionKeyOf(weak, texts) };
      const accept = this.#deps.accept ?? [];
      if (accept.length === 0 || numericsOf(member) !== "engine") return ok(own);
      const others = accept.filter((numerics) =>
        sameKind(recipe.numerics, numerics) !== recipe.numerics
      );
      return ok({ ...own, accepted: others.map((numerics) => underClass(own, numerics)) });
    }
    const command = this.#commands.preimage(member.command);
    if (!command.ok) return command;
    const key = actionKeyOf(weak, { ...texts, command: canonicalJson(command.value) });
    return ok({ action: { ...action, command: command.value }, weak, key });
  }

  /** Members mostly share their params with many others. */
  #paramsText(params: StageMember["params"]): string {
    let text = this.#paramsTexts.get(params);
    if (text === undefined) this.#paramsTexts.set(params, text = canonicalJson(params));
    return text;
  }

  /** One entry of `#codes` for every different recipe. */
  async #gatherCode(members: readonly StageMember[]): Promise<void> {
    const pending: Promise<Code>[] = [];
    let last: StageMember | undefined;
    for (const member of members) {
      const { index, task } = member;
      // Members of one stage come one after the other and mostly share these objects.
      if (
        last !== undefined && last.task === task && last.members === member.members &&
        last.outputs === member.outputs && last.numerics === member.numerics
      ) {
        this.#codeOf[index] = this.#codeOf[last.index];
        continue;
      }
      last = member;
      let ofTask = this.#known.get(task);
      if (ofTask === undefined) this.#known.set(task, ofTask = new Map());
      const name = JSON.stringify([member.members, member.outputs, member.numerics]);
      let at = ofTask.get(name);
      if (at === undefined) {
        ofTask.set(name, at = this.#codes.length + pending.length);
        pending.push(codeOfMember(member, this.#deps));
      }
      this.#codeOf[index] = at;
    }
    for (const code of await Promise.all(pending)) this.#codes.push(code);
  }
}

async function codeOfMember(member: StageMember, deps: KeyDeps): Promise<Code> {
  const { task, members, outputs, command } = member;
  const salt = deps.salt ?? "";
  if (command !== undefined) {
    const recipe = commandRecipe(outputs, salt);
    return ok({ recipe, weak: weakKey(recipe) });
  }
  const modules: Record<string, string> = {};
  for (const { room, name } of Object.values(members)) {
    modules[`${room}/${name}`] = deps.memberModule(room, name);
  }
  const closure = await deps.closures.closure(task.module, modules);
  if (!closure.ok) return closure;
  const numerics = numericsOf(member);
  const recipe: Recipe = {
    code: closure.value.digest,
    task: task.name,
    outputs,
    numerics: numerics === "engine" ? classOf(closure.value, deps.engineClass) : numerics,
    deno: deps.deno.split(".").slice(0, 2).join("."),
    salt,
  };
  return ok({ closure: closure.value, recipe, weak: weakKey(recipe) });
}

/** Code that holds tfjs computes with it: on the engine's device, or beside the engine. */
function classOf({ packages }: Closure, engineClass: string): string {
  const usesTfjs = packages?.some((specifier) => specifier.startsWith("npm:@tensorflow/")) ?? false;
  return usesTfjs ? tfjsClass(engineClass) : engineClass;
}
