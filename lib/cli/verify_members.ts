// Verifying: stages run again, nothing stored, and every output compared with what was stored and with each other.

import { digestOfArtifact, type Files } from "../core/artifact.ts";
import type { Executor, Grant, Job, JobResult, StageFailure } from "../core/executor.ts";
import type { Manifest } from "../core/manifest.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Store } from "../core/store.ts";
import { artifactDifferences, type FileDifference } from "../report/artifact_difference.ts";
import { jobOf } from "../scheduler/job_of.ts";
import { readInputs } from "../scheduler/read_inputs.ts";
import type { RunEngine } from "../scheduler/run_engine.ts";
import type { InputFiles } from "../workflow/input_files.ts";
import type { StageMember } from "../workflow/graph.ts";
import { type Plan, plannedDigest } from "../workflow/plan.ts";

/** What verifying uses. */
export interface VerifyDeps {
  readonly plan: Plan;
  readonly store: Store;
  readonly executor: Executor;
  readonly files: InputFiles;
  readonly engine?: RunEngine;
  readonly repeat: number;
  readonly signal: AbortSignal;
}

/** How one output of a repetition differs from the first copy. */
export interface OutputDifference {
  readonly output: string;
  /** `stored`: what the store has; `first`: the first repetition, if nothing is stored. */
  readonly against: "stored" | "first";
  /** The repetition, from 1. */
  readonly repetition: number;
  /** Absent if only the digest of the stored bytes is known. */
  readonly files?: readonly FileDifference[];
}

/** What verifying one member found. */
export interface Verified {
  readonly stage: string;
  /** Repetitions that were compared. */
  readonly repetitions: number;
  /** Whether a stored result took part. */
  readonly stored: boolean;
  readonly differences: readonly OutputDifference[];
  /** Outputs that are volatile, and so were not compared. */
  readonly volatile: readonly string[];
}

/** One copy of a member's outputs: its bytes where they are known, and digests. */
interface Copy {
  readonly digest: string;
  readonly files: Files | undefined;
  readonly volatile: boolean;
}

/** Runs a member again and compares; the error is one sentence. */
export async function verifyMember(
  index: number,
  deps: VerifyDeps,
): Promise<Result<Verified, string>> {
  const { plan, store, executor, signal, repeat } = deps;
  const member = plan.graph.members[index];
  const job = await jobToRepeat(index, deps);
  if (!job.ok) return job;
  const options = { signal };
  const results: Result<JobResult, StageFailure>[] = [];
  for (let at = 0; at < repeat; at += executor.slots) {
    const count = Math.min(executor.slots, repeat - at);
    results.push(
      ...await Promise.all(
        Array.from({ length: count }, () => executor.execute(job.value, options)),
      ),
    );
  }
  const failed = results.find((result) => !result.ok);
  if (failed !== undefined && !failed.ok) return err(`it failed: ${failed.error.message}`);
  const copies = results.map((result) => result.ok ? copiesOf(result.value) : {});
  const entry = plan.entries[index];
  const stored = entry.verdict === "hit" ? await storedCopies(entry.manifest, store) : undefined;
  const differences: OutputDifference[] = [];
  const volatile = new Set<string>();
  const base = stored ?? copies[0];
  copies.forEach((copy, i) => {
    if (stored === undefined && i === 0) return;
    for (const output of Object.keys(member.outputs)) {
      const [before, now] = [base[output], copy[output]];
      if (before?.volatile || now?.volatile) volatile.add(output);
      else if (before?.digest !== now?.digest) {
        differences.push({
          output,
          against: stored === undefined ? "first" : "stored",
          repetition: i + 1,
          ...(before?.files === undefined || now?.files === undefined
            ? {}
            : { files: artifactDifferences(before.files, now.files) }),
        });
      }
    }
  });
  return ok({
    stage: member.id,
    repetitions: repeat,
    stored: stored !== undefined,
    differences,
    volatile: [...volatile],
  });
}

async function jobToRepeat(
  index: number,
  { plan, store, files, engine }: VerifyDeps,
): Promise<Result<Job, string>> {
  const { entries, keys, graph: { members } } = plan;
  const member = members[index];
  const keyed = keys.keyed(
    index,
    (from, output, part) => plannedDigest(entries[from], output, part),
  );
  if (keyed === undefined) return err("what it reads is not there yet; run the workflow first");
  if (!keyed.ok) return err(keyed.error);
  const manifests = entries.map((entry) => entry.verdict === "hit" ? entry.manifest : undefined);
  const read = await readInputs(member, keyed.value.action, { store, files, manifests });
  if (read.how === "failed") return err(read.message);
  if (read.how !== "read") {
    return err("the stored bytes of what it reads are gone; run the workflow with --force on it");
  }
  const code = keys.code(index);
  if (!code.ok) return err(code.error);
  const { value } = code;
  return ok(
    await jobOf(member, keyed.value, value, read.inputs, grantFor(member), {
      code: (closure) => closure.code(),
      ...(engine === undefined ? {} : { engine }),
    }),
  );
}

/** What the member asks for in its first attempt; nothing else runs meanwhile. */
function grantFor({ resources }: StageMember): Grant {
  const { cpu = 1, memory, slots = {} } = resources?.[0] ?? {};
  const handed = Object.entries(slots).map(([name, count]) =>
    [name, Array.from({ length: count }, (_, i) => i)] as const
  );
  return {
    cpu,
    slots: Object.fromEntries(handed),
    ...(memory === undefined ? {} : { memory }),
  };
}

function copiesOf({ outputs }: JobResult): Record<string, Copy> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { kind, files, volatile }]) => [name, {
      digest: digestOfArtifact(kind, files),
      files,
      volatile: volatile === true,
    }]),
  );
}

async function storedCopies(
  { outputs }: Manifest,
  store: Store,
): Promise<Record<string, Copy>> {
  const copies: Record<string, Copy> = {};
  for (const [name, artifact] of Object.entries(outputs)) {
    copies[name] = {
      digest: artifact.digest,
      files: await store.read(artifact),
      volatile: artifact.volatile === true,
    };
  }
  return copies;
}
