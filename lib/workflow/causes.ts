// What can differ between the action of a member and an earlier one, one kind at a time.

import type { Action } from "../core/action.ts";
import type { Span } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Result } from "../core/result.ts";
import { type Difference, differences } from "./differences.ts";
import type { StageMember } from "./graph.ts";
import type { MemberCode } from "./keys.ts";
import type { ParamPlace } from "./param_place.ts";

/** Something that differs, and is not merely the consequence of something upstream. */
export type Cause =
  | ({ readonly kind: "param"; readonly at?: Span } & Difference)
  /** Modules of the closure whose text differs; none if only the tools or packages do. */
  | { readonly kind: "code"; readonly modules: readonly string[] }
  | ({ readonly kind: "recipe"; readonly field: string } & Omit<Difference, "pointer">)
  /** Of a command: its line, an output, the version of a tool or a variable of the environment. */
  | (
    & { readonly kind: "command"; readonly what: "line" | "output" | "tool" | "variable" }
    & { readonly name: string }
    & Omit<Difference, "pointer">
  )
  | { readonly kind: "file"; readonly port: string; readonly file: string }
  /** The port is bound to something else, or to more or less than before. */
  | {
    readonly kind: "inputs";
    readonly port: string;
    readonly before: number;
    readonly after: number;
  }
  | { readonly kind: "coords"; readonly port: string }
  /** Nothing that is known differs, and yet the key or the bytes do: another key format, another machine. */
  | { readonly kind: "other" }
  | { readonly kind: "new" }
  | { readonly kind: "forced" }
  | { readonly kind: "uncached"; readonly note: string }
  /** The result is known, but its bytes are not there, and this one reads them. */
  | { readonly kind: "lost"; readonly reader?: string };

/**
 * All that differs between a member and an earlier result, apart from the bytes that other members make.
 *
 * @param now the member's action; absent if its key cannot be made.
 *
 * @example
 * ```ts
 * import { causesOf } from "#lib/workflow/causes.ts";
 * import { prepareKeys } from "#lib/workflow/keys.ts";
 * import { fakeDeps, fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a", params: { lr: 1 } }, { id: "b", params: { lr: 2 } }]);
 * const keys = await prepareKeys(members, fakeDeps());
 * const before = keys.keyed(0, () => undefined);
 * assert(before?.ok);
 * const result = { action: before.value.action, provenance: { modules: {} } } as never;
 * const causes = causesOf(members[1], keys.code(1), result, undefined, () => undefined);
 * assertEquals(causes, [{ kind: "param", pointer: "/lr", before: 1, after: 2 }]);
 * ```
 */
export function causesOf(
  member: StageMember,
  code: Result<MemberCode, string>,
  before: Pick<Manifest, "action" | "provenance" | "weak">,
  now: Action | undefined,
  place: ParamPlace,
): readonly Cause[] {
  return [
    ...recipeCauses(code, before),
    ...commandCauses(before.action, now),
    ...paramCauses(member, before.action.params, place),
    ...inputCauses(member, before.action),
    ...fileCauses(member, before.action, now),
  ];
}

function paramCauses(
  member: StageMember,
  before: Action["params"],
  place: ParamPlace,
): readonly Cause[] {
  return differences(before, member.params).map((difference): Cause => {
    const at = place(member, difference.pointer);
    return { kind: "param", ...difference, ...(at === undefined ? {} : { at }) };
  });
}

