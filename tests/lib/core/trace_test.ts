import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { digestOf } from "#lib/core/digest.ts";
import { type Reads, traceKey } from "#lib/core/trace.ts";

const key = (look: string, params: Record<string, unknown>) =>
  traceKey(
    digestOf("weak"),
    { params: [look], inputs: {} },
    { params, inputs: {} },
    () => undefined,
  );

Deno.test("traceKey() tells what a look shows, and nothing else", () => {
  const differ: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
    ["=/a", { a: 1 }, { a: 2 }],
    ["=/a", { a: 1 }, {}],
    ["=/a", { a: null }, {}],
    ["=/a", { a: {} }, { a: [] }],
    ["=/a", { a: 0 }, { a: -0 }],
    ["=/a~1b/0", { "a/b": [1] }, { "a/b": [2] }],
    ["?/a", { a: 1 }, {}],
    ["#", { a: 1 }, { b: 1 }],
    ["#/a", { a: [1] }, { a: [1, 1] }],
    ["#/a", { a: {} }, {}],
    ["*/a", { a: { b: [1] } }, { a: { b: [2] } }],
    ["*/a", { a: [null] }, {}],
    ["*/a", { a: null }, {}],
  ];
  for (const [look, one, other] of differ) {
    assertNotEquals(key(look, one), key(look, other), `${look} of ${JSON.stringify([one, other])}`);
  }
  const agree: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
    ["=/a", { a: { b: 1 } }, { a: { c: 2 } }],
    ["=/a", { a: undefined }, {}],
    ["?/a", { a: 1 }, { a: [2] }],
    ["?/a", { a: undefined }, {}],
    ["#", { a: 1, b: 2 }, { b: 3, a: 4, c: undefined }],
    ["*/a", { a: { b: 1, c: 2 }, d: 1 }, { a: { c: 2, b: 1 } }],
  ];
  for (const [look, one, other] of agree) {
    assertEquals(key(look, one), key(look, other), `${look} of ${JSON.stringify([one, other])}`);
  }
});

Deno.test("traceKey() compares the files that were opened, and their names where they were listed", () => {
  const reads = (names: readonly string[]): Reads => ({ params: [], inputs: { model: names } });
  const of = (names: readonly string[], files: Record<string, string>, coords?: { i: number }) =>
    traceKey(
      digestOf("weak"),
      reads(names),
      {
        params: {},
        inputs: {
          model: [{ digest: digestOf("whole"), ...(coords === undefined ? {} : { coords }) }],
        },
      },
      () => Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digestOf(text)])),
    );
  const files = { a: "1", log: "2" };
  assertEquals(of(["a"], files), of(["a"], { a: "1", other: "3" }));
  assertNotEquals(of(["a"], files), of(["a"], { a: "2" }));
  assertNotEquals(of(["b"], files), of(["b"], { ...files, b: "" }));
  assertEquals(of([""], files), of([""], { a: "5", log: "6" }));
  assertNotEquals(of([""], files), of([""], { a: "1" }));
  assertNotEquals(of(["a"], files, { i: 1 }), of(["a"], files, { i: 2 }));
  const unknown = traceKey(
    digestOf("weak"),
    reads(["a"]),
    { params: {}, inputs: { model: [{ digest: digestOf("whole") }] } },
    () => undefined,
  );
  assert(unknown === undefined);
});
