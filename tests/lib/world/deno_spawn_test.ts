import { assert, assertEquals, assertRejects } from "@std/assert";
import { SpawnError, type SpawnOptions } from "#lib/core/disk.ts";
import { denoSpawn } from "#lib/world/deno_spawn.ts";
import { numProcesses } from "#tests/support/commands.ts";

const decoder = new TextDecoder();
const env = { PATH: Deno.env.get("PATH")! };

function run(line: string, options: Partial<SpawnOptions> = {}) {
  const signal = new AbortController().signal;
  return denoSpawn().run(["/bin/sh", "-c", line], { cwd: "/", env, signal, ...options });
}

Deno.test("denoSpawn() gives output, code and signal", async () => {
  const ended = await run("echo out; echo err >&2; exit 3");
  assertEquals([decoder.decode(ended.stdout), decoder.decode(ended.stderr)], ["out\n", "err\n"]);
  assertEquals([ended.code, ended.signal, ended.held], [3, null, false]);
  assertEquals((await run("kill -HUP $$", { group: true })).signal, "SIGHUP");
});

Deno.test("denoSpawn() hands over nothing but the given environment, LD_LIBRARY_PATH too", async () => {
  const given = { ...env, LD_LIBRARY_PATH: "/nowhere" };
  const { stdout } = await run("env | sort", { env: given, group: true });
  const names = decoder.decode(stdout).split("\n").map((line) => line.split("=")[0]);
  assertEquals(names.filter((name) => !["", "PWD", "_", "SHLVL", "OLDPWD"].includes(name)), [
    "LD_LIBRARY_PATH",
    "PATH",
  ]);
});

Deno.test("denoSpawn() gives large output whole, in pieces or at once", async () => {
  const line = "head -c 3000000 /dev/zero";
  assertEquals((await run(line)).stdout.length, 3_000_000);
  let length = 0;
  const { stdout } = await run(line, { output: (bytes) => void (length += bytes.length) });
  assertEquals([stdout.length, length], [0, 3_000_000]);
});

Deno.test("denoSpawn() lets a process read", async () => {
  const input = ReadableStream.from([
    new TextEncoder().encode("abc"),
    new TextEncoder().encode("d"),
  ]);
  assertEquals(decoder.decode((await run("cat", { input })).stdout), "abcd");
});

Deno.test("denoSpawn() makes a group, and leaves nobody in it", async () => {
  const tag = `6${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  let id = 0;
  const { stdout } = await run(`sleep ${tag} & ps -o pgid= -p $$ 2>/dev/null || echo $$`, {
    group: true,
    started: (process) => void (id = process.id),
  });
  assertEquals(Number(decoder.decode(stdout)), id);
  assertEquals(await numProcesses(tag), 0);
});

Deno.test("denoSpawn() stops a group at once if it is aborted at once", async () => {
  const control = new AbortController();
  const running = run("sleep 1000; sleep 1000", {
    group: true,
    signal: control.signal,
    graceMs: 0,
    started: () => control.abort(),
  });
  const { signal, code } = await running;
  assert(signal === "SIGTERM" || signal === "SIGKILL" || code !== 0);
  await assertRejects(() => run("true", { signal: control.signal }));
});

Deno.test({
  name: "denoSpawn() does not wait for output that somebody else holds open",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const hasLeft = `[ "$(cut -d ' ' -f 5 /proc/$p/stat)" = $p ]`;
    const line = `setsid sleep 1000 & p=$!; until ${hasLeft}; do :; done; echo $p`;
    const { held, stdout } = await run(line, { group: true });
    Deno.kill(Number(decoder.decode(stdout)), "SIGKILL");
    assert(held);
  },
});

Deno.test("denoSpawn() throws if a program cannot be started", async () => {
  const signal = new AbortController().signal;
  const error = await assertRejects(
    () => denoSpawn().run(["/no/such/program"], { cwd: "/", env, signal }),
    SpawnError,
  );
  assertEquals([error.program, error.errno], ["/no/such/program", "ENOENT"]);
});
