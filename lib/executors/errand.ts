// Questions on their way to a worker, and what becomes of them. Types, and how they are settled.

import type { StageFailure } from "../core/executor.ts";
import type { Result } from "../core/result.ts";
import type { SavedStates } from "../core/task.ts";
import type { EndedMember, Question } from "./protocol.ts";

/** A question on its way. */
export interface Errand<K extends Question["type"]> {
  /** The bundle that is asked: workers that have loaded it come first. */
  readonly url: string;
  /** Makes the question once a worker is free, so that bytes are copied no earlier. */
  readonly ask: () => {
    readonly question: Extract<Question, { type: K }>;
    /** Buffers that are given away. */
    readonly transfer: readonly Transferable[];
  };
  readonly signal: AbortSignal;
  readonly progress?: (fraction: number, note?: string, member?: number) => void;
  /** Goes to the one worker that has the GPU. */
  readonly onGpu?: boolean;
  /** Goes in a message of its own. */
  readonly alone?: boolean;
  /** States on the way: of the job, or of the members of a batch. */
  readonly states?: readonly (SavedStates | undefined)[];
  /** Told of members of a batch. */
  readonly ended?: (member: EndedMember) => void;
  /** Takes what is printed meanwhile: lines of UTF-8. */
  readonly log?: (bytes: Uint8Array) => void;
}

/** A question that is not answered yet. */
export interface Open {
  readonly errand: Errand<Question["type"]>;
  readonly settle: (answer: Result<never, StageFailure>) => void;
  /** Goes in a message of its own. */
  alone: boolean;
  /** What was printed by a job that may be done once more. */
  held: Uint8Array[] | undefined;
  /** Bytes of its log that were passed on. */
  told: number;
  /** Bytes that it will print once more, because it is done once more, and that were passed on then. */
  known: number;
}

/**
 * Passes on what a job prints, or keeps it until it is sure that the job is not done again.
 *
 * @example
 * ```ts ignore
 * tell(open, bytes);
 * ```
 */
export function tell(work: Open | undefined, bytes: Uint8Array): void {
  if (work === undefined) return;
  if (work.held === undefined) pass(work, bytes);
  else work.held.push(bytes);
}

/** A job that is done once more prints the same once more: what was told is not told again. */
function pass(work: Open, bytes: Uint8Array): void {
  const known = Math.min(work.known, bytes.length);
  work.known -= known;
  if (known === bytes.length) return;
  work.told += bytes.length - known;
  work.errand.log?.(bytes.subarray(known));
}

/**
 * Passes on what was kept, because the job will not be done again.
 *
 * @example
 * ```ts ignore
 * release(open);
 * ```
 */
export function release(work: Open): void {
  for (const bytes of work.held ?? []) pass(work, bytes);
  work.held = undefined;
}

/**
 * Answers a question for good.
 *
 * @example
 * ```ts ignore
 * settle(open, err(failure));
 * ```
 */
export function settle(work: Open, answer: Result<never, StageFailure>): void {
  release(work);
  work.settle(answer);
}
