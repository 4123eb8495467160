// From raw params to checked ones, the members they choose and the ports they imply.

import { assert, assertEquals } from "@std/assert";
import { z } from "zod";
import { table } from "#lib/core/artifacts/table.ts";
import { trajectories } from "#lib/core/artifacts/trajectories.ts";
import {
  choosePorts,
  chosenMembers,
  parseMemberParams,
  parseParams,
  portSets,
  resolvePorts,
} from "#lib/core/resolve.ts";
import { defineTask, many, one, optional, type Task } from "#lib/core/task.ts";

const params = z.strictObject({
  metric: z.string(),
  options: z.record(z.string(), z.unknown()).default({}),
  effort: z.enum(["low", "high"]).default("low"),
  nested: z.strictObject({ deep: z.int() }).optional(),
});
const members = { metric: { room: "metrics", params: "options" }, kind: { room: "figures" } };
const metric = {
  name: "dsa",
  summary: "",
  params: z.strictObject({
    rank: z.int().min(1).default(3),
    group: z.enum(["o", "so"]).optional(),
  }),
};

Deno.test("parseParams() takes null for left out, but where it is a value", () => {
  const schema = z.strictObject({
    rank: z.int().optional(),
    ridge: z.number().default(0.5),
    where: z.string().nullable().default("here"),
    size: z.int(),
  });
  const raw = { rank: null, ridge: null, where: null, size: 1 };
  assertEquals(parseParams(schema, raw), { ok: true, value: { ridge: 0.5, where: null, size: 1 } });
  const missing = parseParams(schema, { size: null, rnk: null });
  assert(!missing.ok);
  assertEquals(missing.error.map(({ path, keys }) => [path, keys]), [
    [["size"], undefined],
    [[], ["rnk"]],
  ]);
  const uses = { metric: { room: "metrics", params: "options" } };
  const options = parseMemberParams(uses, { metric: "dsa", options: { rank: null } }, {
    metric: { name: "dsa", summary: "", params: z.strictObject({ rank: z.int().default(3) }) },
  });
  assertEquals(options, { ok: true, value: { metric: "dsa", options: { rank: 3 } } });
});

Deno.test("parseParams() fills defaults and lists everything that is wrong, with its path", () => {
  assertEquals(parseParams(params, { metric: "dsa" }), {
    ok: true,
    value: { metric: "dsa", options: {}, effort: "low" },
  });
  const bad = parseParams(params, {
    metric: 3,
    effort: "middle",
    nested: { deep: 0.5, x: 1 },
    y: 2,
  });
  assert(!bad.ok);
  const found = bad.error.map(({ path, code }) => `${path.join(".")} ${code}`).sort();
  assertEquals(found, [
    " unrecognized_keys",
    "effort invalid_value",
    "metric invalid_type",
    "nested unrecognized_keys",
    "nested.deep invalid_type",
  ]);
  const of = (path: string) => bad.error.find((issue) => issue.path.join(".") === path)!;
  assertEquals([of("").keys, of("").known], [["y"], Object.keys(params.shape)]);
  assertEquals(of("effort").known, ["low", "high"]);
  assertEquals([of("nested").keys, of("nested").known], [["x"], undefined]);
});

Deno.test("parseParams() refuses what is no map", () => {
  for (const raw of [null, undefined, 3, "x", [], [{}]]) {
    const parsed = parseParams(params, raw);
    assert(!parsed.ok && parsed.error[0].path.length === 0, JSON.stringify(raw));
  }
});

Deno.test("parseParams() reports every rule of a refined schema", () => {
  const refined = z.strictObject({ a: z.int().optional(), b: z.int().optional() })
    .superRefine((value, context) => {
      if (value.a === undefined && value.b === undefined) {
        context.addIssue({ code: "custom", path: [], message: "give a or b" });
      }
    });
  const parsed = parseParams(refined, {});
  assertEquals(!parsed.ok && parsed.error, [{ path: [], code: "custom", message: "give a or b" }]);
});

