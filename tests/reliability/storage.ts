// What R3 to R6 share: a run whose disk says no ends with the exit code for storage, in time and in words, leaves nothing
// torn, and is taken up again once the cause is gone.

import { readResults } from "./check_results.ts";
import { holds, none, same } from "./promise.ts";
import { type Ended, type Room, stagesOf } from "./room.ts";
import type { Attempt } from "./trial.ts";

/** Exit code of a run whose results could not be kept. */
export const storageCode = 4;

/** Promised: a run whose disk says no has ended within so many seconds. */
export const promisedSeconds = 5;

/** Fails unless a run ended as promised: code 4, and one line on standard error that names path and errno. */
export function assertStorageFailure(
  at: Attempt,
  { code, stderr, seconds }: Ended,
  { path, errnos }: { readonly path: string; readonly errnos: readonly string[] },
): void {
  same(code, storageCode, `exit code; it said: ${stderr}`);
  const lines = stderr.split("\n").filter((line) => line.startsWith("error: "));
  const told = lines.some((line) =>
    line.includes(path) && errnos.some((errno) => line.includes(`: ${errno}`))
  );
  holds(told, `no error line names ${path} and ${errnos.join(" or ")}: ${stderr}`);
  holds(!/^ {4}at /m.test(stderr), `a stack trace: ${stderr}`);
  at.slowest("the failing run ended after", seconds, promisedSeconds);
}

/** Runs the workflow in peace, and returns the digest over its results. */
export async function calmDigest(room: Room, flow: string): Promise<string> {
  const calm = await room.basin(["run", flow, "--json", "--results", "results/calm"]);
  same([calm.code, calm.stderr], [0, ""], "the undisturbed run");
  return (await readResults(room.path("results/calm/store"))).digest;
}

/** After a failure: nothing is torn, and no result that was told is lost. Returns the stages that were told. */
export async function assertWhole(store: string, { events }: Ended): Promise<ReadonlySet<string>> {
  const found = await readResults(store);
  // Lines that were never durable may speak of files that were taken back: they count as absent.
  none(found.torn.filter(({ durable }) => durable), "results torn");
  none(found.damaged, "lines damaged");
  const stored = new Set([...found.whole.values()].map(({ provenance }) => provenance.stage));
  const told = stagesOf(events).ran;
  return new Set(told.filter((stage) => stored.has(stage)));
}

/** Takes the run up again: it ends well, with the digest of an undisturbed one, and computes nothing twice. */
export async function assertResumes(
  at: Attempt,
  room: Room,
  args: readonly string[],
  store: string,
  { digest, kept, warns = false }: {
    readonly digest: string;
    readonly kept: ReadonlySet<string>;
    /** The disk spoilt files, which the run may tell. */
    readonly warns?: boolean;
  },
): Promise<void> {
  const resumed = await room.basin(args);
  const complaints = resumed.stderr.split("\n").filter((line) =>
    line !== "" &&
    !(warns &&
      /^warning: .*(counts as absent|ends within a line: \d+ bytes were passed over)$/.test(line))
  );
  same([resumed.code, complaints], [0, []], "the resumed run");
  const { started } = stagesOf(resumed.events);
  none(started.filter((stage) => kept.has(stage)), "finished stages were run again");
  const found = await readResults(store);
  none([...found.torn, ...found.damaged], "results torn after the resumed run");
  same(found.digest, digest, "the outputs are not those of the undisturbed run");
  at.count("finished stages kept", kept.size);
  at.count("resumed, identical");
}
