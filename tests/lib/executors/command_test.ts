import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { StageFailure } from "#lib/core/executor.ts";
import {
  failure,
  inputFile,
  listing,
  numProcesses,
  output,
  outputText,
  withCommands,
} from "#tests/support/commands.ts";

const isLinux = Deno.build.os === "linux";

Deno.test("CommandExecutor runs texts with the shell and lists without", () =>
  withCommands(async ({ run }) => {
    const outputs = { a: output("out/a") };
    assertEquals(outputText(await run("echo $((1 + 1)) > out/a", { outputs }), "a"), "2\n");
    const list = ["cp", "in/$(id) 'x", "out/a"];
    const inputs = { x: [inputFile("bytes")] };
    const ran = await run(list, { outputs, inputs, inputPaths: { x: "in/$(id) 'x" } });
    assertEquals(outputText(ran, "a"), "bytes");
  }));

Deno.test("CommandExecutor lays out params, files, artifacts and lists", () =>
  withCommands(async ({ run }) => {
    const table = {
      kind: "table",
      files: {
        "table.tsv": new TextEncoder().encode("x\n1\n"),
        "weights/1/w.npy": new Uint8Array(3),
      },
      coords: { seed: 3 },
    };
    const ran = await run("find . -type f | sort > /dev/fd/1; cat in/many/index.json params.json", {
      inputs: {
        script: [inputFile("x")],
        data: [table],
        many: Array.from({ length: 11 }, () => table),
        one: [inputFile("1")],
        none: [],
      },
      inputPaths: {
        script: "in/script.py",
        data: "in/data",
        many: "in/many",
        one: "in/one",
        none: "in/none",
      },
      lists: ["one"],
      params: { b: 0.1, a: [null, NaN] },
    }, { log: (bytes) => void (log += new TextDecoder().decode(bytes)) });
    assert(ran.ok);
    for (
      const line of [
        "./in/script.py\n",
        "./in/data/table.tsv\n",
        "./in/data/weights/1/w.npy\n",
        "./in/many/00/table.tsv\n",
        "./in/many/10/weights/1/w.npy\n",
        "./in/one/0\n",
        "./in/one/index.json\n",
        "./in/none/index.json\n",
        `{"coords":{"seed":3},"kind":"table","path":"10"}]\n`,
        `"b":0.1}\n`,
      ]
    ) assertStringIncludes(log, line);
  }));

let log = "";

Deno.test("CommandExecutor hands over an exact environment", () =>
  withCommands(async ({ run, folder }) => {
    let text = "";
    const take = { log: (bytes: Uint8Array) => void (text += new TextDecoder().decode(bytes)) };
    await run(["env"], {
      env: { SEED: "1", LANG: "de_DE.UTF-8", TMPDIR: "/tmp" },
      grant: { cpu: 2, memory: 1e9, slots: { gpu: [1, 3], licence: [] } },
    }, take);
    const work = new RegExp(`^${folder}/work/run-1-[0-9a-f]{8}$`);
    const found = Object.fromEntries(text.trim().split("\n").map((line) => line.split(/=(.*)/)));
    assertMatch(found.TMPDIR, work);
    assertMatch(found.HOME, work);
    assertEquals({ ...found, TMPDIR: "", HOME: "" }, {
      PATH: Deno.env.get("PATH"),
      HOME: "",
      TMPDIR: "",
      LANG: "de_DE.UTF-8",
      SEED: "1",
      BASIN_CPUS: "2",
      BASIN_MEMORY: "1000000000",
      BASIN_SLOT_GPU: "1,3",
      BASIN_SLOT_LICENCE: "",
      CUDA_VISIBLE_DEVICES: "1,3",
    });
    text = "";
    await run(["env"], {}, take);
    assertMatch(text, /^CUDA_VISIBLE_DEVICES=$/m);
  }));

Deno.test("CommandExecutor gives the log as it comes, both streams", () =>
  withCommands(async ({ run }) => {
    let text = "";
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = run("echo one; echo two >&2; while [ ! -e out/go ]; do sleep 0.01; done", {}, {
      log: (bytes) => {
        text += new TextDecoder().decode(bytes);
        if (text.includes("one") && text.includes("two")) resolve();
      },
      signal: stop.signal,
    });
    await promise; // before it ends
    stop.abort("enough");
    assertEquals(failure(await running), { reason: "cancelled", message: "enough" });
  }));

const stop = new AbortController();

