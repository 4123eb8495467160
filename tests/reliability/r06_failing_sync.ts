// R6: a disk that takes every write and then says at fsync that it could not keep it: a file system on an image that
// lies on a disk too small for it.

import { assertResumes, assertStorageFailure, assertWhole, calmDigest } from "./storage.ts";
import { makeRoom, sh } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const flow = ["run", "flow.yaml", "--jobs", "2", "--json"];

export const r06: Trial = {
  id: "R6",
  title: "fsync fails",
  needs: ["root", "mounts", "loop devices"],
  cores: 1.5,
  limitSeconds: 120,
  async run(at: Attempt) {
    const room = await makeRoom(
      `${at.folder}/room`,
      stages({ numStages: 200, work: 100_000, size: 200_000 }),
    );
    const digest = await calmDigest(room, "flow.yaml");
    const below = `${at.folder}/below`;
    const store = room.path("results/store");
    await Deno.mkdir(store, { recursive: true });
    await Deno.mkdir(below);
    for (const size of at.nightly ? [3, 4, 5, 6, 8, 10, 12] : [4, 8]) {
      await sh(
        `mount -t tmpfs -o "size=$3m" tmpfs "$1"
        truncate -s 128M "$1/image"
        mkfs.ext4 -q -F -E lazy_itable_init=1,nodiscard "$1/image"
        mount -o loop "$1/image" "$2"`,
        ...[below, store, String(size)],
      );
      const failed = await room.basin(flow);
      assertStorageFailure(at, failed, { path: store, errnos: ["EIO", "ENOSPC", "EROFS"] });
      at.count("disks that lied");
      // The disk below gets its room, and the file system is checked, as an administrator would.
      await sh(
        `umount "$2"; mount -o remount,size=256m "$1"; e2fsck -fy "$1/image" || test $? -lt 4`,
        below,
        store,
      );
      await sh(`mount -o loop "$1/image" "$2"`, below, store);
      const kept = await assertWhole(store, failed);
      await assertResumes(at, room, flow, store, { digest, kept, warns: true });
      await sh(`umount "$2"; umount "$1"`, below, store);
    }
  },
};
