import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Action } from "#lib/core/action.ts";
import { digestOf } from "#lib/core/digest.ts";
import type { JobResult } from "#lib/core/executor.ts";
import { type Reads, traceKey } from "#lib/core/trace.ts";
import { Recorder } from "#lib/executors/recorded.ts";
import { WorkersExecutor } from "#lib/executors/workers.ts";
import { bundleOf, execute, jobOf } from "#tests/support/executor_cases.ts";
import { withSeed } from "#tests/support/with_seed.ts";

const params = {
  rate: 0.5,
  label: "x",
  none: null,
  steps: [{ by: 1, of: "a" }, { by: 2, of: "b" }],
  sizes: [3, 4],
  net: { units: 8, "a/b~c": { deep: true } },
  empty: {},
};

async function readsOf(
  executor: WorkersExecutor,
  body: string,
  given: Record<string, unknown> = params,
  before = "",
): Promise<readonly string[] | undefined> {
  const result = await execute(executor, jobOf(bundleOf(body, before), given));
  assert(result.ok, `${body}: ${JSON.stringify(result)}`);
  return result.value.reads?.params;
}

/** What a task does, and what it looked at. */
const looks: readonly (readonly [body: string, reads: readonly string[]])[] = [
  ["", []],
  ["params.rate * 2", ["=/rate"]],
  ["const { rate, label: name } = params", ["=/label", "=/rate"]],
  ["const { rate = 3, missing = 4 } = params", ["=/rate", "?/missing"]],
  ["const { rate, ...rest } = params", [
    "#",
    "=/empty",
    "=/label",
    "=/net",
    "=/none",
    "=/rate",
    "=/sizes",
    "=/steps",
  ]],
  ["params.none?.deep", ["=/none"]],
  ["params.missing?.deep", ["?/missing"]],
  ["typeof params.net", ["=/net"]],
  ["if (params.net) params.rate", ["=/net", "=/rate"]],
  ["params.net.units", ["=/net", "=/net/units"]],
  ["params.net['a/b~c'].deep", ["=/net", "=/net/a~1b~0c", "=/net/a~1b~0c/deep"]],
  ["'rate' in params", ["?/rate"]],
  ["'missing' in params", ["?/missing"]],
  ["Object.hasOwn(params, 'rate')", ["?/rate"]],
  ["params.hasOwnProperty('rate')", ["?/hasOwnProperty", "?/rate"]],
  ["Object.prototype.propertyIsEnumerable.call(params, 'rate')", ["?/rate"]],
  ["Object.getOwnPropertyDescriptor(params, 'rate')", ["=/rate"]],
  ["Reflect.getOwnPropertyDescriptor(params, 'rate')", ["=/rate"]],
  ["Object.getOwnPropertyDescriptors(params.sizes)", ["*/sizes"]],
  ["Object.keys(params)", ["#"]],
  ["Object.getOwnPropertyNames(params)", ["#"]],
  ["Reflect.ownKeys(params)", ["#"]],
  ["for (const name in params);", ["#"]],
  ["Object.keys(params.net)", ["#/net", "=/net"]],
  ["Object.entries(params.net)", ["#/net", "=/net", "=/net/a~1b~0c", "=/net/units"]],
  ["Object.values(params.sizes)", ["*/sizes"]],
  ["({ ...params.net })", ["#/net", "=/net", "=/net/a~1b~0c", "=/net/units"]],
  ["Object.assign({}, params.sizes)", ["*/sizes"]],
  ["JSON.stringify(params.net)", ["*/net"]],
  ["JSON.stringify({ kept: [params.steps] })", ["*/steps"]],
  ["structuredClone(params.net)", ["*/net"]],
  ["structuredClone(new Map([['x', { kept: [params.steps] }]]))", ["*/steps"]],
  ["new MessageChannel().port1.postMessage({ sizes: params.sizes })", ["*/sizes"]],
  ["console.log({ kept: params.net })", ["*/net"]],
  ["console.log(params.net)", ["*/net"]],
  ["params.sizes.length", ["#/sizes", "=/sizes"]],
  ["params.sizes[0]", ["=/sizes", "=/sizes/0"]],
  ["params.sizes[5]", ["=/sizes", "?/sizes/5"]],
  ["params.sizes.at(-1)", ["#/sizes", "=/sizes", "=/sizes/1"]],
  ["const [first] = params.sizes", ["#/sizes", "=/sizes", "=/sizes/0"]],
  ["const [...all] = params.sizes", ["*/sizes"]],
  ["[...params.sizes]", ["*/sizes"]],
  ["for (const one of params.sizes);", ["*/sizes"]],
  ["params.sizes.map((x) => x)", ["*/sizes"]],
  ["params.sizes.includes(9)", ["*/sizes"]],
  ["[1].concat(params.sizes)", ["*/sizes"]],
  ["[params.sizes].flat()", ["*/sizes"]],
  ["Math.max(...params.sizes)", ["*/sizes"]],
  ["Math.max.apply(null, params.sizes)", ["*/sizes"]],
  ["Float64Array.from(params.sizes)", ["*/sizes"]],
  ["new Float64Array(params.sizes)", ["*/sizes"]],
  ["new Set(params.sizes)", ["*/sizes"]],
  ["`${params.sizes}`", ["*/sizes"]],
  ["params.steps.map(({ by }) => by)", [
    "#/steps",
    "=/steps",
    "=/steps/0",
    "=/steps/0/by",
    "=/steps/1",
    "=/steps/1/by",
  ]],
  ["new Proxy(params, {}).rate", ["=/rate"]],
  ["Object.create(params).rate", ["=/rate"]],
  ["Object.create(params).missing", ["?/missing"]],
  ["Reflect.get(params, 'rate', {})", ["=/rate"]],
  ["Object.defineProperty(params, 'all', { get() { return this.label } }).all", [
    "=/label",
    "?/all",
  ]],
  ["Object.prototype.all = { get() {} }; delete Object.prototype.all; params.rate", ["=/rate"]],
  ["z.object({ rate: z.number(), sizes: z.array(z.int()) }).parse(params)", [
    "*/sizes",
    "=/rate",
  ]],
  ["z.strictObject({ by: z.int(), of: z.string() }).parse(params.steps[0])", [
    "*/steps/0",
    "=/steps",
  ]],
];

