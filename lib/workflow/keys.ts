// Keys: from a member of the graph and the digests of its inputs to the action that it is, and the key of that.
// Two steps: what needs the disk (closures, input files) is gathered once for the whole graph; then every action is
// a synchronous function of digests, so that 10,000 keys cost tens of milliseconds.
// Leaves out: looking keys up (plan.ts), and what an action means (lib/core/action.ts).

import { type Action, type ActionInput, actionKey, type Recipe, weakKey } from "../core/action.ts";
import type { TaskHandle } from "../core/catalogue.ts";
import type { Closure, ClosureSource } from "../core/closure.ts";
import type { ActionKey, Digest } from "../core/digest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { StageMember } from "./graph.ts";
import type { InputFiles } from "./input_files.ts";

/** What keys are made of besides the graph. */
export interface KeyDeps {
  readonly closures: ClosureSource;
  /** Absolute path of a member's module, as in `Catalogue`. */
  readonly memberModule: (room: string, name: string) => string;
  readonly files: Pick<InputFiles, "digest">;
  /** Numerics class of tasks that say `numerics: engine`, e.g. `wasm-f32`. */
  readonly engineClass: string;
  /** Deno's version; major and minor enter the key. */
  readonly deno: string;
  /** Changed to disown results found to be wrong; empty as a rule. */
  readonly salt?: string;
}

/** The code of a member: its closure, and the recipe made with it. */
export interface MemberCode {
  readonly closure: Closure;
  readonly recipe: Recipe;
  readonly weak: Digest;
}

/** An action with its keys. */
export interface KeyedAction {
  readonly action: Action;
  readonly weak: Digest;
  readonly key: ActionKey;
}

/** Digest of an output of the member at an index; `undefined` while it is not known. */
export type OutputDigest = (index: number, output: string) => Digest | undefined;

/** Makes the actions of one graph's members. */
export interface Keys {
  /** The code of a member, or one sentence saying why it has none. */
  code(index: number): Result<MemberCode, string>;
  /**
   * The action of a member: `undefined` while a digest that it needs is not known, a sentence if a part of the key
   * cannot be computed (the member then runs without caching: a key is never weakened).
   */
  keyed(index: number, digestOf: OutputDigest): Result<KeyedAction, string> | undefined;
}

/**
 * Gathers what the keys of a graph need: the closure of every (task, chosen members) once, and the digest of
 * every input file once. Members without a flag in `wanted` are left out.
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
  const indexes = Array.from(members.keys()).filter((i) => wanted === undefined || wanted[i] === 1);
  const { codes, codeOf } = await gatherCode(members, indexes, deps);
  const files = await gatherFiles(members, indexes, deps);
  return {
    code: (index) => codes[codeOf[index]],
    keyed(index, digestOf) {
      const code = codes[codeOf[index]];
      if (!code.ok) return code;
      const inputs = inputDigests(members[index], digestOf, files);
      if (inputs === undefined || !inputs.ok) return inputs;
      const { recipe, weak } = code.value;
      const action = { recipe, params: members[index].params, inputs: inputs.value };
      return ok({ action, weak, key: actionKey(action, weak) });
    },
  };
}

type Code = Result<MemberCode, string>;

/** One entry of `codes` for every different recipe; `codeOf` leads from members to it. */
async function gatherCode(
  members: readonly StageMember[],
  indexes: readonly number[],
  deps: KeyDeps,
) {
  const codeOf = new Int32Array(members.length);
  const pending: Promise<Code>[] = [];
  const known = new Map<TaskHandle, Map<string, number>>();
  let last: StageMember | undefined;
  for (const i of indexes) {
    const member = members[i];
    // Members of one stage come one after the other and mostly share these objects.
    if (
      last !== undefined && last.task === member.task && last.members === member.members &&
      last.outputs === member.outputs
    ) {
      codeOf[i] = codeOf[last.index];
      continue;
    }
    last = member;
    let ofTask = known.get(member.task);
    if (ofTask === undefined) known.set(member.task, ofTask = new Map());
    const name = JSON.stringify([member.members, member.outputs]);
    let index = ofTask.get(name);
    if (index === undefined) {
      ofTask.set(name, index = pending.length);
      pending.push(codeOfMember(member, deps));
    }
    codeOf[i] = index;
  }
  return { codes: await Promise.all(pending), codeOf };
}

async function codeOfMember(member: StageMember, deps: KeyDeps): Promise<Code> {
  const { task, members, outputs } = member;
  const modules: Record<string, string> = {};
  for (const { room, name } of Object.values(members)) {
    modules[`${room}/${name}`] = deps.memberModule(room, name);
  }
  const closure = await deps.closures.closure(task.module, modules);
  if (!closure.ok) return closure;
  const recipe: Recipe = {
    code: closure.value.digest,
    task: task.name,
    outputs,
    numerics: task.numerics === "engine" ? deps.engineClass : task.numerics,
    deno: deps.deno.split(".").slice(0, 2).join("."),
    salt: deps.salt ?? "",
  };
  return ok({ closure: closure.value, recipe, weak: weakKey(recipe) });
}

const filesAtOnce = 32;

type FileDigests = ReadonlyMap<string, Result<Digest, string>>;

async function gatherFiles(
  members: readonly StageMember[],
  indexes: readonly number[],
  deps: KeyDeps,
): Promise<FileDigests> {
  const paths = new Set<string>();
  for (const i of indexes) {
    const { inputs } = members[i];
    for (const name in inputs) {
      for (const source of inputs[name].sources) {
        if ("file" in source) paths.add(source.file);
      }
    }
  }
  const digests = new Map<string, Result<Digest, string>>();
  const rest = [...paths];
  while (rest.length > 0) {
    // A batch at a time, so that many files do not become many open files and their bytes at once.
    await Promise.all(
      rest.splice(-filesAtOnce).map(async (path) => {
        digests.set(path, await deps.files.digest(path));
      }),
    );
  }
  return digests;
}

function inputDigests(
  member: StageMember,
  digestOf: OutputDigest,
  files: FileDigests,
): Result<Action["inputs"], string> | undefined {
  const inputs: Record<string, readonly ActionInput[]> = {};
  let problem: string | undefined;
  for (const name in member.inputs) {
    const port = member.inputs[name];
    const taken: ActionInput[] = new Array(port.sources.length);
    for (let i = 0; i < taken.length; i++) {
      const source = port.sources[i];
      let digest: Digest | undefined;
      if ("file" in source) {
        const found = files.get(source.file)!;
        if (found.ok) digest = found.value;
        else problem = found.error;
      } else {
        digest = digestOf(source.from, source.output);
        if (digest === undefined) return undefined;
      }
      taken[i] = port.coords ? { digest: digest!, coords: source.coords } : { digest: digest! };
    }
    inputs[name] = taken;
  }
  return problem === undefined ? ok(inputs) : err(problem);
}