Deno.test("chosenMembers() takes only params that are there, and only names", () => {
  assertEquals(chosenMembers(members, { metric: "dsa" }), {
    metric: { room: "metrics", name: "dsa" },
  });
  assertEquals(chosenMembers(members, { metric: 3, kind: "bars" }), {
    kind: { room: "figures", name: "bars" },
  });
  assertEquals(chosenMembers(undefined, { metric: "dsa" }), {});
});

Deno.test("parseMemberParams() fills the member's defaults and says where it is wrong", () => {
  const good = parseMemberParams(members, { metric: "dsa", options: { group: "so" } }, { metric });
  assertEquals(good, { ok: true, value: { metric: "dsa", options: { rank: 3, group: "so" } } });
  const raw = { metric: "dsa", options: { rank: 0, grup: "o" } };
  const bad = parseMemberParams(members, raw, { metric });
  assert(!bad.ok);
  assertEquals(bad.error.map(({ path }) => path), [["options", "rank"], ["options"]]);
  assertEquals(bad.error[1].known, ["rank", "group"]);
  assertEquals(raw, { metric: "dsa", options: { rank: 0, grup: "o" } }, "its arguments stay");
  const without = parseMemberParams(members, { metric: "dsa" }, {});
  assertEquals(without, { ok: true, value: { metric: "dsa" } });
});

Deno.test("resolvePorts() tells ports as plain data, alternatives in order", () => {
  const task: Task = defineTask({
    name: "t",
    summary: "",
    version: 1,
    numerics: "exact",
    params,
    inputs: (params) => [
      { list: many(table, { coords: true }), rank: optional(table) },
      { [params.metric as string]: one(trajectories), more: many(table, { optional: true }) },
    ],
    outputs: (params) => params.effort === "low" ? { table } : { table, more: trajectories },
    examples: [],
    run: () => ({}),
  }) as unknown as Task;
  const resolved = resolvePorts(task, { metric: "a", effort: "high" }, {});
  assertEquals(resolved.outputs, { table: "table", more: "trajectories" });
  assertEquals(resolved.inputs, [
    {
      list: { kind: "table", many: true, optional: false, coords: true },
      rank: { kind: "table", many: false, optional: true, coords: false },
    },
    {
      a: { kind: "trajectories", many: false, optional: false, coords: false },
      more: { kind: "table", many: true, optional: true, coords: false },
    },
  ]);
  assertEquals(JSON.parse(JSON.stringify(resolved)), resolved, "it crosses a sandbox's border");
  assertEquals(portSets(task, { metric: "a" }, {}).length, 2);
});

Deno.test("choosePorts() takes the first set whose required ports are bound", () => {
  const [need, may] = [{ optional: false }, { optional: true }];
  const sets = [{ list: need, rank: may }, { a: need, b: need, rank: may }];
  const choose = (...bound: string[]) => choosePorts(sets, new Set(bound));
  assertEquals(choose("list"), 0);
  assertEquals(choose("a", "b", "rank"), 1);
  assertEquals(choose("list", "a", "b"), 0, "the first counts");
  assertEquals(choose("a"), -1);
  assertEquals(choose("rank"), -1);
  assertEquals(choose(), -1);
  assertEquals(choosePorts([{ rank: may }], new Set()), 0);
  assertEquals(choosePorts([], new Set(["a"])), -1);
});

Deno.test("parseMemberParams() hands maps over in one order, however they were written", () => {
  const text = (value: Record<string, unknown>) => {
    const resolved = parseMemberParams({}, value, {});
    return resolved.ok ? JSON.stringify(resolved.value) : "";
  };
  const written = text({ b: { y: 1, x: [{ q: 1, p: 2 }] }, a: 0 });
  assertEquals(written, '{"a":0,"b":{"x":[{"p":2,"q":1}],"y":1}}');
  assertEquals(text({ a: 0, b: { x: [{ p: 2, q: 1 }], y: 1 } }), written);
  const strange = JSON.parse('{"__proto__":{"b":1,"a":2}}');
  assertEquals(text(strange), '{"__proto__":{"a":2,"b":1}}');
});