Deno.test("Recorder notes what a task looks at, by whatever means", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  for (const [body, expected] of looks) {
    const reads = await readsOf(executor, body, params, `import { z } from "zod";`);
    assertEquals(reads, expected, body);
  }
});

Deno.test("Recorder tells of nothing when everything was read", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  for (
    const body of [
      "JSON.stringify(params)",
      "structuredClone(params)",
      "structuredClone({ a: { ...params } })",
      "JSON.stringify(Object.entries(params))",
      "Deno.inspect(params)",
      "Deno.inspect(new Error('x', { cause: params.net }))",
      "Deno.inspect(Promise.resolve(params.net))",
      "console.log({ [Symbol.for('Deno.customInspect')]: (inspect) => inspect(params.net) })",
      "console.log(new Error('x', { cause: params.net }))",
      "(function all(value) { if (value !== null && typeof value === 'object') Object.values(value).forEach(all); })(params)",
    ]
  ) assertEquals(await readsOf(executor, body), undefined, body);
  assertEquals(await readsOf(executor, "", {}), undefined);
});

Deno.test("Recorder lets params be told apart from nothing but the plain ones", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const body = `
    const { steps, sizes, net } = params;
    const found = [
      Array.isArray(steps), Array.isArray(net), steps instanceof Array, net instanceof Object,
      Object.prototype.toString.call(steps), Object.prototype.toString.call(net),
      net.constructor === Object, Object.getPrototypeOf(sizes) === Array.prototype,
      steps === params.steps, JSON.stringify(structuredClone(params)) === JSON.stringify(params),
      Object.keys(params).join(), Object.isFrozen(Object.freeze(net)), net["a/b~c"].deep,
    ];
    throw new Error(found.join(" "));`;
  const result = await execute(executor, jobOf(bundleOf(body), params));
  assertEquals(
    result.ok ? "" : result.error.message,
    "true false true true [object Array] [object Object] true true true true " +
      "rate,label,none,steps,sizes,net,empty true true",
  );
});

