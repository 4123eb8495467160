// What surrounded two runs: versions, machine, engine, checkout. What a run does not tell of is empty.

import type { Environment } from "../core/environment.ts";
import type { SurroundingChange } from "./comparison.ts";
import type { ReportContent } from "./content.ts";

type Surrounded = Pick<ReportContent, "record" | "environment">;

/**
 * Facts that differ between two runs: versions, machine, engine, checkout, command.
 *
 * @example
 * ```ts
 * import { compareSurroundings } from "#lib/report/compare_surroundings.ts";
 * import { foldEvents } from "#lib/report/record.ts";
 * import { assertEquals } from "@std/assert";
 * const record = foldEvents([]);
 * assertEquals(
 *   compareSurroundings({ record: { ...record, deno: "2.9.5" } }, { record: { ...record, deno: "2.9.6" } }),
 *   [{ name: "Deno", before: "2.9.5", now: "2.9.6" }],
 * );
 * ```
 */
export function compareSurroundings(before: Surrounded, now: Surrounded): SurroundingChange[] {
  const others = factsOf(before);
  const facts = factsOf(now);
  const names = new Set([...facts.keys(), ...others.keys()]);
  return [...names].map((name) => ({
    name,
    before: others.get(name) ?? "",
    now: facts.get(name) ?? "",
  })).filter((change) => change.before !== change.now);
}

/** What surrounded a run, by name, as text. */
function factsOf({ record, environment }: Surrounded): Map<string, string> {
  const facts = new Map<string, string>();
  const say = (name: string, value: unknown) => {
    if (value !== undefined && value !== null && value !== "") facts.set(name, String(value));
  };
  say("Basin", record.basin);
  say("Deno", record.deno);
  say("workers", record.jobs);
  say("engine", environment?.engine?.name ?? "");
  say("class of results", record.engine);
  if (environment !== undefined) addEnvironment(environment, say);
  return facts;
}

function addEnvironment(
  { v8, typescript, machine, engine, packages, lock, git, profile }: Environment,
  say: (name: string, value: unknown) => void,
): void {
  say("V8", v8);
  say("TypeScript", typescript);
  say("system", machine.system ?? machine.os);
  say("architecture", machine.arch);
  say("processor", machine.processor);
  say("processors", machine.cpus);
  say("memory", machine.memory);
  say("adapter", engine?.adapter);
  say("driver", engine?.driver);
  say("lock file", lock);
  say("commit", git?.commit);
  say("branch", git?.branch);
  say("changes to the commit", git?.dirty === true ? git.dirtyDigest ?? "some" : undefined);
  say("profile", profile);
  const versions = new Map<string, string[]>();
  for (const { name, version } of packages) {
    versions.set(name, [...versions.get(name) ?? [], version]);
  }
  for (const [name, found] of versions) say(name, found.join(", "));
}
