// What a stage says of its attempts: how long one may take (`timeout`), and how many there are (`retry`).

import { secondsOf } from "./duration.ts";
import type { RetryPolicy } from "./graph.ts";
import type { Problems } from "./problems.ts";
import { childOf, plain, type Tree } from "./tree.ts";

/**
 * Seconds of a timeout; undefined if there is none, or if it is wrong, which is reported.
 *
 * @example
 * ```ts
 * import { readTimeout } from "#lib/workflow/attempts.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "2m"));
 * assert(tree.ok);
 * assertEquals(readTimeout(tree.value, new Problems()), 120);
 * ```
 */
export function readTimeout(tree: Tree | undefined, problems: Problems): number | undefined {
  if (tree === undefined) return undefined;
  const seconds = secondsOf(plain(tree));
  if (seconds !== undefined && seconds > 0) return seconds;
  problems.error("bad-value", tree, "a timeout is a number of seconds above 0, or a duration", {
    hint: "write 90s, 10m, 2h or 1d",
  });
  return undefined;
}

/**
 * Attempts and the pause between them; undefined if nothing is said.
 *
 * @example
 * ```ts
 * import { readRetry } from "#lib/workflow/attempts.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "3"));
 * assert(tree.ok);
 * assertEquals(readRetry(tree.value, new Problems()), { attempts: 4, backoffSeconds: 0 });
 * ```
 */
export function readRetry(tree: Tree | undefined, problems: Problems): RetryPolicy | undefined {
  if (tree === undefined) return undefined;
  if (tree.kind !== "map") return { attempts: Number(plain(tree)) + 1, backoffSeconds: 0 };
  const backoff = childOf(tree, "backoff");
  const backoffSeconds = backoff === undefined ? 0 : secondsOf(plain(backoff));
  if (backoffSeconds === undefined) {
    problems.error("bad-value", backoff!, "a backoff is a number of seconds, or a duration", {
      hint: "write 500ms, 5s or 1m",
    });
  }
  return {
    attempts: Number(plain(childOf(tree, "attempts")!)),
    backoffSeconds: backoffSeconds ?? 0,
  };
}