Deno.test("Recorder lets a task change its params, and goes on noting what it reads", async () => {
  const given = { sizes: [3, 1, 2], left: 1, steps: [{ by: 2, of: "a" }, { by: 1, of: "b" }] };
  const recorder = new Recorder(given);
  // deno-lint-ignore no-explicit-any
  const seen = recorder.params as any;
  seen.sizes.sort();
  seen.sizes.push(9);
  seen.own = { a: 1 };
  seen.steps.sort((a: { by: number }, b: { by: number }) => a.by - b.by);
  assertEquals([...seen.sizes], [1, 2, 3, 9]);
  assertEquals(seen.own, { a: 1 });
  assertEquals(seen.steps[0].of, "b");
  delete seen.left;
  assertEquals(seen.left, undefined);
  assertEquals(given.sizes, [3, 1, 2], "the plain params stay as they are");
  const reads = recorder.reads()?.params ?? [];
  for (const look of ["*/sizes", "=/steps/0/by", "=/steps/1"]) {
    assert(reads.includes(look), `${look} in ${reads}`);
  }
  assert(!reads.includes("=/steps/0/of"), String(reads));
  await using executor = new WorkersExecutor({ slots: 1 });
  const copied = await readsOf(
    executor,
    `params.sizes.push(7); if (structuredClone(params.sizes).join() !== "3,4,7") throw 1;`,
  );
  assertEquals(copied, ["*/sizes"]);
});

Deno.test("Recorder hands out long lists of values plain, as read whole", () => {
  const long = Array.from({ length: 65 }, (_, i) => i);
  const recorder = new Recorder({ long, other: 1 });
  assertEquals((recorder.params.long as number[])[3], 3);
  assertEquals(recorder.reads(), { params: ["*/long"], inputs: {} });
  const untouched = new Recorder({ long, other: 1 });
  void untouched.params.other;
  assertEquals(untouched.reads(), { params: ["=/other"], inputs: {} });
});

Deno.test("Recorder shows params as the key has them", () => {
  const recorder = new Recorder({ a: undefined, b: [undefined, 1], c: -0 });
  assertEquals(Object.keys(recorder.params), ["b", "c"]);
  assertEquals((recorder.params.b as unknown[])[0], null);
  assertEquals(Object.is(recorder.params.c, -0), true);
});

Deno.test("Recorder gives no trace for values that no key could hold", () => {
  const when = new Map([["a", 1]]);
  const recorder = new Recorder({ when, rate: 1 });
  assertEquals(recorder.params.when, when);
  assertEquals(recorder.reads(), undefined);
});

/** A task with two ports, of which one may hold several artifacts. */
function filesTask(body: string): string {
  return bundleOf(body).replace(
    "inputs: {}",
    `inputs: {
      model: { type: { kind: "folder", decode: (files) => files }, many: false, optional: false, coords: false },
      parts: { type: { kind: "folder", decode: (files) => files }, many: true, optional: true, coords: false },
    }`,
  );
}

Deno.test("Recorder notes the files that a task opens, port by port", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const files = {
    "a.txt": new Uint8Array([1]),
    "b.txt": new Uint8Array([2]),
    log: new Uint8Array(9),
  };
  const folder = { kind: "folder", files, coords: {} };
  const reads = async (body: string) => {
    const inputs = { model: [folder], parts: [folder, { ...folder, files: { x: files.log } }] };
    const result = await execute(executor, jobOf(filesTask(body), { rate: 1 }, inputs));
    assert(result.ok, JSON.stringify(result));
    return result.value.reads?.inputs;
  };
  assertEquals(await reads("inputs.model['a.txt'][0]"), { model: ["a.txt"], parts: [] });
  assertEquals(await reads("inputs.model['c.txt']; Object.hasOwn(inputs.model, 'log')"), {
    model: ["c.txt", "log"],
    parts: [],
  });
  assertEquals(await reads("Object.keys(inputs.model)"), { model: [""], parts: [] });
  assertEquals(await reads("Object.getOwnPropertyDescriptor(inputs.model, 'log').value"), {
    model: ["log"],
    parts: [],
  });
  assertEquals(await reads("Object.values(inputs.model); inputs.parts[1].value.x"), {
    parts: ["x"],
  });
  assertEquals(
    await reads(
      "params.rate; Object.values(inputs.model); inputs.parts.map(({ value }) => ({ ...value }))",
    ),
    undefined,
  );
});