/** What differs in the code and in what it runs on. */
function recipeCauses(
  code: Result<MemberCode, string>,
  { action, provenance, weak }: Pick<Manifest, "action" | "provenance" | "weak">,
): readonly Cause[] {
  if (!code.ok || code.value.weak === weak) return [];
  const { code: before, ...old } = action.recipe;
  const { code: after, ...now } = code.value.recipe;
  const causes: Cause[] = [];
  if (before !== after) {
    const modules = differences(provenance.modules, code.value.closure?.modules ?? {})
      .map(({ pointer }) => pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~"));
    causes.push({ kind: "code", modules });
  }
  for (const { pointer, ...rest } of differences(old, now)) {
    causes.push({ kind: "recipe", field: pointer.slice(1), ...rest });
  }
  return causes;
}

/** Input files whose bytes differ. */
function fileCauses(
  member: StageMember,
  before: Action,
  now: Action | undefined,
): readonly Cause[] {
  if (now === undefined) return [];
  const causes: Cause[] = [];
  for (const { port, position, source } of sourcesOf(member)) {
    const old = before.inputs[port]?.[position]?.digest;
    if (!("file" in source) || old === undefined) continue;
    if (old !== now.inputs[port][position].digest) {
      causes.push({ kind: "file", port, file: source.file });
    }
  }
  return causes;
}

/** What differs in a command. */
function commandCauses(before: Action, now: Action | undefined): readonly Cause[] {
  if (before.command === undefined || now?.command === undefined) return [];
  const parts = [
    ["line", { "": before.command.line }, { "": now.command.line }],
    ["output", before.command.outputs, now.command.outputs],
    ["tool", before.command.tools, now.command.tools],
    ["variable", before.command.env, now.command.env],
  ] as const;
  return parts.flatMap(([what, old, made]) =>
    differences(old, made).map(({ pointer, ...rest }): Cause => {
      const name = pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
      return { kind: "command", what, name, ...rest };
    })
  );
}

/**
 * What differs between an action and the one whose result stands for it.
 *
 * @example
 * ```ts
 * import { unreadCauses } from "#lib/workflow/causes.ts";
 * import { assertEquals } from "@std/assert";
 * const action = (colour: string) => ({ recipe: {}, params: { colour }, inputs: {} }) as never;
 * assertEquals(unreadCauses({ inputs: {} }, action("red"), action("blue")), [
 *   { kind: "param", pointer: "/colour", before: "red", after: "blue" },
 * ]);
 * ```
 */
export function unreadCauses(
  member: Pick<StageMember, "inputs">,
  before: Action,
  now: Action,
): readonly Cause[] {
  const causes: Cause[] = differences(before.params, now.params)
    .map((difference) => ({ kind: "param", ...difference }));
  for (const port of Object.keys(member.inputs)) {
    const old = before.inputs[port] ?? [];
    const taken = now.inputs[port] ?? [];
    if (old.length === taken.length && taken.every(({ digest }, i) => digest === old[i].digest)) {
      continue;
    }
    causes.push({ kind: "inputs", port, before: old.length, after: taken.length });
  }
  return causes;
}

/** What differs in how the inputs are bound, apart from the bytes that other members make. */
function inputCauses(member: StageMember, { inputs: before }: Action): readonly Cause[] {
  const causes: Cause[] = [];
  for (const port of new Set([...Object.keys(before), ...Object.keys(member.inputs)])) {
    const old = before[port] ?? [];
    const bound = member.inputs[port];
    const sources = bound?.sources ?? [];
    if (old.length !== sources.length) {
      causes.push({ kind: "inputs", port, before: old.length, after: sources.length });
      continue;
    }
    const moved = sources.some((source, i) => {
      const now = bound.coords ? source.coords : undefined;
      return old[i].coords !== now && differences(old[i].coords, now).length > 0;
    });
    if (moved) causes.push({ kind: "coords", port });
  }
  return causes;
}

/**
 * All sources of a member, by port and position.
 *
 * @example
 * ```ts
 * import { sourcesOf } from "#lib/workflow/causes.ts";
 * import { fakeGraph } from "#tests/support/fake_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const { members } = fakeGraph([{ id: "a" }, { id: "b", from: ["a"] }]);
 * assertEquals(sourcesOf(members[1]).map(({ port, position }) => [port, position]), [["in", 0]]);
 * ```
 */
export function sourcesOf(member: Pick<StageMember, "inputs">) {
  return Object.entries(member.inputs).flatMap(([port, { sources }]) =>
    sources.map((source, position) => ({ port, position, source }))
  );
}
