// Resolving: raw params from YAML + a task's definition -> checked params with defaults, and the ports they imply.
// Pure, so that it runs in process for Basin's own tasks and inside a sandbox for a user's.

import type { ArtifactType } from "./artifact.ts";
import { type Digest, digestOfValue } from "./digest.ts";
import type { Member } from "./member.ts";
import { err, ok, type Result } from "./result.ts";
import type { Numerics, ParamsSchema, Ports, Task } from "./task.ts";

/** A port as plain data. */
export interface PortShape {
  readonly kind: string;
  readonly many: boolean;
  readonly optional: boolean;
  readonly coords: boolean;
}

/** One thing wrong with params; `path` leads from the params to the place. */
export interface ParamIssue {
  readonly path: readonly (string | number)[];
  /** zod's code, `unknown-member`, or `check` for what the task itself says. */
  readonly code: string;
  readonly message: string;
  /** Unrecognised keys, for `unrecognized_keys`. */
  readonly keys?: readonly string[];
  /** Names that would be right, where they are known. */
  readonly known?: readonly string[];
}

/** What a task takes and gives for its resolved params. The first alternative whose required ports are bound counts. */
export interface ResolvedPorts {
  readonly inputs: readonly Readonly<Record<string, PortShape>>[];
  readonly outputs: Readonly<Record<string, string>>;
  /** Present where params or members decide it. */
  readonly numerics?: Numerics;
  /** Digest of the chosen members and of what the task's `continues` says of these params, if it says anything. */
  readonly continues?: Digest;
}

/**
 * Checks params against a strict schema and fills in defaults. `null` leaves a param out, so that an expression can;
 * but for params that take it as a value.
 *
 * @example
 * ```ts
 * import { parseParams } from "#lib/core/resolve.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const schema = z.strictObject({ rank: z.int().default(3) });
 * assertEquals(parseParams(schema, {}), { ok: true, value: { rank: 3 } });
 * const bad = parseParams(schema, { rnk: 2 });
 * assertEquals(!bad.ok && bad.error[0].keys, ["rnk"]);
 * ```
 */
export function parseParams(
  schema: ParamsSchema,
  raw: unknown,
): Result<Record<string, unknown>, readonly ParamIssue[]> {
  const parsed = schema.safeParse(withoutNull(schema, raw));
  if (parsed.success) return ok(parsed.data as Record<string, unknown>);
  const known = Object.keys(schema.shape);
  return err(parsed.error.issues.map((issue) => ({
    path: issue.path as (string | number)[],
    code: issue.code,
    message: issue.message,
    ...(issue.code === "unrecognized_keys" ? { keys: issue.keys } : {}),
    ...(issue.code === "unrecognized_keys" && issue.path.length === 0 ? { known } : {}),
    ...(issue.code === "invalid_value" ? { known: issue.values.map(String) } : {}),
  })));
}

function withoutNull(schema: ParamsSchema, raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return raw;
  const { shape } = schema;
  const isLeftOut = ([name, value]: readonly [string, unknown]) =>
    value === null && Object.hasOwn(shape, name) && !shape[name].safeParse(null).success;
  const entries = Object.entries(raw);
  return entries.some(isLeftOut)
    ? Object.fromEntries(entries.filter((entry) => !isLeftOut(entry)))
    : raw;
}

/**
 * The names of the members that params choose: param → {room, name}. A param that is a list of names chooses one member
 * for each, known as `<param>.<place>`.
 *
 * @example
 * ```ts
 * import { chosenMembers } from "#lib/core/resolve.ts";
 * import { assertEquals } from "@std/assert";
 * const uses = { metric: { room: "metrics" }, rules: { room: "neurotasks" } };
 * assertEquals(chosenMembers(uses, { metric: "dsa", rules: ["pdm_pro"] }), {
 *   metric: { room: "metrics", name: "dsa" },
 *   "rules.0": { room: "neurotasks", name: "pdm_pro" },
 * });
 * ```
 */