Deno.test("Recorder counts an input that becomes an output as read", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = filesTask("return { out: inputs.model };").replace(
    "outputs: {}",
    `outputs: { out: { kind: "folder", encode: (files) => files } }`,
  );
  const files = { a: new Uint8Array([1]), b: new Uint8Array([2]) };
  const inputs = { model: [{ kind: "folder", files, coords: {} }] };
  const result = await execute(executor, jobOf(code, { unread: 1 }, inputs));
  assert(result.ok, JSON.stringify(result));
  assertEquals(result.value.outputs.out.files, files);
  assertEquals(result.value.reads, { params: [], inputs: {} });
});

Deno.test("Recorder counts what chooses ports, outputs and members as read", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const code = bundleOf("return {};").replace(
    "inputs: {}",
    "inputs: (params) => params.a ? {} : {}",
  )
    .replace("outputs: {}", "outputs: (params) => params.b ? {} : {}")
    .replace("members: {} }", `members: { "metrics/dsa": {} } }`);
  const job = jobOf(code, { a: 1, b: 2, metric: "dsa", unread: 3 });
  const result = await execute(executor, { ...job, members: { metric: "metrics/dsa" } });
  assert(result.ok, JSON.stringify(result));
  assertEquals(result.value.reads?.params, ["=/a", "=/b", "=/metric"]);
});

Deno.test("WorkersExecutor gives no reads of a task that fails", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const result = await execute(executor, jobOf(bundleOf("throw params.rate"), params));
  assertEquals(result.ok, false);
  assert(!("reads" in (result as { error: object }).error));
});

// Random params, random programs: the trace must tell apart exactly what the program could.

type Path = readonly (string | number)[];
type Op =
  | { readonly do: "value" | "keys" | "whole"; readonly path: Path; readonly how: number }
  | { readonly do: "has"; readonly path: Path; readonly key: string | number; readonly how: number }
  | { readonly do: "branch"; readonly path: Path; readonly then: Op[]; readonly else: Op[] };

const interpreter = `
const seen = [];
const isOpen = (value) => typeof value === "object" && value !== null;
const at = (path) => path.reduce((value, key) => isOpen(value) ? value[key] : undefined, params);
const shape = (value) => Array.isArray(value) ? "list" : isOpen(value) ? "map" : value ?? null;
const keys = [
  (value) => Array.isArray(value) ? value.length : Object.keys(value).sort(),
  (value) => Array.isArray(value) ? value.length : Reflect.ownKeys(value).sort(),
  (value) => { const found = []; for (const key in value) found.push(key); return found.sort(); },
];
const has = [
  (value, key) => key in value,
  (value, key) => Object.hasOwn(value, key),
  (value, key) => Object.prototype.propertyIsEnumerable.call(value, key),
];
const deep = (parts) => function all(value) {
  return isOpen(value) ? [Array.isArray(value), parts(value).map(([key, one]) => [key, all(one)]).sort()] : value;
};
const whole = [
  (value) => value,
  (value) => structuredClone({ value }),
  deep((value) => Object.entries(value)),
  deep((value) => Object.entries({ ...value })),
  deep((value) => Object.entries(Object.getOwnPropertyDescriptors(value)).map(([key, { value }]) => [key, value])),
  (value) => JSON.parse(JSON.stringify([value])),
];
const apply = (ops) => ops.forEach((op) => {
  const value = at(op.path);
  if (op.do === "branch") return apply(value ? op.then : op.else);
  if (op.do === "value" || !isOpen(value)) return seen.push(shape(value));
  if (op.do === "keys") return seen.push(keys[op.how](value));
  if (op.do === "has") return seen.push(has[op.how](value, op.key));
  seen.push(whole[op.how](value));
});
apply(JSON.parse(inputs.program));
return { out: JSON.stringify(seen) };
`;

