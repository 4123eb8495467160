// What keys of `run:` stages ask of this machine: versions of tools, and variables of the environment. A plain
// `program --version` is run once for each binary; what it printed is remembered in `tools.json` under the binary's path,
// size, time and inode, so that a plan starts no programs as long as nothing is installed anew.

import { jsonBytes, readJson } from "../core/artifact.ts";
import { DiskError, SpawnError, type World } from "../core/disk.ts";
import { err, ok, type Result } from "../core/result.ts";

/** Facts by question. */
export interface CommandFacts {
  /** What a version command prints, trimmed, or one sentence saying why it cannot be told. */
  tool(line: string): Promise<Result<string, string>>;
  /** The value of a variable of the environment. */
  env(name: string): string | undefined;
}

/** What facts are made from. */
export interface FactSources {
  readonly world: World;
  /** Path of `tools.json`. */
  readonly memory: string;
  readonly env: (name: string) => string | undefined;
}

/** A version command that takes longer, in ms, is stopped. */
const patienceMs = 20_000;

/** Longest version that is taken, in characters. */
const maxLength = 4096;

interface Remembered {
  /** Of the binary: path, size, time, inode. */
  readonly binary: string;
  readonly version: string;
}

/**
 * Facts of this machine. Versions that could be told are remembered, failures are not.
 *
 * @example
 * ```ts
 * import { commandFacts } from "#lib/executors/command_facts.ts";
 * import { denoWorld } from "#lib/world/deno_world.ts";
 * import { assertEquals } from "@std/assert";
 * const memory = `${Deno.makeTempDirSync()}/tools.json`;
 * const facts = commandFacts({ world: denoWorld(), memory, env: (name) => Deno.env.get(name) });
 * assertEquals(await facts.tool("echo version 3"), { ok: true, value: "version 3" });
 * ```
 */
export function commandFacts({ world, memory, env }: FactSources): CommandFacts {
  const asked = new Map<string, Promise<Result<string, string>>>();
  let known: Promise<Map<string, Remembered>> | undefined;
  let writing = Promise.resolve();

  const ask = async (line: string): Promise<Result<string, string>> => {
    const binary = binaryOf(line, world, env("PATH"));
    const remembered = await (known ??= recall(world, memory));
    const before = remembered.get(line);
    if (before !== undefined && before.binary === binary) return ok(before.version);
    const version = await run(line, world, env);
    if (version.ok && binary !== undefined) {
      remembered.set(line, { binary, version: version.value });
      await (writing = writing.then(() => remember(world, memory, remembered)));
    }
    return version;
  };
  return {
    env,
    tool(line) {
      let answer = asked.get(line);
      if (answer === undefined) asked.set(line, answer = ask(line));
      return answer;
    },
  };
}

/**
 * Identity of the program whose version a plain `program --version` asks for; `undefined` if the line does anything
 * else, such as asking for the version of a package, or if the program is a script, such as a shim that chooses among
 * several. Then only running it tells.
 */
function binaryOf(line: string, { disk }: World, path = ""): string | undefined {
  const program = /^([\w@%+:,./-]+) +(--version|-version|version|-V|-v)$/.exec(line.trim())?.[1];
  if (program === undefined || (program.includes("/") && !program.startsWith("/"))) {
    return undefined;
  }
  const places = program.startsWith("/")
    ? [program]
    : path.split(":").filter((place) => place.startsWith("/")).map((place) =>
      `${place}/${program}`
    );
  for (const place of places) {
    try {
      const real = Deno.realPathSync(place);
      const stat = disk.stat(real);
      if (!stat?.isFile) continue;
      const [first, second] = disk.readSync(real, { offset: 0, length: 2 });
      const isScript = first === 0x23 && second === 0x21;
      return isScript ? undefined : [place, real, stat.size, stat.mtime, stat.ino].join("\n");
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** Both streams: some programs print their version as an error. */
async function run(
  line: string,
  { spawn }: World,
  env: FactSources["env"],
): Promise<Result<string, string>> {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), patienceMs);
  try {
    const { code, signal, stdout, stderr } = await spawn.run(["/bin/sh", "-c", line], {
      cwd: "/",
      env: {
        PATH: env("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
        HOME: env("HOME") ?? "/",
        LANG: "C.UTF-8",
      },
      signal: control.signal,
      group: true,
      graceMs: 1000,
    });
    const decoder = new TextDecoder();
    const text = `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`.trim();
    if (control.signal.aborted) return err(`'${line}' did not end within ${patienceMs / 1000} s`);
    if (code !== 0) {
      const last = text.split("\n").at(-1);
      return err(`'${line}' ended with ${signal ?? `code ${code}`}${last ? `: ${last}` : ""}`);
    }
    if (text === "") return err(`'${line}' printed nothing; a version command prints the version`);
    if (text.length > maxLength) {
      return err(`'${line}' printed ${text.length} characters; a version has at most ${maxLength}`);
    }
    return ok(text);
  } catch (error) {
    if (error instanceof SpawnError) return err(`'${line}' cannot be started: ${error.message}`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** What is remembered; nothing if the file is absent or damaged. */
async function recall({ disk }: World, path: string): Promise<Map<string, Remembered>> {
  try {
    const { tools } = readJson({ tools: await disk.read(path) }, "tools") as {
      tools: Record<string, Remembered>;
    };
    return new Map(
      Object.entries(tools).filter(([, { binary, version }]) =>
        typeof binary === "string" && typeof version === "string"
      ),
    );
  } catch {
    return new Map();
  }
}

/** Without a place to remember, versions are asked for each time. */
async function remember(
  { disk }: World,
  path: string,
  remembered: ReadonlyMap<string, Remembered>,
): Promise<void> {
  const part = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  try {
    await disk.create(part, jsonBytes({ tools: Object.fromEntries(remembered) }));
    await disk.rename(part, path);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}
