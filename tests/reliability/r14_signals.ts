// R14: a run is asked to stop, at random times and in every way: once, twice, by a terminal that is gone, by a reader that
// has gone; also while it waits for programs that will not listen and that have children. It ends with the code of the
// signal, leaves no process and nothing torn, and is taken up again.

import { readResults } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { type Ended, makeRoom, type Room, type Running, stagesOf } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const numStages = 80;
const flow = ["run", "flow.yaml", "--jobs", "2", "--json"];
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const signals = Object.keys(codes) as (keyof typeof codes)[];

/** A program that will not listen, with a child that will not either, and a grandchild that has left the group. */
const stubborn = `name: stubborn
axes: { i: [0, 1, 2, 3] }
stages:
  deaf:
    over: [i]
    run: |
      trap '' TERM INT HUP
      sh -c 'trap "" TERM INT HUP; sleep 3000; sleep 3000' &
      setsid sh -c 'trap "" TERM INT HUP; sleep 3000; sleep 3000' escaped &
      sleep 3000; sleep 3000; sleep 3000
      echo \${{ i }} > \${{ outputs.never }}
    outputs: { never: file }
`;

export const r14: Trial = {
  id: "R14",
  title: "signals",
  needs: ["namespaces"],
  cores: 2,
  limitSeconds: 300,
  async run(at: Attempt) {
    const room = await makeRoom(`${at.folder}/room`, {
      ...stages({ numStages, work: 2_000_000 }),
      "stubborn.yaml": stubborn,
    });
    const before = await processes();
    const calm = await room.basin([...flow, "--results", "results/calm"]);
    same(calm.code, 0, "the undisturbed run");
    const { digest } = await readResults(room.path("results/calm/store"));
    const told = new Set<string>();
    let store = 0;
    const results = () => `results/${store}`;
    const settled = async (ended: Ended) => {
      const found = await readResults(room.path(`${results()}/store`));
      none([...found.torn, ...found.damaged], "results torn");
      none(stagesOf(ended.events).started.filter((stage) => told.has(stage)), "stages run again");
      for (const stage of stagesOf(ended.events).ran) told.add(stage);
      none(await left(before), "processes left");
    };
    const finish = async () => {
      const resumed = await room.basin([...flow, "--results", results()]);
      same([resumed.code, resumed.stderr], [0, ""], "the resumed run");
      await settled(resumed);
      const found = await readResults(room.path(`${results()}/store`));
      same(found.digest, digest, "the outputs are not those of the undisturbed run");
      at.count("resumed, identical");
      told.clear();
      store++;
    };

    for (let i = 0; i < at.size(20, 200); i++) {
      const args = [...flow, "--results", results()];
      if (i % 5 === 4) {
        const under = ["bash", "-c", 'set -o pipefail; "$@" | head -n "$0" >/dev/null'];
        const ended = await room.basin(args, { under: [...under, String(1 + at.draw(60))] });
        holds([0, 141].includes(ended.code), `exit code ${ended.code}: ${ended.stderr}`);
        same(ended.stderr, "", "what a run says whose reader has gone");
        none(await left(before), "processes left");
        const found = await readResults(room.path(`${results()}/store`));
        none([...found.torn, ...found.damaged], "results torn");
        for (const { provenance } of found.whole.values()) told.add(provenance.stage);
        at.count("readers gone");
      } else {
        const signal = signals[at.draw(3)];
        const running = room.start(args);
        await pause(at.draw(Math.ceil(calm.seconds * 1000)));
        const ended = await stop(at, running, signal, i % 5 === 3);
        await settled(ended);
        if (ended.code === 0) at.count("runs that were done before");
      }
      if (i % 5 === 4) await finish();
    }
    await stubbornRuns(at, room, before);
    at.count("processes left", 0);
  },
};

/** Sends a signal, or two, and waits for the end. */
async function stop(
  at: Attempt,
  running: Running,
  signal: keyof typeof codes,
  twice: boolean,
): Promise<Ended> {
  const asked = performance.now();
  running.kill(signal);
  if (twice) {
    await pause(at.draw(30));
    running.kill(signal);
  }
  const ended = await running.ended;
  const seconds = (performance.now() - asked) / 1000;
  at.slowest(`from a signal to the end`, seconds, 2);
  at.count(twice ? `${signal} twice` : signal);
  // Before Basin listens, a signal ends the process as it ends any other.
  const right = ended.code === 0 || ended.code === codes[signal] || ended.signal === signal;
  holds(right, `exit code ${ended.code}, ${ended.signal} after ${signal}: ${ended.stderr}`);
  holds(!/^ {4}at /m.test(ended.stderr), `a stack trace: ${ended.stderr}`);
  return ended;
}

async function stubbornRuns(at: Attempt, room: Room, before: ReadonlySet<number>): Promise<void> {
  const args = ["stubborn.yaml", "--jobs", "2", "--json", "--results", "results/stubborn"];
  for (let i = 0; i < at.size(4, 40); i++) {
    const signal = signals[i % 3];
    const running = room.start(args, { task: "run:external" });
    holds(await running.says('"stage-started"', 2), `no stage was started: ${running.said()}`);
    await pause(200 + at.draw(300));
    const asked = performance.now();
    running.kill(signal);
    if (i % 4 === 3) {
      await pause(100);
      running.kill(signal);
    }
    const ended = await running.ended;
    at.slowest("the same with stubborn programs", (performance.now() - asked) / 1000);
    same(ended.code, codes[signal], `exit code with stubborn programs; it said: ${ended.stderr}`);
    // After a second signal nobody waits: a helper ends what is left of the groups a moment later. What has left its
    // group and its parent need not be found.
    let all = await left(before);
    for (let wait = 0; wait < 100 && all.some(({ detached }) => !detached); wait++) {
      await pause(100);
      all = await left(before);
    }
    const strays = all.filter(({ detached }) => detached);
    none(all.filter(({ detached }) => !detached), "processes left");
    if (strays.length > 0) at.count("processes that had left their group", strays.length);
    for (const { pid } of strays) Deno.kill(pid, "SIGKILL");
    at.count("runs of stubborn programs stopped");
    await pause(50);
  }
  none(
    (await readResults(room.path("results/stubborn/store"))).whole.keys(),
    "results of stopped programs",
  );
}

interface Process {
  readonly pid: number;
  readonly name: string;
  /** In the session that the grandchild began. */
  readonly detached: boolean;
}

/** What runs now and did not run before, the dead left out. */
async function left(before: ReadonlySet<number>): Promise<readonly Process[]> {
  const found: Process[] = [];
  for (const pid of await processes()) {
    if (before.has(pid)) continue;
    try {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
      const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue;
      const [words, leader] = await Promise.all([pid, session].map(wordsOf));
      found.push({ pid, name: words, detached: leader.includes("escaped") });
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

async function wordsOf(pid: number | string): Promise<string> {
  const text = await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "");
  return text.replaceAll("\0", " ");
}

async function processes(): Promise<ReadonlySet<number>> {
  const pids = new Set<number>();
  for await (const { name } of Deno.readDir("/proc")) {
    if (/^\d+$/.test(name)) pids.add(Number(name));
  }
  return pids;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
