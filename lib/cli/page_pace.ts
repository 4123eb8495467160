// When the page of a run that goes on is written again: soon after the start, as soon as there is something to look at,
// and never so often that writing takes a noticeable part of the time. Times in ms, of a clock that never goes back.

/** Nothing is written before: most runs that find everything in the store are over by then. */
const firstAfter = 600;

/** A page with something new on it. */
const newEvery = 2000;

/** A page with nothing new, so that a reader can tell a run that waits from one that was killed. */
const sameEvery = 15_000;

/** Writing takes at most one part in so many. */
const share = 25;

/** What a page would show now, as far as it decides whether to write it. */
export interface PageNews {
  /** Events so far. */
  readonly events: number;
  /** Figures and verdicts so far. */
  readonly shown: number;
}

/** Decides when to write. */
export class PagePace {
  #written: (PageNews & { readonly at: number; readonly cost: number }) | undefined;

  /** @param start when the run began. */
  constructor(readonly start: number) {}

  /** Whether the page should be written now. */
  due(now: number, news: PageNews): boolean {
    const last = this.#written;
    if (last === undefined) return now - this.start >= firstAfter;
    const age = now - last.at;
    if (age < share * last.cost) return false;
    if (last.shown === 0 && news.shown > 0) return true;
    return age >= (news.events > last.events ? newEvery : sameEvery);
  }

  /** Says that it was written, with what was known when that began. */
  wrote(began: number, ended: number, news: PageNews): void {
    this.#written = { ...news, at: ended, cost: ended - began };
  }

  /** Seconds after which a reader may look again and find something new. */
  everySeconds(): number {
    return Math.ceil(Math.max(2 * newEvery, share * (this.#written?.cost ?? 0)) / 1000) + 1;
  }
}
