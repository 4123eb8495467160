// The list of entities that a crate is: flat, each id once, each reference to one that is there.

/** A reference to an entity. */
export interface Reference {
  readonly "@id": string;
}

/** An entity: its id, its types, and properties that are plain values, references, or lists of these. */
export interface Entity extends Reference {
  readonly "@type": string | readonly string[];
  readonly [property: string]: unknown;
}

/**
 * A reference.
 *
 * @example
 * ```ts
 * import { reference } from "#lib/provenance/entities.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(reference("#run"), { "@id": "#run" });
 * ```
 */
export function reference(id: string): Reference {
  return { "@id": id };
}

/**
 * References to several entities; nothing where there is none.
 *
 * @example
 * ```ts
 * import { references } from "#lib/provenance/entities.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(references("object", ["#a"]), { object: [{ "@id": "#a" }] });
 * assertEquals(references("object", []), {});
 * ```
 */
export function references(
  property: string,
  ids: Iterable<string>,
): Readonly<Record<string, readonly Reference[]>> {
  const list = Array.from(ids, reference);
  return list.length === 0 ? {} : { [property]: list };
}

/**
 * A moment as the profiles write it: ISO 8601 with an offset.
 *
 * @example
 * ```ts
 * import { timeText } from "#lib/provenance/entities.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(timeText(0), "1970-01-01T00:00:00.000+00:00");
 * ```
 */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}+00:00`;
}

/**
 * Collects entities; the first of an id stands.
 *
 * @example
 * ```ts
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { assertEquals } from "@std/assert";
 * const entities = new Entities();
 * entities.add({ "@id": "#a", "@type": "Thing" });
 * entities.add({ "@id": "#a", "@type": "Other" });
 * assertEquals(entities.lines, ['{"@id":"#a","@type":"Thing"}']);
 * ```
 */
export class Entities {
  /** One JSON text each. */
  readonly lines: string[] = [];
  readonly #ids = new Set<string>();

  /** Adds an entity; returns its id. */
  add(entity: Entity): string {
    const id = entity["@id"];
    if (!this.#ids.has(id)) {
      this.#ids.add(id);
      this.lines.push(JSON.stringify(entity));
    }
    return id;
  }
}