const text = `{ kind: "text",
  encode: (value) => ({ "text.txt": new TextEncoder().encode(value) }),
  decode: (files) => new TextDecoder().decode(files["text.txt"]) }`;
const code = bundleOf(interpreter).replace("outputs: {}", `outputs: { out: ${text} }`)
  .replace(
    "inputs: {}",
    `inputs: { program: { type: ${text}, many: false, optional: false, coords: false } }`,
  );

type Draw = (below: number) => number;

const id = (path: Path) => JSON.stringify(path.map(String));

const names = ["a", "b", "c~1d", "e/f", "0", "", "length"];

// deno-lint-ignore no-explicit-any
function randomValue(draw: Draw, depth: number): any {
  const kind = depth === 0 ? draw(3) : depth > 3 ? 2 : draw(5);
  if (depth === 0 || kind === 0) {
    const chosen = names.filter(() => draw(3) > 0);
    return Object.fromEntries(chosen.map((name) => [name, randomValue(draw, depth + 1)]));
  }
  if (kind === 1) return Array.from({ length: draw(4) }, () => randomValue(draw, depth + 1));
  return [draw(5), `${draw(3)}`, draw(2) === 1, null, -draw(2) / 2][draw(5)];
}

const isOpen = (value: unknown): value is object => typeof value === "object" && value !== null;

function* paths(value: unknown, path: Path = []): Generator<{ path: Path; value: unknown }> {
  yield { path, value };
  if (!isOpen(value)) return;
  for (const [key, one] of Object.entries(value)) {
    yield* paths(one, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

function randomProgram(draw: Draw, known: readonly Path[], depth = 0): Op[] {
  return Array.from({ length: draw(5) }, (): Op => {
    const path = known[draw(known.length)];
    const absent = draw(4) === 0 ? [...path, names[draw(names.length)]] : path;
    switch (draw(depth < 2 ? 5 : 4)) {
      case 0:
        return { do: "value", path: absent, how: 0 };
      case 1:
        return { do: "keys", path, how: draw(3) };
      case 2:
        return { do: "whole", path: draw(3) === 0 ? path : absent, how: draw(6) };
      case 3:
        return { do: "has", path, key: draw(2) ? names[draw(4)] : draw(4), how: draw(3) };
      default:
        return {
          do: "branch",
          path: absent,
          then: randomProgram(draw, known, depth + 1),
          else: randomProgram(draw, known, depth + 1),
        };
    }
  });
}

/** What a program looks at: leaves, sets of keys, presences, and everything passed on the way. */
class Model {
  readonly values = new Set<string>();
  readonly keys = new Set<string>();
  readonly passed = new Set<string>();

  constructor(readonly params: unknown, program: readonly Op[]) {
    this.#apply(program);
  }

  /** Whether a leaf's value, the keys of a collection, or whether something is there, has been seen. */
  sawValue = (path: Path) => this.values.has(id(path));
  sawKeys = (path: Path) => this.keys.has(id(path));
  sawPresence(path: Path): boolean {
    return this.sawKeys(path.slice(0, -1)) || this.passed.has(id(path));
  }

  #apply(ops: readonly Op[]): void {
    for (const op of ops) {
      const value = this.#at(op.path);
      if (op.do === "branch") this.#apply(value ? op.then : op.else);
      else if (!isOpen(value) || op.do === "value") continue;
      else if (op.do === "keys") this.keys.add(id(op.path));
      else if (op.do === "has") this.#pass([...op.path, op.key]);
      else {
        for (const { path, value: inner } of paths(value, op.path)) {
          this.#pass(path);
          (isOpen(inner) ? this.keys : this.values).add(id(path));
        }
      }
    }
  }

  #at(path: Path): unknown {
    let value = this.params;
    for (let i = 0; i < path.length; i++) {
      if (!isOpen(value)) return undefined;
      // The length of a list is its keys.
      if (Array.isArray(value) && path[i] === "length") {
        this.keys.add(id(path.slice(0, i)));
        return value.length;
      }
      this.#pass(path.slice(0, i + 1));
      value = Object.hasOwn(value, path[i])
        ? (value as Record<string, unknown>)[path[i]]
        : undefined;
      if (!isOpen(value)) this.values.add(id(path.slice(0, i + 1)));
    }
    return value;
  }

  #pass(path: Path): void {
    this.passed.add(id(path));
  }
}

