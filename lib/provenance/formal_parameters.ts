// Formal parameters and their values: what a workflow and its tools can be given, and what they were given. A value that
// several members share is one entity.

import { digestOf } from "../core/digest.ts";
import { type Entities, reference } from "./entities.ts";
import { fragmentId } from "./ids.ts";

/** Characters of a value that are written; of longer ones the digest. */
const maxValue = 2000;

interface Parameter {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly types: Set<string>;
  /** Entities of its values by their JSON. */
  readonly values: Map<string, string>;
}

/**
 * Collects parameters by whose they are and what they are called.
 *
 * @example
 * ```ts
 * import { Entities } from "#lib/provenance/entities.ts";
 * import { FormalParameters } from "#lib/provenance/formal_parameters.ts";
 * import { assertEquals } from "@std/assert";
 * const parameters = new FormalParameters(new Entities());
 * const value = parameters.value("dmd", "rank", 10);
 * assertEquals([value, parameters.value("dmd", "rank", 10)], ["#value/dmd/rank/10", "#value/dmd/rank/10"]);
 * ```
 */
export class FormalParameters {
  readonly #entities: Entities;
  readonly #params = new Map<string, Map<string, Parameter>>();
  readonly #inputs = new Map<string, Map<string, Parameter>>();
  readonly #outputs = new Map<string, Map<string, Parameter>>();
  readonly #lists = new WeakMap<
    object,
    { readonly owner: string; readonly ids: readonly string[] }
  >();

  readonly #hide: (text: string) => string;

  /** @param hide takes out of a text what must not be told, such as folders of this machine. */
  constructor(entities: Entities, hide: (text: string) => string = (text) => text) {
    this.#entities = entities;
    this.#hide = hide;
  }

  /** Entities of the values of all params. */
  values(owner: string, params: Readonly<Record<string, unknown>>): readonly string[] {
    // Members of a stage often share one object.
    const known = this.#lists.get(params);
    if (known?.owner === owner) return known.ids;
    const ids: string[] = [];
    for (const name in params) {
      if (params[name] !== undefined) ids.push(this.value(owner, name, params[name]));
    }
    this.#lists.set(params, { owner, ids });
    return ids;
  }

  /** The entity of a param's value. */
  value(owner: string, name: string, value: unknown): string {
    const parameter = parameterOf(this.#params, owner, name, "param", "");
    const text = JSON.stringify(value) ?? "null";
    const known = parameter.values.get(text);
    if (known !== undefined) return known;
    parameter.types.add(typeOf(value));
    const id = `${idOf("value", owner, name)}${fragmentId("", this.#nameOf(text)).slice(1)}`;
    parameter.values.set(text, id);
    this.#entities.add({
      "@id": id,
      "@type": "PropertyValue",
      name,
      value: this.#plain(value, text),
      exampleOfWork: reference(parameter.id),
    });
    return id;
  }

  /** The parameter of an input or output, which artifacts realise. */
  port(owner: string, direction: "input" | "output", name: string, kind: string): string {
    const map = direction === "input" ? this.#inputs : this.#outputs;
    const parameter = parameterOf(map, owner, name, direction, kind);
    parameter.types.add(kind === "file" ? "File" : "Dataset");
    return parameter.id;
  }

  /** Ids of what an owner can be given, and of what it gives. */
  of(owner: string): { readonly inputs: readonly string[]; readonly outputs: readonly string[] } {
    const ids = (map: ReadonlyMap<string, ReadonlyMap<string, Parameter>>) =>
      Array.from(map.get(owner)?.values() ?? [], ({ id }) => id);
    return {
      inputs: [...ids(this.#inputs), ...ids(this.#params)],
      outputs: ids(this.#outputs),
    };
  }

  /** What a value is called in its id: by itself, so that it does not depend on the order of members. */
  #nameOf(text: string): string {
    return text.length <= maxName && this.#hide(text) === text
      ? text
      : digestOf(text).replace(":", "-").slice(0, 31);
  }

  /** Lists have no order in JSON-LD, and null is nothing: such values are written as JSON. */
  #plain(value: unknown, text: string): string | number | boolean {
    if (typeof value === "boolean") return value;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    const plain = typeof value === "string" ? value : text;
    return plain.length <= maxValue
      ? this.#hide(plain)
      : `${digestOf(text)} (of ${text.length} characters of JSON)`;
  }

  /** Adds the entities of the parameters themselves, once all values are known. */
  finish(): void {
    for (const map of [this.#params, this.#inputs, this.#outputs]) {
      for (const parameters of map.values()) {
        for (const { id, name, description, types } of parameters.values()) {
          this.#entities.add({
            "@id": id,
            "@type": "FormalParameter",
            name,
            ...(description === "" ? {} : { description }),
            additionalType: commonType(types),
          });
        }
      }
    }
  }
}

function parameterOf(
  map: Map<string, Map<string, Parameter>>,
  owner: string,
  name: string,
  kind: string,
  description: string,
): Parameter {
  let parameters = map.get(owner);
  if (parameters === undefined) map.set(owner, parameters = new Map());
  let parameter = parameters.get(name);
  if (parameter === undefined) {
    const id = idOf(kind, owner, name);
    parameter = { id, name, description, types: new Set(), values: new Map() };
    parameters.set(name, parameter);
  }
  return parameter;
}

/** Characters of a value in its id. */
const maxName = 24;

/** Params and outputs of the workflow itself have no owner. */
function idOf(kind: string, owner: string, name: string): string {
  return owner === "" ? fragmentId(kind, name) : fragmentId(kind, owner, name);
}

/** Names of schema.org's data types. */
function typeOf(value: unknown): string {
  if (typeof value === "boolean") return "Boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "Integer" : "Float";
  return typeof value === "object" && value !== null ? "PropertyValue" : "Text";
}

function commonType(types: ReadonlySet<string>): string {
  if (types.size === 1) return types.values().next().value!;
  return [...types].every((type) => type === "Integer" || type === "Float") ? "Number" : "DataType";
}