export function chosenMembers(
  uses: Task["members"],
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<string, { readonly room: string; readonly name: string }>> {
  const chosen: Record<string, { readonly room: string; readonly name: string }> = {};
  for (const [param, { room }] of Object.entries(uses ?? {})) {
    const value = params[param];
    if (typeof value === "string") chosen[param] = { room, name: value };
    if (!Array.isArray(value)) continue;
    value.forEach((name, place) => {
      if (typeof name === "string") chosen[`${param}.${place}`] = { room, name };
    });
  }
  return chosen;
}

/**
 * Where in the params a chosen member is named.
 *
 * @example
 * ```ts
 * import { memberPath } from "#lib/core/resolve.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(memberPath("metric"), ["metric"]);
 * assertEquals(memberPath("rules.2"), ["rules", 2]);
 * ```
 */
export function memberPath(chosen: string): readonly (string | number)[] {
  const dot = chosen.lastIndexOf(".");
  return dot < 0 ? [chosen] : [chosen.slice(0, dot), Number(chosen.slice(dot + 1))];
}

/**
 * The members that a list of names chose, in its order.
 *
 * @example
 * ```ts
 * import { memberList } from "#lib/core/resolve.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(memberList({ "rules.0": "a", "rules.1": "b", metric: "c" }, "rules"), ["a", "b"]);
 * ```
 */
export function memberList<M>(members: Readonly<Record<string, M>>, param: string): M[] {
  const found: M[] = [];
  for (let i = 0; Object.hasOwn(members, `${param}.${i}`); i++) {
    found.push(members[`${param}.${i}`]);
  }
  return found;
}

/**
 * Checks the params that belong to chosen members, with each member's own schema. Members of a list share what is
 * written, and each gets its own reading of it: `{<name>: params}`.
 * Returns the params with those parts replaced by their checked, defaulted values, the keys of every map in one order:
 * their order in a file is no part of the key, and so no task may see it.
 *
 * @example
 * ```ts
 * import { parseMemberParams } from "#lib/core/resolve.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const lorenz = { name: "lorenz", summary: "", params: z.strictObject({ r: z.number().default(28) }) };
 * const uses = { system: { room: "attractors", params: "parameters" } };
 * assertEquals(
 *   parseMemberParams(uses, { system: "lorenz" }, { system: lorenz }),
 *   { ok: true, value: { system: "lorenz", parameters: { r: 28 } } },
 * );
 * ```
 */
export function parseMemberParams(
  uses: Task["members"],
  params: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, Member>>,
): Result<Record<string, unknown>, readonly ParamIssue[]> {
  const result: Record<string, unknown> = { ...params };
  const issues: ParamIssue[] = [];
  const read = (at: string, member: Member) => {
    const parsed = parseParams(member.params, params[at] ?? {});
    if (parsed.ok) return parsed.value;
    for (const issue of parsed.error) issues.push({ ...issue, path: [at, ...issue.path] });
  };
  for (const [param, use] of Object.entries(uses ?? {})) {
    if (use.params === undefined) continue;
    if (Array.isArray(params[param])) {
      const all: Record<string, unknown> = {};
      for (const member of memberList(members, param)) {
        all[member.name] = read(use.params, member);
        if (issues.length > 0) break;
      }
      result[use.params] = all;
    } else if (members[param] !== undefined) {
      const value = read(use.params, members[param]);
      if (value !== undefined) result[use.params] = value;
    }
  }
  return issues.length > 0 ? err(issues) : ok(inKeyOrder(result) as Record<string, unknown>);
}

/**
 * What a task finds wrong with checked params and loaded members, before anything runs.
 *
 * @example
 * ```ts
 * import { taskIssues } from "#lib/core/resolve.ts";
 * import { assertEquals } from "@std/assert";
 * const check = () => [{ path: ["dt_ms"], message: "500 ms is no multiple of 30 ms" }];
 * const issues = taskIssues({ check }, {}, {});
 * assertEquals(issues, [{ path: ["dt_ms"], code: "check", message: "500 ms is no multiple of 30 ms" }]);
 * ```
 */
export function taskIssues(
  // deno-lint-ignore no-explicit-any
  task: Pick<Task<any, any, any>, "check">,
  params: unknown,
  members: Readonly<Record<string, Member>>,
): readonly ParamIssue[] {
  return (task.check?.(params, members) ?? []).map((issue) => ({ code: "check", ...issue }));
}

/** A copy with the keys of plain maps sorted; anything else is handed on. */
function inKeyOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inKeyOrder);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const ordered: Record<string, unknown> = {};
  for (const name of Object.keys(value).sort()) {
    const entry = inKeyOrder((value as Record<string, unknown>)[name]);
    if (name === "__proto__") {
      Object.defineProperty(ordered, name, {
        value: entry,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    } else ordered[name] = entry;
  }
  return ordered;
}

/**
 * The ports of a task for checked params and loaded members, as plain data.
 *
 * @example
 * ```ts
 * import { resolvePorts } from "#lib/core/resolve.ts";
 * import { defineTask, one } from "#lib/core/task.ts";
 * import { table } from "#lib/core/artifacts/table.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const task = defineTask({
 *   name: "copy", summary: "Copies.", version: 1, numerics: "exact", params: z.strictObject({}),
 *   inputs: { table: one(table) }, outputs: { table }, examples: [],
 *   run: (_context, _params, inputs) => inputs,
 * });
 * assertEquals(resolvePorts(task, {}, {}).outputs, { table: "table" });
 * ```
 */
export function resolvePorts(
  // deno-lint-ignore no-explicit-any
  task: Task<any, any, any>,
  params: unknown,
  members: Readonly<Record<string, Member>>,
): ResolvedPorts {
  const outputs: Readonly<Record<string, ArtifactType<unknown>>> =
    typeof task.outputs === "function" ? task.outputs(params, members) : task.outputs;
  return {
    inputs: portSets(task, params, members).map((ports) =>
      Object.fromEntries(
        Object.entries(ports).map(([name, port]) => [name, {
          kind: port.type.kind,
          many: port.many,
          optional: port.optional,
          coords: port.coords,
        }]),
      )
    ),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, type]) => [name, type.kind])),
    ...(typeof task.numerics === "function" ? { numerics: task.numerics(params, members) } : {}),
    ...continuesOf(task, params, members),
  };
}

