// R5: file systems that are mounted read-only, folders of somebody else: what is stored can be used, anything else is
// refused in one line.

import { assertStorageFailure, calmDigest } from "./storage.ts";
import { holds, same } from "./promise.ts";
import { makeRoom, sh, stagesOf } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const numStages = 40;
const external = { task: "run:external" };

export const r05: Trial = {
  id: "R5",
  title: "read-only",
  needs: ["root", "mounts", "a user without rights"],
  cores: 1,
  limitSeconds: 60,
  async run(at: Attempt) {
    const room = await makeRoom(`${at.folder}/room`, stages({ numStages, work: 100_000 }));
    await calmDigest(room, "flow.yaml");
    const shared = room.path("shared");
    const flow = (
      results: string,
    ) => ["flow.yaml", "--json", "--results", results, "--store", shared];

    // A store on a read-only file system.
    await sh(`mkdir "$1"; mount -t tmpfs tmpfs "$1"; mount -o remount,ro "$1"`, shared);
    const fresh = await room.basin(flow("results/a"), external);
    assertStorageFailure(at, fresh, { path: shared, errnos: ["EROFS"] });
    same(stagesOf(fresh.events).ran, [], "stages whose results could not be kept");
    await sh(`mount -o remount,rw "$1"`, shared);
    same((await room.basin(flow("results/b"), external)).code, 0, "exit code on a writable store");
    await sh(`mount -o remount,ro "$1"`, shared);
    const cached = await room.basin(flow("results/c"), external);
    same([cached.code, cached.stderr], [0, ""], "a cached run on a read-only store");
    same(stagesOf(cached.events).hit.length, numStages, "hits");
    at.count("runs on a read-only store", 3);
    for (const command of [["plan", "flow.yaml"], ["why", "flow.yaml", "fourth"]]) {
      const read = await room.basin([...command, "--results", "results/d", "--store", shared]);
      same([read.code, read.stderr], [0, ""], command.join(" "));
    }
    const partly = await room.basin([...flow("results/e"), "stages.fourth.with.size=99"], external);
    assertStorageFailure(at, partly, { path: shared, errnos: ["EROFS"] });
    await sh(`umount "$1"`, shared);

    // All of results on a read-only file system: there is nowhere to leave the run's folder.
    const results = room.path("results");
    await sh(`mount --bind "$1" "$1"; mount -o remount,bind,ro "$1"`, results);
    const nowhere = await room.basin(["run", "flow.yaml", "--json"]);
    assertStorageFailure(at, nowhere, { path: results, errnos: ["EROFS"] });
    await sh(`umount "$1"`, results);
    at.count("runs with nowhere to write");

    // Folders that belong to somebody else: a user without rights, because nothing stops root.
    const under = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    const reachable = await new Deno.Command(under[0], {
      args: [...under.slice(1), Deno.execPath(), "--version"],
      env: { HOME: "/" },
    }).output();
    if (!reachable.success) return at.say("nobody may start Deno here: that part was left out");
    await sh(`chmod 755 "$(dirname "$1")" "$1"; chmod 555 "$1/results"`, room.folder);
    const env = { DENO_DIR: await cacheFor(at), HOME: "/" };
    const nobody = await room.basin(["run", "flow.yaml", "--json"], { under, env });
    assertStorageFailure(at, nobody, { path: results, errnos: ["EACCES"] });
    holds(!nobody.stdout.includes("stage-started"), "a stage was started in vain");
    at.count("runs as nobody");
  },
};

/** The packages that Basin needs, where everybody can read them. */
async function cacheFor({ folder }: Attempt): Promise<string> {
  const { denoDir } = JSON.parse(await sh(`"$1" info --json`, Deno.execPath()));
  const cache = `${folder}/cache`;
  await sh(`mkdir "$2"; mount --bind "$1" "$2"`, denoDir, cache);
  return cache;
}
