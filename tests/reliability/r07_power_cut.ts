// R7: processes publish on a file system whose power goes at a random time (the file system is told to stop without
// writing its journal out). What was called durable, in a log elsewhere, is there afterwards; nothing is torn.

import { sample } from "#tests/lib/store/sample_results.ts";
import { readResults } from "./check_results.ts";
import { startCommitter } from "./commit.ts";
import { none } from "./promise.ts";
import { sh } from "./room.ts";
import type { Attempt, Trial } from "./trial.ts";

const numProcesses = 3;
const numActions = 600;

export const r07: Trial = {
  id: "R7",
  title: "power cut",
  needs: ["root", "mounts", "loop devices", "power cuts", "python3"],
  cores: 1.5,
  limitSeconds: 240,
  async run(at: Attempt) {
    const image = `${at.folder}/image`;
    const disk = `${at.folder}/disk`;
    const store = `${disk}/store`;
    await Deno.mkdir(disk);
    const format = at.nightly && at.draw(2) === 0 ? "mkfs.xfs -q -f" : "mkfs.ext4 -q -F";
    const numCuts = at.size(20, 300);
    for (let cut = 0; cut < numCuts; cut++) {
      // Every few cuts a fresh disk; between them the store goes on where it was.
      if (cut % 4 === 0) {
        await sh(`rm -f "$1"; truncate -s 512M "$1"; ${format} "$1"`, image);
        await Promise.all(
          range(numProcesses).map((p) => Deno.remove(logOf(at, p)).catch(() => {})),
        );
      }
      await sh(`mount -o loop "$1" "$2"`, image, disk);
      const order = range(numActions);
      for (let i = order.length - 1; i > 0; i--) {
        const j = at.draw(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      const processes = await Promise.all(
        range(numProcesses).map((p) =>
          startCommitter({
            store,
            index: `${at.folder}/index${p}`,
            log: logOf(at, p),
            numbers: [...order.slice(200 * p), ...order.slice(0, 200 * p)],
          })
        ),
      );
      for (const process of processes) process.go();
      await new Promise((resolve) => setTimeout(resolve, at.draw(600)));
      await sh(`python3 -c '${shutdown}' "$1"`, disk);
      for (const process of processes) process.kill("SIGKILL");
      await Promise.all(processes.map(({ ended }) => ended));
      await sh(`umount "$2"; mount -o loop "$1" "$2"`, image, disk);
      await check(at, store, cut);
      await sh(`umount "$1"`, disk);
      at.count(format.startsWith("mkfs.xfs") ? "cuts of XFS" : "cuts of ext4");
    }
    at.count("torn", 0);
  },
};

async function check(at: Attempt, store: string, cut: number): Promise<void> {
  const found = await readResults(store);
  none(found.torn.filter(({ durable }) => durable), `durable results torn by cut ${cut}`);
  const texts = await Promise.all(
    range(numProcesses).map((p) => Deno.readTextFile(logOf(at, p)).catch(() => "")),
  );
  const promised = texts.join("").matchAll(/^durable (\d+)$/gm);
  const lost = new Set<number>();
  let count = 0;
  for (const [, n] of promised) {
    count++;
    if (!found.whole.has(sample(Number(n)).key)) lost.add(Number(n));
  }
  none(lost, `acknowledged results lost by cut ${cut}`);
  at.count("acknowledged results looked for", count);
  at.count("lost", lost.size);
}

function logOf({ folder }: Attempt, process: number): string {
  return `${folder}/log${process}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

const shutdown = `import fcntl, os, struct, sys
fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack("I", 2))`;
