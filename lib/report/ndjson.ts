// NDJSON: every event as one line of JSON, nothing else.

import type { RunEvent } from "../core/event.ts";
import type { Reporter } from "./reporter.ts";

/**
 * Makes the reporter behind `--json`; the last line is `run-finished`.
 *
 * @example
 * ```ts
 * import { ndjsonReporter } from "#lib/report/ndjson.ts";
 * import { assertEquals } from "@std/assert";
 * let text = "";
 * ndjsonReporter((part) => text += part).event({ type: "warning", at: 1, message: "m" });
 * assertEquals(text, '{"type":"warning","at":1,"message":"m"}\n');
 * ```
 */
export function ndjsonReporter(write: (text: string) => void): Reporter {
  return { event: (event: RunEvent) => write(JSON.stringify(shown(event)) + "\n"), close() {} };
}

/** The last line says the time once, as `seconds`. */
function shown(event: RunEvent): Partial<RunEvent> {
  if (event.type !== "run-finished") return event;
  const { at: _, ...rest } = event;
  return rest;
}
