// Data inside the page: JSON, deflated, as base64. The page's script reads it back with what browsers have built in.

import { base64 } from "./svg_url.ts";

/**
 * A value as text that may stand in a script block.
 *
 * @example
 * ```ts
 * import { pack } from "#lib/report/pack.ts";
 * import { assert } from "@std/assert";
 * assert(/^[A-Za-z0-9+/=]+$/.test(await pack({ text: "</script>" })));
 * ```
 */
export async function pack(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const deflated = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return base64(new Uint8Array(await new Response(deflated).arrayBuffer()));
}
