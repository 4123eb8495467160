// Which view of a run its user gets: live, plain, only what fails, or events for other programs.

import { liveReporter } from "../report/live.ts";
import { ndjsonReporter } from "../report/ndjson.ts";
import { plainReporter } from "../report/plain.ts";
import type { Reporter, ReporterOptions } from "../report/reporter.ts";
import type { Terminal } from "./terminal.ts";

/** The reporter for a terminal and what was asked for; `about` is what it knows of the run besides events. */
export function runReporter(
  terminal: Terminal,
  options: { readonly json: boolean; readonly quiet: boolean },
  about: Required<Pick<ReporterOptions, "expected" | "sizes">>,
): Reporter {
  if (options.json) return ndjsonReporter((text) => terminal.out(text));
  const shown = {
    write: (text: string) => terminal.err(text),
    columns: () => terminal.columns(),
    rows: () => terminal.rows(),
    ...about,
  };
  if (options.quiet) return onlyFailures(shown);
  return terminal.live ? liveReporter(shown) : plainReporter(shown);
}

/** The plain reporter, of which only what went wrong is shown. */
function onlyFailures(options: ReporterOptions): Reporter {
  let loud = false;
  const reporter = plainReporter({
    ...options,
    write: (text) => {
      if (loud) options.write(text);
    },
  });
  return {
    event(event) {
      loud = event.type === "stage-failed" || event.type === "warning";
      // What is counted must be told; the lines of the rest need not be made.
      if (loud || event.type === "planned") reporter.event(event);
    },
    close() {},
  };
}
