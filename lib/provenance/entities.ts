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
 * The same as JSON text, with a comma in front. Ids need no escaping.
 *
 * @example
 * ```ts
 * import { referencesText } from "#lib/provenance/entities.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(referencesText("object", ["#a"]), ',"object":[{"@id":"#a"}]');
 * assertEquals(referencesText("object", []), "");
 * ```
 */
export function referencesText(property: string, ids: readonly string[]): string {
  return ids.length === 0 ? "" : `,"${property}":[{"@id":"${ids.join('"},{"@id":"')}"}]`;
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
 * Collects entities as bytes; the first of an id stands. As bytes, because thousands of short-lived texts cost nothing,
 * and thousands that are kept until the end cost more than all the rest.
 *
 * @example
 * ```ts
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { assertEquals } from "@std/assert";
 * const entities = new Entities();
 * entities.add({ "@id": "#a", "@type": "Thing" });
 * entities.add({ "@id": "#a", "@type": "Other" });
 * assertEquals(new TextDecoder().decode(entities.bytes()), '{"@id":"#a","@type":"Thing"}');
 * ```
 */
export class Entities {
  readonly #ids = new Set<string>();
  #buffer = new Uint8Array(64 * 1024);
  #length = 0;

  /** Their JSON, separated by a comma and the end of a line. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /**
   * Adds an entity as text, for those of which there are thousands: building objects first costs three times as much.
   *
   * @param properties JSON of everything but the id, without braces.
   */
  addText(id: string, properties: string): string {
    if (!this.#ids.has(id)) {
      this.#ids.add(id);
      this.#write(`{"@id":"${id}",${properties}}`);
    }
    return id;
  }

  /** Adds an entity; returns its id. */
  add(entity: Entity): string {
    const id = entity["@id"];
    if (!this.#ids.has(id)) {
      this.#ids.add(id);
      this.#write(JSON.stringify(entity));
    }
    return id;
  }

  /** Whether there is an entity of an id. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  #write(text: string): void {
    // A UTF-16 unit becomes three bytes at most.
    const needed = this.#length + 3 * text.length + 2;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    if (this.#length > 0) {
      this.#buffer[this.#length++] = 44;
      this.#buffer[this.#length++] = 10;
    }
    this.#length += encoder.encodeInto(text, this.#buffer.subarray(this.#length)).written;
  }
}

const encoder = new TextEncoder();
