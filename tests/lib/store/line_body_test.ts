// Bodies whose contents stay where they are until read: equal to a plain parse, whatever params are called.

import { assertEquals } from "@std/assert";
import { canonicalJson } from "#lib/core/canonical.ts";
import { readBody } from "#lib/store/line_body.ts";

function same(body: unknown): void {
  const text = canonicalJson(body);
  const read = readBody(new TextEncoder().encode(text));
  assertEquals(canonicalJson(read), text);
}

const file = (inline?: string) => ({
  digest: "sha256:00",
  size: 3,
  ...(inline === undefined ? {} : { inline }),
});

Deno.test("readBody() gives what a plain parse gives", () => {
  same({ outputs: {} });
  same({
    outputs: { a: { files: { "x.npy": file("AAAA"), "y.json": file(), "é.tsv": file("") } } },
  });
  same({
    action: { params: { text: 'say "inline":"x"', "ünï": [1, { inline: 2 }] } },
    outputs: { a: { files: { x: file("AAAA") } }, b: { files: { x: file("BBBB") } } },
  });
});

Deno.test("readBody() is not misled by params that look like files", () => {
  const files = { x: file("AAAA") };
  same({ action: { params: { inline: "CCCC" } }, outputs: { a: { files } } });
  same({ action: { params: { inline: "#0" } }, outputs: { a: { files } } });
  same({
    action: { params: { outputs: { a: { files: { x: file("DDDD") } } } } },
    outputs: { a: { files } },
  });
  same({ action: { params: { inline: "CCCC" } }, outputs: {} });
});

Deno.test("readBody() keeps contents that are told from absence without reading them", () => {
  const text = canonicalJson({ outputs: { a: { files: { x: file("AAAA"), y: file() } } } });
  // deno-lint-ignore no-explicit-any
  const { x, y } = (readBody(new TextEncoder().encode(text)) as any).outputs.a.files;
  assertEquals(["inline" in x, "inline" in y], [true, false]);
});