function changed(
  params: unknown,
  path: Path,
  change: (parent: never, key: never) => void,
): Action["params"] {
  const copy = structuredClone(params);
  // deno-lint-ignore no-explicit-any
  const parent = path.slice(0, -1).reduce((value, key) => value[key], copy as any);
  change(parent as never, path.at(-1) as never);
  return copy as Action["params"];
}

Deno.test("traceKey() of a random task changes exactly with what the task looked at", async () => {
  await using executor = new WorkersExecutor({ slots: 1 });
  const run = async (params: Action["params"], program: readonly Op[]): Promise<JobResult> => {
    const files = { "text.txt": new TextEncoder().encode(JSON.stringify(program)) };
    const inputs = { program: [{ kind: "text", files, coords: {} }] };
    const result = await execute(executor, jobOf(code, params, inputs));
    assert(result.ok, JSON.stringify(result));
    return result.value;
  };
  const key = (reads: Reads, params: Action["params"]) =>
    traceKey(digestOf("weak"), reads, { params, inputs: {} }, () => undefined);
  const counts = { traced: 0, same: 0, different: 0 };
  await withSeed(async (draw) => {
    for (let round = 0; round < 60; round++) {
      const params = randomValue(draw, 0);
      const known = [...paths(params)];
      const program = randomProgram(draw, known.map(({ path }) => path));
      const { reads, outputs } = await run(params, program);
      const model = new Model(params, program);
      const leaves = known.filter(({ value }) => !isOpen(value));
      if (reads === undefined) {
        for (const { path } of leaves) assert(model.sawValue(path), `${id(path)} was not read`);
        continue;
      }
      counts.traced++;
      const before = key(reads, params);
      const check = (other: Action["params"], matters: boolean, what: string) => {
        const about = () => `${what} of ${JSON.stringify({ params, program, reads })}`;
        const after = key(reads, other);
        counts[after === before ? "same" : "different"]++;
        (matters ? assertNotEquals : assertEquals)(after, before, about());
      };
      for (const { path } of leaves) {
        const other = changed(params, path, (parent, name) => parent[name] = "other" as never);
        check(other, model.sawValue(path), `value ${id(path)}`);
      }
      for (const { path, value } of known) {
        if (typeof path.at(-1) === "string") {
          const other = changed(params, path, (parent, name) => delete parent[name]);
          check(other, model.sawPresence(path), `removal of ${id(path)}`);
        }
        if (!isOpen(value)) continue;
        const added = [...path, Array.isArray(value) ? value.length : "fresh"];
        const other = changed(params, added, (parent, name) => parent[name] = 1 as never);
        check(other, model.sawPresence(added), `addition of ${id(added)}`);
      }
      // Whatever the model says: equal traces must mean equal results.
      for (let i = 0; i < 3 && known.length > 1; i++) {
        const { path } = known[1 + draw(known.length - 1)];
        const other = changed(params, path, (parent, name) => {
          parent[name] = randomValue(draw, 3) as never;
        });
        if (key(reads, other) === before) {
          assertEquals((await run(other, program)).outputs, outputs);
        }
      }
    }
  });
  assert(Math.min(...Object.values(counts)) > 5, JSON.stringify(counts));
});