/** A task that says nothing for these params cannot be continued with them. */
function continuesOf(
  // deno-lint-ignore no-explicit-any
  { continues }: Pick<Task<any, any, any>, "continues">,
  params: unknown,
  members: Readonly<Record<string, Member>>,
): Pick<ResolvedPorts, "continues"> {
  const said = continues?.(params);
  if (said === undefined) return {};
  const chosen = Object.entries(members).map(([param, { name }]) => [param, name]);
  return { continues: digestOfValue({ said, members: Object.fromEntries(chosen) }) };
}

/**
 * The alternative port sets of a task, artifact types included.
 *
 * @example
 * ```ts
 * import { portSets } from "#lib/core/resolve.ts";
 * import { defineTask } from "#lib/core/task.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const task = defineTask({
 *   name: "none", summary: "Nothing.", version: 1, numerics: "exact", params: z.strictObject({}),
 *   inputs: {}, outputs: {}, examples: [], run: () => ({}),
 * });
 * assertEquals(portSets(task, {}, {}), [{}]);
 * ```
 */
export function portSets(
  // deno-lint-ignore no-explicit-any
  task: Task<any, any, any>,
  params: unknown,
  members: Readonly<Record<string, Member>>,
): readonly Ports[] {
  const inputs = typeof task.inputs === "function" ? task.inputs(params, members) : task.inputs;
  return Array.isArray(inputs) ? inputs : [inputs as Ports];
}

/**
 * Which alternative the bound names choose: the first whose required ports are all bound, or -1.
 *
 * @example
 * ```ts
 * import { choosePorts } from "#lib/core/resolve.ts";
 * import { assertEquals } from "@std/assert";
 * const port = { optional: false };
 * assertEquals(choosePorts([{ list: port }, { a: port, b: port }], new Set(["a", "b"])), 1);
 * ```
 */
export function choosePorts(
  sets: readonly Readonly<Record<string, { readonly optional: boolean }>>[],
  bound: ReadonlySet<string>,
): number {
  return sets.findIndex((ports) =>
    Object.entries(ports).every(([name, port]) => port.optional || bound.has(name))
  );
}
