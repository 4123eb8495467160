// R4: a store on a disk that is too small for the workflow, in bytes and in inodes, and a run folder likewise.

import { assertResumes, assertStorageFailure, assertWhole, calmDigest } from "./storage.ts";
import { makeRoom, sh } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const flow = ["run", "flow.yaml", "--jobs", "2", "--json"];

export const r04: Trial = {
  id: "R4",
  title: "full disk",
  needs: ["root", "mounts"],
  cores: 2,
  limitSeconds: 120,
  async run(at: Attempt) {
    const room = await makeRoom(
      `${at.folder}/room`,
      stages({ numStages: 200, work: 100_000, size: 200_000 }),
    );
    const digest = await calmDigest(room, "flow.yaml");
    const sizes = [
      ["bytes", "size=8m", "size=64m"],
      ["bytes, all of them", "size=8k", "size=64m"],
      ["inodes", "size=64m,nr_inodes=40", "size=64m,nr_inodes=2000"],
      ["inodes, all of them", "size=64m,nr_inodes=2", "size=64m,nr_inodes=2000"],
    ];
    for (const [what, small, large] of sizes) {
      const store = room.path("results/store");
      await sh(`mkdir -p "$1"; mount -t tmpfs -o "$2" tmpfs "$1"`, store, small);
      const failed = await room.basin(flow);
      assertStorageFailure(at, failed, { path: store, errnos: ["ENOSPC"] });
      const kept = await assertWhole(store, failed);
      at.count(`run out of ${what}`);
      await sh(`mount -o "remount,$2" "$1"`, store, large);
      await assertResumes(at, room, flow, store, { digest, kept });
      await sh(`umount "$1"`, store);
    }
    // The run's own folder is no result, but a run that cannot leave it says so.
    const runs = room.path("results/runs");
    await sh(`rm -rf "$1"; mkdir "$1"; mount -t tmpfs -o size=64k tmpfs "$1"`, runs);
    const failed = await room.basin(flow);
    assertStorageFailure(at, failed, { path: runs, errnos: ["ENOSPC"] });
    const kept = await assertWhole(room.path("results/store"), failed);
    at.count("run out of bytes for the run's folder");
    await sh(`umount "$1"`, runs);
    await assertResumes(at, room, flow, room.path("results/store"), { digest, kept });
  },
};
