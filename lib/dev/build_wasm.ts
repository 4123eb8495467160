// `deno task wasm`: compiles every module of `lib/wasm/assembly` to `lib/wasm`, names given to build only those;
// `--check` writes nothing and fails if one is stale. The bytes follow from the sources and the compiler's version
// alone. What modules may be like stands in lib/wasm/README.md.

import { main as asc } from "assemblyscript/asc";
import { fromFileUrl, join } from "@std/path";
import { isSame, readIfThere } from "./generated_files.ts";
import { stripCustomSections, wasmSections } from "./wasm_sections.ts";

const sources = "lib/wasm/assembly";
const modules = "lib/wasm";

/** Strict arithmetic: no relaxed SIMD, so that bits do not depend on the processor. */
const options = [
  "--optimizeLevel=3",
  "--shrinkLevel=0",
  "--noAssert",
  "--runtime=stub",
  "--importMemory",
  "--noExportMemory",
  "--enable=simd,threads",
  "--memoryBase=1024",
  "--initialMemory=1",
];
const sharedMemory = ["--sharedMemory", "--maximumMemory=65536"];
const ownMemory: readonly string[] = [];

/** Where the space of helpers begins that place things in the memory (lib/wasm/instance.ts). */
const staticEnd = 65536;

/** Where it stands in a module. */
const dataSection = 11;

if (import.meta.main) {
  const root = fromFileUrl(new URL("../../", import.meta.url));
  const check = Deno.args.includes("--check");
  const only = Deno.args.filter((argument) => !argument.startsWith("--"));
  const stale = await buildWasm(root, { write: !check, only });
  for (const path of stale) console.log(path);
  if (check && stale.length > 0) {
    console.error(
      "error: the files above are not what `deno task wasm` writes. Run it and commit them.",
    );
    Deno.exit(1);
  }
}

/**
 * Brings the modules of a project up to date, or only tells which are not. Files without a source are stale, and
 * deleted.
 *
 * @param root the project's folder
 * @returns the paths of the modules that were stale
 * @throws {Error} with the compiler's words if a source does not compile, or breaks a rule for modules
 */
export async function buildWasm(
  root: string,
  { write, only = [] }: { readonly write: boolean; readonly only?: readonly string[] },
): Promise<readonly string[]> {
  const texts = readSources(join(root, sources));
  const names = [...texts.keys()].filter(isModule);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Error(`there is no ${sources}/${unknown}.ts; modules are: ${names.join(", ")}`);
  }
  const stale: string[] = [];
  for (const name of only.length > 0 ? only : names) {
    const path = `${modules}/${name}.wasm`;
    const bytes = await compile(name, texts);
    if (isSame(readIfThere(join(root, path)), bytes)) continue;
    stale.push(path);
    if (!write) continue;
    Deno.mkdirSync(join(root, path, ".."), { recursive: true });
    Deno.writeFileSync(join(root, path), bytes);
  }
  if (only.length > 0) return stale;
  for (const name of namesBelow(join(root, modules), ".wasm")) {
    if (names.includes(name)) continue;
    stale.push(`${modules}/${name}.wasm`);
    if (write) Deno.removeSync(join(root, modules, `${name}.wasm`));
  }
  return stale;
}

/**
 * Compiles one module.
 *
 * @param name path of its source below the folder of sources, without `.ts`
 * @param texts all sources by such names
 */
export async function compile(
  name: string,
  texts: ReadonlyMap<string, string>,
): Promise<Uint8Array<ArrayBuffer>> {
  const shared = isShared(texts.get(name) ?? "");
  let made: Uint8Array | undefined;
  const { error, stderr } = await asc(
    [`${name}.ts`, "--outFile", "out.wasm", ...options, ...(shared ? sharedMemory : ownMemory)],
    {
      readFile: (path: string) => texts.get(path.replace(/\.ts$/, "")) ?? null,
      writeFile(_path: string, contents: Uint8Array | string) {
        if (typeof contents !== "string") made = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || made === undefined) {
    throw new Error(`${sources}/${name}.ts does not compile:\n${stderr.toString()}`);
  }
  const bytes = stripCustomSections(made);
  const problem = problemOf(bytes, shared);
  if (problem !== undefined) throw new Error(`${sources}/${name}.ts ${problem}`);
  return bytes;
}

function problemOf(bytes: Uint8Array, shared: boolean): string | undefined {
  const sections = wasmSections(bytes);
  if (shared && sections.some(({ id }) => id === dataSection)) {
    return "has static data, which kernels of engines must not: every instance would write it into the shared memory. Write numbers as constants in the code";
  }
  const data = sections.find(({ id }) => id === dataSection)?.size ?? 0;
  if (data > staticEnd - 1024) return `has ${data} bytes of static data; at most 63 KiB fit`;
  const [foreign] = WebAssembly.Module.imports(new WebAssembly.Module(bytes as BufferSource))
    .filter(({ module, name }) => `${module}.${name}` !== "env.memory");
  if (foreign !== undefined) {
    return `imports ${foreign.module}.${foreign.name}; modules import nothing but their memory`;
  }
  return undefined;
}

/** Whether a source says that its module works on the shared memory of an engine. */
function isShared(text: string): boolean {
  return text.startsWith("//! shared\n");
}

/** Files that start with `_` are parts of others. */
function isModule(name: string): boolean {
  return !name.split("/").at(-1)!.startsWith("_");
}

function readSources(folder: string): ReadonlyMap<string, string> {
  const names = namesBelow(folder, ".ts");
  return new Map(names.map((name) => [name, Deno.readTextFileSync(join(folder, `${name}.ts`))]));
}

/** Sorted paths of the files with an ending, relative to the folder and without it. */
function namesBelow(folder: string, ending: string, prefix = ""): readonly string[] {
  const names: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(join(folder, prefix))) {
    if (isDirectory) names.push(...namesBelow(folder, ending, `${prefix}${name}/`));
    else if (name.endsWith(ending)) names.push(prefix + name.slice(0, -ending.length));
  }
  return names.sort();
}
