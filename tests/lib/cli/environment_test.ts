import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { environmentOf, lockedPackages, relativeTo, withoutPaths } from "#lib/cli/environment.ts";
import { digestOf } from "#lib/core/digest.ts";

const root = new URL("../../../", import.meta.url).pathname.replace(/\/$/, "");

function environment(parts: Partial<Parameters<typeof environmentOf>[0]> = {}) {
  return environmentOf({
    terminal: { root, cwd: root },
    graph: { file: "workflows/smoke.yaml", profile: "smoke", stages: [], members: [] },
    engine: null,
    args: ["workflows/smoke.yaml", "seed=1"],
    sets: ["rate=2"],
    command: "deno task run workflows/smoke.yaml seed=1",
    jobs: 3,
    ...parts,
  });
}

Deno.test("environmentOf() tells versions, packages with their digests, and what was asked for", async () => {
  const found = environment();
  assertEquals(found.deno, Deno.version.deno);
  assertEquals([found.workflow, found.profile, found.jobs], ["workflows/smoke.yaml", "smoke", 3]);
  assertEquals(found.overrides, ["seed=1", "rate=2"]);
  const lock = await Deno.readTextFile(join(root, "deno.lock"));
  assertEquals(found.lock, digestOf(lock));
  // Every package of deno.json is there, as a direct one.
  const { imports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const direct = new Set(
    found.packages.filter((one) => one.direct).map(({ name, version }) => `${name}@${version}`),
  );
  for (const specifier of Object.values<string>(imports)) {
    const id = /^npm:@?[^@]+@[^/]+/.exec(specifier)?.[0];
    if (id !== undefined) assert(direct.has(id), id);
  }
  assert(found.packages.every(({ integrity }) => integrity?.startsWith("sha512-")));
  assertEquals("engine" in found, false);
});

Deno.test("environmentOf() tells of the engine what is known", () => {
  const engine = {
    name: "webgpu",
    numerics: "webgpu-f32/apple-m2",
    policy: "auto",
    about: { adapter: "Apple M2", backend: "metal", software: false, limits: { maxBufferSize: 4 } },
  } as const;
  assertEquals(environment({ engine }).engine, {
    name: "webgpu",
    numerics: "webgpu-f32/apple-m2",
    policy: "auto",
    adapter: "Apple M2",
    vendor: "apple",
    backend: "metal",
    software: false,
    limits: { maxBufferSize: 4 },
  });
});

Deno.test("environmentOf() names no folder outside of the project", async () => {
  const folder = await Deno.makeTempDir();
  const file = join(folder, "mine.yaml");
  await Deno.writeTextFile(file, "");
  const text = JSON.stringify(environment({
    graph: { file, profile: null, stages: [], members: [] },
    args: [file, `data=${folder}/x.npy`],
    sets: [],
    command: `deno task run ${file} 'data=${folder}/x.npy'`,
  }));
  assert(!text.includes(folder) && !text.includes(root), text);
  assert(text.includes('"command":"deno task run …/mine.yaml \'data=…/x.npy\'"'), text);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("withoutPaths() leaves of a path its name, and other texts as they are", () => {
  const cases: readonly (readonly [text: string, hidden: string])[] = [
    ["a/b and 1/2 and http://x.org/a/b", "a/b and 1/2 and http://x.org/a/b"],
    ["/p/tasks/a.ts:3:4", "tasks/a.ts:3:4"],
    ["at file:///p/tasks/a.ts", "at tasks/a.ts"],
    ["at file:///home/me/a.ts:1", "at …/a.ts:1"],
    ['"/Users/me/x y"', '"…/x y"'],
    ["read /home/me", "read …"],
    ["[/home/me/a, /home/me/b]", "[…/a, …/b]"],
    ["C:\\Users\\me\\a.txt", "…/a.txt"],
    ["\\alpha / \\beta", "\\alpha / \\beta"],
  ];
  for (const [text, hidden] of cases) assertEquals(withoutPaths(text, "/p"), hidden);
});

Deno.test("relativeTo() names a file outside by its name alone", () => {
  assertEquals(relativeTo("/p", "/p/workflows/a.yaml"), "workflows/a.yaml");
  assertEquals(relativeTo("/p", "/px/a.yaml"), "a.yaml");
});

Deno.test("lockedPackages() is empty for what is no lock file", () => {
  assertEquals(lockedPackages("{"), []);
  assertEquals(lockedPackages("{}"), []);
});
