// R9: damage done to the files of a store below Basin: bits turned over, files cut short, swapped, replaced by links and
// folders, removed. `fsck` names every one of them, a run that reads a damaged result notices and makes it again, and the
// healed store is that of an undisturbed run.

import { join } from "@std/path";
import { filesBelow } from "#tests/support/stored.ts";
import { readResults } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { makeRoom, type Room, stagesOf } from "./room.ts";
import { stages } from "./stages.ts";
import type { Attempt, Trial } from "./trial.ts";

const flow = ["run", "flow.yaml", "--json", "--jobs", "2"];
const perRound = 10;

export const r09: Trial = {
  id: "R9",
  title: "bit flip",
  needs: [],
  cores: 2,
  limitSeconds: 300,
  async run(at: Attempt) {
    const room = await makeRoom(`${at.folder}/room`, stages({ numStages: 60, work: 100_000 }));
    same((await room.basin(flow)).code, 0, "the undisturbed run");
    const results = room.path("results");
    const { digest } = await readResults(`${results}/store`);
    const rounds = at.size(20, 500);
    for (let round = 0; round < rounds; round++) {
      await Deno.rename(results, room.path("kept"));
      await copyTree(room.path("kept"), results);
      // Without the index every file is hashed; with it those that look as they did are taken on trust until they are read.
      if (round % 2 === 0) await Deno.remove(`${results}/index`, { recursive: true });
      const damaged = await damage(at, `${results}/store`);
      const checked = await room.basin(["fsck", "--json"]);
      same(checked.code, 4, `exit code of fsck; it said: ${checked.stderr}`);
      const named = JSON.parse(checked.stdout).damage.map(({ path }: { path: string }) => path);
      none(
        damaged.filter(({ path }) => !named.some((one: string) => one.startsWith(path))),
        "damaged files that fsck does not name",
      );
      at.count("found by fsck", damaged.length);
      await heal(at, room, digest, round);
      await Deno.remove(results, { recursive: true });
      await Deno.rename(room.path("kept"), results);
    }
    at.count("not found", 0);
  },
};

/** Some rounds repair first, all end with a run that reads everything. */
async function heal(at: Attempt, room: Room, digest: string, round: number): Promise<void> {
  if (round % 3 === 0) {
    const repaired = await room.basin(["fsck", "--repair"]);
    same([repaired.code, repaired.stderr], [0, ""], "fsck --repair");
    at.count("repairs");
  }
  // Every stage is made once more from inputs that are read: a damaged one is noticed there.
  const forced = ["--force", "second*", "--force", "fourth*"];
  const consumed = await room.basin([...flow, ...forced]);
  same(consumed.code, 0, `the run that reads everything; it said: ${consumed.stderr}`);
  const healed = await room.basin(flow);
  same(healed.code, 0, "the run after it");
  none(stagesOf(healed.events).failed, "stages failed");
  const checked = await room.basin(["fsck", "--json"]);
  const left = JSON.parse(checked.stdout).damage
    .filter(({ path }: { path: string }) => path.includes("/cas/"));
  none(left, "files still damaged after the run");
  same((await readResults(room.path("results/store"))).digest, digest, "the healed store differs");
  at.count("runs healed, identical");
}

/** One piece of damage. */
interface Damage {
  readonly path: string;
  readonly how: string;
}

async function damage(at: Attempt, store: string): Promise<readonly Damage[]> {
  const files = await filesBelow(`${store}/cas`);
  const done: Damage[] = [];
  const taken = new Set<string>();
  const pick = () => {
    const left = files.filter((path) => !taken.has(path));
    const path = left[at.draw(left.length)];
    taken.add(path);
    return path;
  };
  while (done.length < perRound - 1) {
    const path = pick();
    const how = ways[at.draw(ways.length)];
    await Deno.chmod(path, 0o644);
    const bytes = await Deno.readFile(path);
    if (how === "flip") {
      const { atime, mtime } = await Deno.stat(path);
      bytes[at.draw(bytes.length)] ^= 1 << at.draw(8);
      await Deno.writeFile(path, bytes);
      // As disks do it: no time changes.
      await Deno.utime(path, atime!, mtime!);
    } else if (how === "all bits") {
      bytes[at.draw(bytes.length)] ^= 255;
      await Deno.writeFile(path, bytes);
    } else if (how === "empty") await Deno.truncate(path, 0);
    else if (how === "half") await Deno.truncate(path, bytes.length >> 1);
    else if (how === "swap") {
      const other = pick();
      await Deno.chmod(other, 0o644);
      await Deno.writeFile(path, await Deno.readFile(other));
      await Deno.writeFile(other, bytes);
      done.push({ path: other, how });
      at.count(`× ${how}`);
    } else if (how === "link") {
      await Deno.remove(path);
      await Deno.symlink("/etc/hostname", path);
    } else {
      await Deno.remove(path);
      await Deno.mkdir(path);
    }
    done.push({ path, how });
    at.count(`× ${how}`);
  }
  const segments = await filesBelow(join(store, "ac"));
  const path = segments[at.draw(segments.length)];
  const bytes = await Deno.readFile(path);
  // Not a line end: that joins two lines, which fsck names by the first of them.
  let place = at.draw(bytes.length);
  while (bytes[place] === 10) place = at.draw(bytes.length);
  bytes[place] ^= 1 << at.draw(8);
  await Deno.writeFile(path, bytes);
  done.push({ path, how: "record" });
  at.count("× record");
  holds(done.length >= perRound, "too little damage");
  return done;
}

const ways = ["flip", "flip", "flip", "all bits", "empty", "half", "swap", "link", "folder"];

async function copyTree(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", from, to] }).output();
  holds(success, `${from} cannot be copied`);
}
