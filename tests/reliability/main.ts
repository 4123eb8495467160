// `deno task test:reliability [--nightly] [--seed=N] [R1 R7 …]`: everything bad that can happen, on purpose. Each trial is
// a process of its own, in namespaces of its own where the machine allows it; as many run at a time as there are
// processors for. Prints what each did, and at the end `N passed, N failed, N skipped`.
// With BASIN_REQUIRE_ALL=1 a trial that cannot run on this machine is a failure.

import { fromFileUrl } from "@std/path";
import { enclosed, type Facility, missing } from "./facilities.ts";
import type { Trial } from "./trial.ts";
import { trials } from "./trials.ts";

interface Verdict {
  readonly trial: Trial;
  readonly status: "passed" | "failed" | "skipped";
  readonly seconds: number;
  readonly lines: readonly string[];
}

const root = fromFileUrl(new URL("../../", import.meta.url));
const nightly = Deno.args.includes("--nightly");
const requireAll = Deno.env.get("BASIN_REQUIRE_ALL") === "1";
const seedFlag = Deno.args.find((arg) => arg.startsWith("--seed="))?.slice("--seed=".length);
const seed = seedFlag === undefined
  ? crypto.getRandomValues(new Uint32Array(1))[0]
  : Number(seedFlag);
const ids = Deno.args.filter((arg) => !arg.startsWith("-"));
const jobs = Number(Deno.env.get("BASIN_JOBS") ?? navigator.hardwareConcurrency);

await main();

async function main(): Promise<void> {
  const unknown = [
    ...Deno.args.filter((arg) => arg.startsWith("-") && !/^--(nightly|seed=\d+)$/.test(arg)),
    ...ids.filter((id) => !trials.some((trial) => trial.id === id)),
  ];
  if (unknown.length > 0) {
    console.error(`what is ${unknown.join(" ")}? There are --nightly, --seed=N and the trials`);
    console.error(trials.map(({ id }) => id).join(" "));
    Deno.exit(2);
  }
  const chosen = trials.filter(({ id, nightlyOnly }) =>
    ids.length > 0 ? ids.includes(id) : nightly || !nightlyOnly
  );
  const lacking = await missing(new Set(chosen.flatMap(({ needs }) => needs)));
  for (const [facility, reason] of lacking) say(`this machine lacks ${facility}: ${reason}`);
  say(`${chosen.length} trials, ${nightly ? "nightly" : "daily"} sizes, seed ${seed}`);

  const began = performance.now();
  const verdicts = await inLanes(chosen, lacking);
  const total = secondsSince(began);
  const of = (wanted: string) => verdicts.filter(({ status }) => status === wanted);
  say("");
  for (const { trial, status, seconds, lines } of verdicts) {
    const word = status === "passed" ? "ok" : status === "failed" ? "FAILED" : "skipped";
    say(`${trial.id.padEnd(4)}${trial.title.padEnd(26)}${word.padEnd(8)}${seconds.toFixed(0)} s`);
    for (const line of lines) say(`        ${line}`);
  }
  say("");
  for (const { trial } of of("failed")) {
    say(
      `again: deno task test:reliability --seed=${seed}${nightly ? " --nightly" : ""} ${trial.id}`,
    );
  }
  say(`all of it took ${total.toFixed(0)} s`);
  say(
    `${of("passed").length} passed, ${of("failed").length} failed, ${of("skipped").length} skipped`,
  );
  Deno.exit(of("failed").length === 0 ? 0 : 1);
}

/** Runs trials side by side, the largest first, so long as processors are left. */
async function inLanes(
  chosen: readonly Trial[],
  lacking: ReadonlyMap<Facility, string>,
): Promise<readonly Verdict[]> {
  const verdicts = new Map<Trial, Verdict>();
  const waiting = [...chosen].sort((a, b) => b.limitSeconds - a.limitSeconds);
  const running = new Set<Promise<void>>();
  let free = jobs;
  while (waiting.length > 0 || running.size > 0) {
    const at = waiting.findIndex(({ cores }) => Math.min(cores, jobs) <= free);
    if (at < 0) {
      await Promise.race(running);
      continue;
    }
    const [trial] = waiting.splice(at, 1);
    const cores = Math.min(trial.cores, jobs);
    free -= cores;
    const done = judge(trial, lacking).then((verdict) => {
      verdicts.set(trial, verdict);
      free += cores;
      running.delete(done);
    });
    running.add(done);
  }
  return chosen.map((trial) => verdicts.get(trial)!);
}

async function judge(trial: Trial, lacking: ReadonlyMap<Facility, string>): Promise<Verdict> {
  const absent = trial.needs.filter((facility) => lacking.has(facility));
  if (absent.length > 0) {
    const lines = [`this machine lacks ${absent.join(", ")}`];
    say(`${trial.id} ${trial.title}: skipped, ${lines[0]}`);
    return { trial, status: requireAll ? "failed" : "skipped", seconds: 0, lines };
  }
  const began = performance.now();
  const folder = await Deno.makeTempDir({ prefix: `basin-${trial.id}-` });
  const limit = trial.limitSeconds * (nightly ? 10 : 1);
  const words = enclosed([
    Deno.execPath(),
    // With all rights: Deno gives no part of /proc for less.
    ...["run", "-q", "-A", "--no-check", "--cached-only"],
    fromFileUrl(new URL("./attempt.ts", import.meta.url)),
    ...[trial.id, folder, String(seed), nightly ? "night" : "day", String(limit)],
  ]);
  const child = new Deno.Command(words[0], {
    args: words.slice(1),
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // It stops itself at its limit, unless it cannot even do that.
  const timer = setTimeout(() => child.kill("SIGKILL"), (limit + 10) * 1000);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const lines = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("")
    .split("\n").filter((line) => line !== "");
  const status = success ? "passed" : "failed";
  const seconds = secondsSince(began);
  say(`${trial.id} ${trial.title}: ${status}, ${seconds.toFixed(0)} s`);
  if (!success) { for (const line of lines) say(`        ${line}`); }
  if (success) await Deno.remove(folder, { recursive: true }).catch(() => {});
  else lines.push(`what it left is in ${folder}`);
  return { trial, status, seconds, lines };
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

function say(line: string): void {
  console.log(line);
}
