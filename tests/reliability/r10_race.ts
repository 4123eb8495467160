// R10: four processes start at one instant on one store, the same workflow or two that share half their stages: every
// stage is computed once.

import { readResults } from "./check_results.ts";
import { none, same } from "./promise.ts";
import { makeRoom, stagesOf } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const numStages = 1000;

export const r10: Trial = {
  id: "R10",
  title: "race",
  needs: [],
  cores: 3,
  limitSeconds: 300,
  async run(at: Attempt) {
    let digest: string | undefined;
    for (let round = 0; round < at.size(3, 50); round++) {
      const files = stages({ numStages, work: 200_000, size: 1000 });
      const room = await makeRoom(`${at.folder}/same${round}`, files);
      const started = await race(at, room, Array(4).fill("flow.yaml"));
      once(started, numStages);
      const found = await readResults(room.path("results/store"));
      none([...found.torn, ...found.damaged], "results torn");
      same(found.whole.size, numStages, "results");
      digest ??= found.digest;
      same(found.digest, digest, "two rounds gave different outputs");
      at.count("rounds of 4 processes on 1,000 stages");
      await Deno.remove(room.folder, { recursive: true });
    }
    for (let round = 0; round < at.size(1, 15); round++) {
      const room = await makeRoom(`${at.folder}/half${round}`, {
        ...stages({ numStages, name: "flow", work: 200_000, size: 70_000 }),
        ...stages({ numStages, name: "twin", from: numStages / 8, work: 200_000, size: 70_000 }),
      });
      const started = await race(at, room, ["flow.yaml", "twin.yaml", "flow.yaml", "twin.yaml"]);
      once(started, numStages * 1.5);
      const found = await readResults(room.path("results/store"));
      none([...found.torn, ...found.damaged], "results torn");
      same(found.whole.size, numStages * 1.5, "results");
      at.count("rounds of two workflows that share half");
      await Deno.remove(room.folder, { recursive: true });
    }
    at.count("stages started twice", 0);
  },
};

/** Returns the stages that were started, by any of the processes. */
async function race(
  at: Attempt,
  room: Awaited<ReturnType<typeof makeRoom>>,
  flows: readonly string[],
): Promise<string[]> {
  const group = await room.startGroup(flows.map((flow) => ["run", flow, "--jobs", "1", "--json"]));
  const ended = await group.ended;
  const seconds: number[] = [];
  const started: string[] = [];
  for (const { events, stderr } of ended) {
    const last = events.at(-1);
    if (last?.type !== "run-finished") throw new Error(`a process did not finish: ${stderr}`);
    same([last.ok, last.ran + last.hit, stderr], [true, numStages, ""], "a process ended with");
    seconds.push(last.seconds);
    started.push(...stagesOf(events).started);
  }
  const ratio = Math.max(...seconds) / Math.min(...seconds);
  const worst = ratio <= 1.5 ? "" : " (promised: 1.5)";
  at.say(
    `processes took ${seconds.map((s) => s.toFixed(2)).join(", ")} s: slowest ${
      ratio.toFixed(2)
    } × fastest${worst}`,
  );
  return started;
}

function once(started: readonly string[], expected: number): void {
  const seen = new Set<string>();
  none(started.filter((stage) => seen.has(stage) || !seen.add(stage)), "stages started twice");
  same(seen.size, expected, "stages started");
}
