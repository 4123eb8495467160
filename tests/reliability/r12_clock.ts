// R12: three processes on one store whose clocks say other things: a year ahead, hours behind, and jumping. Nothing is
// computed twice, and nothing is different.

import { readResults } from "./check_results.ts";
import { none, same } from "./promise.ts";
import { makeRoom, sh, stagesOf } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const numStages = 200;
const flow = ["run", "flow.yaml", "--jobs", "1", "--json"];

export const r12: Trial = {
  id: "R12",
  title: "clock skew",
  needs: ["faketime"],
  cores: 3,
  limitSeconds: 120,
  async run(at: Attempt) {
    const library = (await sh("ls /usr/lib/*/faketime/libfaketimeMT.so.1")).trim();
    const room = await makeRoom(`${at.folder}/room`, stages({ numStages, work: 1_000_000 }));
    const calm = await room.basin([...flow, "--results", "results/calm"]);
    same(calm.code, 0, "the undisturbed run");
    const { digest } = await readResults(room.path("results/calm/store"));
    const jumping = room.path("time");
    await Deno.writeTextFile(jumping, "+0");
    const skewed = (setting: Readonly<Record<string, string>>) => ({
      env: { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: "1", ...setting },
    });
    for (let round = 0; round < at.size(2, 20); round++) {
      await Deno.remove(room.path("results/store"), { recursive: true }).catch(() => {});
      let day = 0;
      const jump = setInterval(() => {
        Deno.writeTextFileSync(jumping, day++ % 2 === 0 ? "+2d" : "-1d");
        at.count("jumps");
      }, 100);
      const processes = [
        skewed({ FAKETIME: "+400d" }),
        skewed({ FAKETIME: "-3h" }),
        skewed({ FAKETIME_TIMESTAMP_FILE: jumping, FAKETIME_NO_CACHE: "1" }),
      ].map((options) => room.basin(flow, options));
      const ended = await Promise.all(processes);
      clearInterval(jump);
      const started: string[] = [];
      for (const { code, stderr, events } of ended) {
        same([code, stderr], [0, ""], "a process with a wrong clock");
        started.push(...stagesOf(events).started);
      }
      const seen = new Set<string>();
      none(started.filter((stage) => seen.has(stage) || !seen.add(stage)), "stages started twice");
      same(seen.size, numStages, "stages started");
      const found = await readResults(room.path("results/store"));
      none([...found.torn, ...found.damaged], "results torn");
      same(found.digest, digest, "the outputs are not those of the undisturbed run");
      for (const clock of ["+0", "-3h", "+400d"]) {
        const again = await room.basin(flow, skewed({ FAKETIME: clock }));
        same([again.code, stagesOf(again.events).ran], [0, []], `a second run at ${clock}`);
      }
      at.count("rounds of 3 processes with wrong clocks");
    }
    at.count("stages started twice", 0);
  },
};