/** Lines that fail, and how. */
const failures: readonly { line: string | string[]; is: Partial<StageFailure>; says: RegExp }[] = [
  {
    line: "echo out; echo 'no such parameter' >&2; exit 3",
    is: { reason: "exited", code: 3 },
    says: /^exited with code 3; the last lines it printed:\n(.*\n)? {2}no such parameter(\n|$)/,
  },
  { line: "exit 1", is: { reason: "exited", code: 1 }, says: /; it printed nothing$/ },
  {
    line: "printf '\\033[31m10%%\\r20%%\\r30%%\\033[0m\\nwrong\\n'; false",
    is: { reason: "exited", code: 1 },
    says: /:\n {2}30%\n {2}wrong$/,
  },
  { line: "kill -TERM $$", is: { reason: "killed", signal: "SIGTERM" }, says: /signal SIGTERM/ },
  {
    line: "kill -KILL $$",
    is: { reason: "killed", signal: "SIGKILL" },
    says: /as the system does when memory runs out/,
  },
  { line: "no-such-program-x", is: { reason: "exited", code: 127 }, says: /no such program/ },
  { line: ["no-such-program-x"], is: { reason: "exited", code: 127 }, says: /no-such-program-x/ },
  {
    line: "sh -c 'kill -KILL $$'; exit $?",
    is: { reason: "exited", code: 137 },
    says: /ended by SIGKILL/,
  },
];

for (const { line, is, says } of failures) {
  Deno.test(`CommandExecutor tells how \`${line}\` failed`, () =>
    withCommands(async ({ run }) => {
      const found = failure(await run(line, { outputs: { a: output("out/a") } }));
      const { message, ...rest } = found;
      assertEquals(rest, is as typeof rest);
      assertMatch(message, says);
    }));
}

Deno.test("CommandExecutor gives nothing of a command that failed, however much it wrote", () =>
  withCommands(async ({ run }) => {
    const ran = await run("echo whole > out/a; exit 1", { outputs: { a: output("out/a") } });
    assertEquals(failure(ran).reason, "exited");
    assert(!("value" in ran));
  }));

/** What programs print when a GPU is gone, and whether one was granted. */
const losses: readonly [string, boolean, StageFailure["reason"]][] = [
  ["RuntimeError: CUDA error: all CUDA-capable devices are busy or unavailable", true, "exited"],
  ["CUDA error: CUDA-capable device(s) is/are busy or unavailable", true, "device-lost"],
  ["Unable to determine the device handle for GPU 0000:65:00.0: GPU is lost.", true, "device-lost"],
  ["NVRM: Xid (PCI:0000:65:00): 79, GPU has fallen off the bus.", true, "device-lost"],
  ["CUDA error: uncorrectable ECC error encountered", true, "device-lost"],
  ["wgpu error: Validation Error: Device lost", true, "device-lost"],
  ["VkResult: VK_ERROR_DEVICE_LOST", true, "device-lost"],
  ["HW Exception by GPU node-1 reason: GPU Hang", true, "device-lost"],
  ["RuntimeError: No CUDA GPUs are available", true, "device-lost"],
  ["RuntimeError: No CUDA GPUs are available", false, "exited"],
  ["CUDA error: out of memory", true, "exited"],
  ["CUDA error: an illegal memory access was encountered", true, "exited"],
];

Deno.test("CommandExecutor knows a lost GPU from an error of the program", () =>
  withCommands(async ({ run }) => {
    for (const [text, hasGpu, reason] of losses) {
      const grant = { cpu: 1, slots: hasGpu ? { gpu: [0] } : {} };
      const found = failure(await run(["sh", "-c", 'echo "$0" >&2; exit 1', text], { grant }));
      assertEquals(found.reason, reason, text);
      assertStringIncludes(found.message, text);
      if (!hasGpu) assertStringIncludes(found.message, "gpu: 1");
    }
    const well = await run("echo 'GPU is lost'"); // it ended well
    assert(well.ok);
  }));

Deno.test({
  name: "CommandExecutor ends a command that exceeds its memory, and names limit and peak",
  ignore: !isLinux,
  fn: () =>
    withCommands(async ({ run }) => {
      // The memory lies in a child of the command.
      const line = `(x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; sleep 0.01; done) & wait`;
      const found = failure(await run(line, { grant: { cpu: 1, memory: 30e6, slots: {} } }));
      assertEquals(found.reason, "out-of-memory");
      const [, peak, limit] = /^used (\d+) MB of memory, more than its limit of (\d+) MB/
        .exec(found.message)!;
      assertEquals(limit, "30");
      assert(Number(peak) > 30);
    }),
});

Deno.test({
  name: "CommandExecutor measures processor time and memory of all processes of a command",
  ignore: !isLinux,
  fn: () =>
    withCommands(async ({ run }) => {
      const burn = "i=0; while [ $i -lt 400000 ]; do i=$((i + 1)); done";
      const ran = await run(`(${burn}) & (${burn}) & wait`);
      assert(ran.ok && ran.value.usage !== undefined);
      assert(ran.value.usage.cpu_seconds > 0);
      assert(ran.value.usage.peak_rss! > 100_000);
    }),
});

