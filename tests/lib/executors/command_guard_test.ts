import { assert, assertEquals } from "@std/assert";
import { CommandGuard } from "#lib/executors/command_guard.ts";
import type { SpawnOptions, SpawnResult } from "#lib/core/disk.ts";
import { denoSpawn } from "#lib/world/deno_spawn.ts";
import { numProcesses } from "#tests/support/commands.ts";

const isLinux = Deno.build.os === "linux";

/** A clock that goes on when it is told, and a helper whose listings are made up. */
class Stage {
  now = 0;
  /** What `cat` shows, and what looking costs the helper, in ticks of 10 ms. */
  stats: string[] = [];
  costTicks = 0;
  numLooks = 0;
  notes: string[] = [];
  #timers: { at: number; go: () => void }[] = [];
  #helperTicks = 0;

  readonly clock = {
    now: () => this.now,
    monotonic: () => this.now,
    after: (ms: number, go: () => void) => {
      const timer = { at: this.now + ms, go };
      this.#timers.push(timer);
      return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
    },
  };

  readonly spawn = {
    run: async (_command: readonly string[], options: SpawnOptions): Promise<SpawnResult> => {
      const say = (text: string) => options.output!(new TextEncoder().encode(text));
      options.started!({ id: 99, kill: () => {} });
      say("100 4096\n");
      const lines = options.input!.pipeThrough(
        new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
      );
      for await (const line of lines) {
        const [what, number, ...rest] = line.trim().split(" ");
        if (what === "note") this.notes.push(rest.join(" "));
        if (what === "list") {
          this.numLooks++;
          this.#helperTicks += this.costTicks;
          say(
            [...this.stats, stat(99, 1, 99, this.#helperTicks), "", `= ${number}`, ""].join("\n"),
          );
        }
        if (what === "share") say(rest.map(() => "Pss: 1000 kB\n").join("") + `= ${number}\n`);
      }
      return {
        code: 0,
        signal: null,
        stdout: new Uint8Array(),
        stderr: new Uint8Array(),
        held: false,
      };
    },
  };

  async goOn(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve));
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.now = Math.max(this.now, due.at);
      due.go();
    }
    this.now = end;
  }
}

function stat(id: number, parent: number, group: number, ticks: number, pages = 0): string {
  return `${id} (a) b) S ${parent} ${group} 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${id} 0 ${pages} 0`;
}

function watched(id: number, memory?: number) {
  const seen = { killed: 0, bytes: 0 };
  const process = { id, kill: () => void seen.killed++ };
  return { ...seen, seen, process, memory, tooMuch: (bytes: number) => void (seen.bytes = bytes) };
}

Deno.test("CommandGuard adds up a group, its children, and those that left it", async () => {
  const stage = new Stage();
  await using guard = new CommandGuard(stage);
  const watch = guard.watch(watched(7));
  const other = guard.watch(watched(8));
  stage.stats = [stat(7, 1, 7, 100, 10), stat(20, 7, 20, 50, 5), stat(21, 20, 21, 1, 1)];
  await stage.goOn(60);
  assertEquals(watch.usage, { cpu_seconds: 1.51, peak_rss: 16 * 4096 });
  assert(watch.hasEscaped);
  assertEquals(other.usage, undefined);
  // Its parent is gone and another one has taken it, but it is known; memory shrinks, the peak stays.
  stage.stats = [stat(7, 1, 7, 200, 1), stat(21, 1, 21, 2, 1), "", "half a line) b"];
  await stage.goOn(200);
  assertEquals(watch.usage, { cpu_seconds: 2.02, peak_rss: 16 * 4096 });
  watch.end();
  other.end();
  await stage.goOn(10);
  assertEquals(stage.notes.at(-1), "");
});

Deno.test("CommandGuard never looks at commands that end soon", async () => {
  const stage = new Stage();
  await using guard = new CommandGuard(stage);
  for (let i = 0; i < 100; i++) {
    const watch = guard.watch(watched(i + 1));
    await stage.goOn(40);
    watch.end();
  }
  assertEquals(stage.numLooks, 0);
});

Deno.test("CommandGuard kills a group over its limit once shared memory is shared out", async () => {
  const stage = new Stage();
  await using guard = new CommandGuard(stage);
  const group = watched(7, 1_500_000);
  const watch = guard.watch(group);
  // Two processes that seem to have 4 MB each, of which each has a share of 1000 kB.
  stage.stats = [stat(7, 1, 7, 0, 1000)];
  await stage.goOn(60);
  assertEquals(group.seen, { killed: 0, bytes: 0 });
  stage.stats = [stat(7, 1, 7, 0, 1000), stat(8, 7, 7, 0, 1000)];
  await stage.goOn(300);
  assertEquals(group.seen, { killed: 1, bytes: 2_048_000 });
  watch.end();
});

Deno.test("CommandGuard spends less than 1 % of a core, however dear looking is", async () => {
  for (const costTicks of [0, 1, 20]) {
    const stage = new Stage();
    stage.costTicks = costTicks;
    await using guard = new CommandGuard(stage);
    const watch = guard.watch(watched(7, 1e9));
    await stage.goOn(200_000);
    // What may be saved up, and one look that turns out dearer than thought.
    const most = 0.005 * 200_000 + 30 + 10 * costTicks;
    assert(stage.numLooks * 10 * costTicks <= most, `${stage.numLooks} looks`);
    assert(stage.numLooks >= (costTicks === 0 ? 790 : costTicks === 1 ? 90 : 4));
    watch.end();
  }
});

Deno.test({
  name: "CommandGuard ends all commands when this process is killed",
  ignore: !isLinux,
  fn: async () => {
    const tag = `7${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const work = await Deno.makeTempDir();
    const program = `
      import { CommandExecutor } from "#lib/executors/command.ts";
      import { denoWorld } from "#lib/world/deno_world.ts";
      const work = "${work}";
      const executor = new CommandExecutor({ slots: 1, work, world: denoWorld(), env: () => undefined });
      const command = { line: "sleep ${tag} & sleep ${tag}", outputs: {}, inputPaths: {} };
      const job = { command, params: {}, inputs: {}, env: {}, grant: { cpu: 1, slots: {} } };
      executor.execute(job, { signal: new AbortController().signal });
      setTimeout(() => console.log("looked at"), 500);
    `;
    const root = new URL("../../../", import.meta.url);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--ext=ts", program],
      cwd: root,
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await reader.read();
    assert(await numProcesses(tag) > 0);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    for (let i = 0; i < 100 && await numProcesses(`sleep ${tag}`) > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(await numProcesses(`sleep ${tag}`), 0);
    await Deno.remove(work, { recursive: true });
  },
});

Deno.test({
  name: "CommandGuard finds processes by a mark in their environment",
  ignore: !isLinux,
  fn: async () => {
    const mark = `MARK=${crypto.randomUUID()}`;
    await using guard = new CommandGuard({ spawn: denoSpawn(), clock: new Stage().clock });
    const [name, value] = mark.split("=");
    const marked = new Deno.Command("sleep", { args: ["1000"], env: { [name]: value } }).spawn();
    assertEquals(await guard.killMarked(mark), 1);
    assertEquals((await marked.status).signal, "SIGKILL");
  },
});
