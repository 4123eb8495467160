// R1: four processes work on one store and are killed together at a random time, again and again. Between kill and
// resumption nothing is torn; at the end nothing is lost, nothing differs, and little was done twice.

import { readResults, type Results } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { makeRoom, stagesOf } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const numStages = 200;
const numProcesses = 4;

export const r01: Trial = {
  id: "R1",
  title: "kill",
  needs: [],
  cores: 3,
  limitSeconds: 600,
  async run(at: Attempt) {
    const flow = ["run", "flow.yaml", "--jobs", "1", "--json"];
    const commands = Array.from({ length: numProcesses }, () => flow);
    const calmRoom = await makeRoom(`${at.folder}/calm`, stages({ numStages, work: 2_000_000 }));
    const began = performance.now();
    const calm = await (await calmRoom.startGroup(commands)).ended;
    const calmMs = performance.now() - began;
    for (const { events, stderr } of calm) {
      same(stderr, "", "a calm run complains");
      same(stagesOf(events).ran.length + stagesOf(events).hit.length, numStages, "stages done");
    }
    const { digest } = await readResults(calmRoom.path("results/store"));

    const numKills = at.size(30, 500);
    for (let kills = 0, round = 0; kills < numKills; round++) {
      const room = await makeRoom(
        `${at.folder}/round${round}`,
        stages({ numStages, work: 2_000_000 }),
      );
      const store = room.path("results/store");
      const told = new Set<string>();
      let started = 0;
      let here = 0;
      for (let left = 2 + at.draw(3); left > 0 && kills < numKills; left--) {
        const group = await room.startGroup(commands);
        await new Promise((resolve) => setTimeout(resolve, at.draw(Math.ceil(calmMs))));
        group.kill("SIGKILL");
        kills++;
        here++;
        at.count("group kills");
        at.count("processes killed", numProcesses);
        for (const { events } of await group.ended) {
          const { ran, started: begun } = stagesOf(events);
          for (const stage of ran) told.add(stage);
          started += begun.length;
        }
        const found = await readResults(store);
        check(found, `after kill ${kills}`);
        const stored = new Set([...found.whole.values()].map(({ provenance }) => provenance.stage));
        none([...told].filter((stage) => !stored.has(stage)), `results lost by kill ${kills}`);
      }
      for (const { events, stderr } of await (await room.startGroup(commands)).ended) {
        same([events.at(-1)?.type, stderr], ["run-finished", ""], "the resumed run");
        started += stagesOf(events).started.length;
      }
      const found = await readResults(store);
      check(found, "at the end");
      same(found.digest, digest, "the outputs are not those of the undisturbed run");
      const repeated = started - numStages;
      holds(repeated <= numProcesses * here, `${repeated} stages repeated after ${here} kills`);
      at.count("stages repeated", Math.max(0, repeated));
      await Deno.remove(room.folder, { recursive: true });
    }
    at.count("torn", 0);
    at.count("lost", 0);
    at.count("different", 0);
  },
};

function check({ torn, damaged, spoilt }: Results, when: string): void {
  none(torn, `results torn ${when}`);
  none(damaged, `lines damaged ${when}`);
  none(spoilt, `files spoilt ${when}`);
}