Deno.test("CommandExecutor stops stubborn commands and leaves no process, in the group or out of it", () =>
  withCommands(async ({ run }) => {
    const tag = `9${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const stubborn = `trap '' TERM INT HUP
      (trap '' TERM; sleep ${tag}) &
      sh -c 'trap "" TERM; sh -c "sleep ${tag}; :"; :' &
      setsid sh -c 'trap "" TERM; sleep ${tag}; :' &
      echo started; while :; do sleep ${tag}; done`;
    const control = new AbortController();
    const running = run(stubborn, {}, {
      signal: control.signal,
      log: () => setTimeout(() => control.abort("interrupted"), 100),
    });
    assertEquals(failure(await running), { reason: "cancelled", message: "interrupted" });
    assertEquals(await numProcesses(tag), 0);
  }));

Deno.test("CommandExecutor lets a command that is stopped end by itself within its grace", () =>
  withCommands(async ({ run }) => {
    const control = new AbortController();
    let text = "";
    const line = "trap 'echo saved; exit 0' TERM; echo started; while :; do sleep 0.02; done";
    const ran = await run(line, {}, {
      graceMs: 30_000,
      signal: control.signal,
      log: (bytes) => {
        text += new TextDecoder().decode(bytes);
        if (text === "started\n") control.abort("timed out");
      },
    });
    assertEquals(failure(ran).reason, "cancelled");
    // In between, the shell may say that its `sleep` was stopped with it.
    assert(text.startsWith("started\n") && text.endsWith("saved\n"), text);
  }));

Deno.test("CommandExecutor ends what a command leaves in the background before it reads", () =>
  withCommands(async ({ run }) => {
    const tag = `8${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const outputs = { a: output("out/a") };
    const line = `echo a > out/a; (while :; do echo b >> out/a; done) & sleep ${tag} & `;
    const ran = await run(line, { outputs });
    assertMatch(outputText(ran, "a"), /^a\n(b\n)*b?$/);
    assertEquals(await numProcesses(tag), 0);
    // It left the group but holds the output open, and dies all the same.
    const held = await run(`setsid sleep ${tag} & echo a > out/a`, { outputs });
    assertEquals(outputText(held, "a"), "a\n");
    assertEquals(await numProcesses(tag), 0);
  }));

Deno.test("CommandExecutor removes every folder, whatever is in it", () =>
  withCommands(async ({ run, folder, executor }) => {
    await Deno.mkdir(`${folder}/outside/deep`, { recursive: true });
    await Deno.writeTextFile(`${folder}/outside/deep/file`, "kept");
    await run(`ln -s ${folder}/outside link; ln -s ${folder}/outside out/link
      mkdir -p a/b/c; chmod 0 a/b; mkfifo pipe; exit 1`);
    await executor[Symbol.asyncDispose]();
    assertEquals(listing(`${folder}/work`), []);
    assertEquals(listing(`${folder}/outside`), [
      `${folder}/outside/deep/`,
      `${folder}/outside/deep/file: kept`,
    ]);
  }));

Deno.test("CommandExecutor clears what dead sessions left, and nothing else", () =>
  withCommands(async ({ run, folder }) => {
    const work = `${folder}/work`;
    await Deno.mkdir(`${work}/abc-1-dead0000/out`, { recursive: true });
    await Deno.mkdir(`${work}/abc-1-live0000/out`, { recursive: true });
    await Deno.writeTextFile(`${work}/dead0000.lock`, "");
    using live = await Deno.open(`${work}/live0000.lock`, { write: true, create: true });
    await live.lock(true);
    // A lock counts per process, so somebody else has to hold it.
    live.unlockSync();
    const script = "exec 9>live0000.lock; flock 9 && echo held && cat";
    const holder = new Deno.Command("/bin/sh", {
      args: ["-c", script],
      cwd: work,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = holder.stdout.getReader();
    await reader.read();
    await run("true");
    const names = Array.from(Deno.readDirSync(work), ({ name }) => name);
    assert(names.includes("abc-1-live0000") && !names.includes("abc-1-dead0000"), `${names}`);
    await holder.stdin.close();
    await reader.cancel();
    await holder.status;
  }));

Deno.test("CommandExecutor tells of a folder that cannot be made", () =>
  withCommands(async ({ run, folder }) => {
    await Deno.writeTextFile(`${folder}/work`, "in the way");
    const found = failure(await run("true"));
    assertEquals(found.reason, "crashed");
    assertMatch(found.message, /folder.*create.*work: (EEXIST|ENOTDIR)/);
  }));

Deno.test("CommandExecutor refuses inputs whose files would lie outside its folder", () =>
  withCommands(async ({ run, folder }) => {
    const before = listing(folder, [`${folder}/work`]);
    for (const name of ["../../../x", "/x", "a/../../../x", "", "a\nb"]) {
      const files = { [name]: new Uint8Array(1) };
      const inputs = { data: [{ kind: "table", files, coords: {} }] };
      const found = failure(await run("true", { inputs, inputPaths: { data: "in/data" } }));
      assertMatch(found.message, /an input would be written to/, name);
    }
    assertEquals(listing(folder, [`${folder}/work`]), before);
  }));
