// Ids of members, read back: which stage, and where on its axes. Records of runs hold ids; exports need coordinates.

/** What an id says. */
export interface MemberPlace {
  readonly stage: string;
  /** By axis, in the order of the id. A part without a name is called `member`. */
  readonly coords: Readonly<Record<string, string | number | boolean>>;
}

/**
 * The stage and coordinates of `fit[system=lorenz,seed=0]`. Numbers and truth values come back as such.
 *
 * @example
 * ```ts
 * import { memberPlace } from "#lib/export/member_id.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(memberPlace('fit[system="a,b",seed=0]'), { stage: "fit", coords: { system: "a,b", seed: 0 } });
 * ```
 */
export function memberPlace(id: string): MemberPlace {
  const open = id.indexOf("[");
  if (open < 0 || !id.endsWith("]")) return { stage: id, coords: {} };
  const coords: Record<string, string | number | boolean> = {};
  const part = /(?:([^=,"]*)=)?("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/y;
  const inside = id.slice(open + 1, -1);
  for (let at = 0; at < inside.length;) {
    part.lastIndex = at;
    const found = part.exec(inside);
    if (found === null || found[0] === "") return { stage: id, coords: {} };
    coords[found[1]?.trim() || "member"] = valueOf(found[2]);
    at = part.lastIndex;
  }
  return { stage: id.slice(0, open), coords };
}

function valueOf(text: string): string | number | boolean {
  if (text.startsWith('"')) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && String(Number(text)) === text ? Number(text) : text;
}
