// R2: the process that publishes a result is killed at each of its system calls in turn. R3: each of them fails, once and
// from then on. The result is whole or absent, a failure is told with path and errno, and the next run heals.

import { stripAnsiCode } from "@std/fmt/colors";
import { openFsStore } from "#lib/store/fs_store.ts";
import { denoWorld } from "#lib/world/deno_world.ts";
import { sample } from "#tests/lib/store/sample_results.ts";
import { readResults } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { callsOn, type Injection, inPool, traced } from "./strace.ts";
import type { Attempt, Trial } from "./trial.ts";

export const r02: Trial = {
  id: "R2",
  title: "kill at each call",
  needs: ["strace"],
  cores: 2,
  limitSeconds: 200,
  run: (at) =>
    forEachCall(at, ({ name }) => name === "read" ? [] : [{ what: "signal=KILL", forever: false }]),
};

export const r03: Trial = {
  id: "R3",
  title: "fail each call",
  needs: ["strace"],
  cores: 2,
  limitSeconds: 400,
  run: (at) =>
    forEachCall(at, ({ name }) => {
      if (name === "read" && !at.nightly) return [];
      const all = errors.filter(({ calls }) => calls.test(name));
      if (at.nightly) return all;
      const rare = all.slice(2);
      return [...all.slice(0, 2), ...rare.slice(0, 1).map(() => rare[at.draw(rare.length)])];
    }),
};

const any = /./;
const written = /^(openat|write|pwrite64|mkdir|mkdirat|link|linkat|rename\w*)$/;
const errors: readonly (Pick<Injection, "what" | "forever"> & { readonly calls: RegExp })[] = [
  { what: "error=EIO", forever: false, calls: any },
  { what: "error=ENOSPC", forever: true, calls: written },
  { what: "error=EIO", forever: true, calls: any },
  { what: "error=ENOSPC", forever: false, calls: written },
  { what: "error=EDQUOT", forever: false, calls: written },
  { what: "error=EDQUOT", forever: true, calls: written },
  { what: "error=EMFILE", forever: false, calls: /^openat$/ },
  { what: "error=EMFILE", forever: true, calls: /^openat$/ },
  // A call that is interrupted for ever is repeated for ever.
  { what: "error=EINTR", forever: false, calls: any },
];

/** Publishes calmly to learn the calls, then once for each of them and each of its injections. */
async function forEachCall(
  at: Attempt,
  injectionsOf: (call: Injection) => readonly Pick<Injection, "what" | "forever">[],
): Promise<void> {
  const broken: string[] = [];
  for (const number of at.nightly ? [0, 1, 2] : [1]) {
    const calm = `${at.folder}/calm${number}`;
    await Deno.mkdir(calm);
    const { code, stderr, lines } = await traced(calm, number);
    same([code, stderr], [0, ""], "the undisturbed commit");
    const { digest } = await readResults(`${calm}/store`);
    const calls = callsOn(calm, lines);
    holds(calls.length > 20, `only ${calls.length} calls were seen`);
    at.count("calls of a publish", calls.length);
    const injections = calls.flatMap((call) =>
      injectionsOf({ ...call, what: "", forever: false }).map((one) => ({ ...call, ...one }))
    );
    await inPool(injections, at.size(2, 3), async (injection, worker) => {
      // A folder of the same length, so that nothing else differs.
      const folder = `${at.folder}/work${worker}`;
      await Deno.mkdir(folder);
      const path = injection.path.replace(calm, folder);
      const title = `${injection.what}${injection.forever ? " from" : " at"} ${injection.name} ${
        injection.path.replace(calm, "")
      } ${injection.n}`;
      try {
        await judge(at, folder, number, { ...injection, path }, digest);
      } catch (error) {
        broken.push(`${title}: ${error instanceof Error ? error.message : error}`);
      }
      await Deno.remove(folder, { recursive: true });
    });
  }
  none(broken, "promises broken");
  at.count("torn", 0);
}

async function judge(
  at: Attempt,
  folder: string,
  number: number,
  injection: Injection,
  digest: string,
): Promise<void> {
  const ended = await traced(folder, number, injection);
  at.count(injection.what === "signal=KILL" ? "kills" : "failures");
  if (!ended.hit) at.count("not reached");
  const found = await readResults(`${folder}/store`);
  // Lines that were never durable may speak of files that were taken back: they count as absent.
  none(found.torn.filter(({ durable }) => durable), "results torn");
  none(found.spoilt, "files spoilt");
  const [whole] = found.whole.values();
  if (ended.durable) holds(whole !== undefined, "what was durable is lost");
  if (ended.signal === null && ended.code !== 0) {
    const errno = injection.what.replace("error=", "");
    same(ended.code, 4, `exit code; it said: ${stripAnsiCode(ended.stderr)}`);
    holds(
      ended.stderr.includes(folder) && ended.stderr.includes(errno),
      `the message names no path or no ${errno}: ${ended.stderr}`,
    );
    at.count("told");
  } else if (ended.signal === null) {
    holds(whole !== undefined, "a commit that ended well left nothing");
    at.count("borne");
  }
  // The next run.
  const { key, result, outputs } = sample(number);
  const warnings: string[] = [];
  {
    await using store = await openFsStore(denoWorld(), `${folder}/store`, {
      index: `${folder}/index`,
      warn: (message) => warnings.push(message),
      groupMs: 2,
    });
    const known = store.lookup(key);
    if (known !== undefined) same(await store.read(known.outputs.out) !== undefined, true, "bytes");
    else await (await store.commit(result, outputs)).durable;
  }
  none(warnings.filter((text) => !text.includes("ends within a line")), "warnings of the next run");
  same((await readResults(`${folder}/store`)).digest, digest, "the next run differs");
}
