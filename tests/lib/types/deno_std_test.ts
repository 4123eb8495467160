import * as assertModule from "@std/assert";
import * as colors from "@std/fmt/colors";
import * as path from "@std/path";
import * as text from "@std/text";
import { assert, assertEquals } from "@std/assert";

const loaded: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "@std/assert": assertModule,
  "@std/fmt/colors": colors,
  "@std/path": path,
  "@std/text": text,
};

const declarations = await Deno.readTextFile(
  new URL("../../../lib/types/deno_std.d.ts", import.meta.url),
);
const config = JSON.parse(
  await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
);

/** Module -> name -> kind, as written in the declaration file. */
function declared(): Map<string, Map<string, string>> {
  const modules = new Map<string, Map<string, string>>();
  for (const [, module, body] of declarations.matchAll(/^declare module "(.+?)" \{\n(.*?)^\}/gms)) {
    const names = body.matchAll(/^ {2}export (function|class|const) (\w+)/gm);
    modules.set(module, new Map([...names].map(([, kind, name]) => [name, kind])));
  }
  return modules;
}

Deno.test("deno_std.d.ts declares the modules that deno.json names", () => {
  const named = Object.keys(config.imports).filter((name) => name.startsWith("@std/"));
  assertEquals([...declared().keys()].sort(), named.sort());
  assertEquals(Object.keys(loaded).sort(), named.sort());
});

Deno.test("deno_std.d.ts declares only what exists at run time, of the same kind", () => {
  for (const [module, names] of declared()) {
    assert(names.size > 0, `no export of ${module} was found in the declarations`);
    for (const [name, kind] of names) {
      const value = loaded[module][name];
      const isClass = typeof value === "function" && /^class\b/.test(String(value));
      const found = value === undefined ? "nothing" : isClass ? "class" : typeof value;
      assertEquals(found, kind === "const" ? typeof value : kind, `${name} of ${module}`);
    }
  }
});
