// A crate as a test looks at it: entities by id, values as lists, classes with what they stand for.

/** An entity. */
export type CrateEntity = { "@id": string; "@type": string | string[] } & Record<string, unknown>;

/** A parsed `ro-crate-metadata.json`. */
export interface CrateDocument {
  "@context": unknown;
  "@graph": CrateEntity[];
}

/** Looks into a crate. */
export class CrateView {
  readonly entities: readonly CrateEntity[];
  readonly #byId: ReadonlyMap<string, CrateEntity>;

  constructor(readonly document: CrateDocument) {
    this.entities = document["@graph"];
    this.#byId = new Map(this.entities.map((entity) => [entity["@id"], entity]));
  }

  get(id: string | undefined): CrateEntity | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The descriptor, and what it is about. */
  get descriptor(): CrateEntity | undefined {
    return this.get("ro-crate-metadata.json");
  }
  get root(): CrateEntity | undefined {
    const descriptor = this.descriptor;
    return descriptor === undefined ? undefined : this.get(idsOf(descriptor, "about")[0]);
  }
  get workflow(): CrateEntity | undefined {
    const root = this.root;
    return root === undefined ? undefined : this.get(idsOf(root, "mainEntity")[0]);
  }

  /** Entities of any of some types. */
  of(...types: readonly string[]): readonly CrateEntity[] {
    return this.entities.filter((entity) => is(entity, ...types));
  }

  /** What a property refers to; what is not there is `undefined`. */
  refs(entity: CrateEntity, property: string): readonly (CrateEntity | undefined)[] {
    return idsOf(entity, property).map((id) => this.get(id));
  }

  /** Whether every value of a property is a reference to an entity of some types. */
  allAre(entity: CrateEntity, property: string, ...types: readonly string[]): boolean {
    return values(entity, property).length === idsOf(entity, property).length &&
      this.refs(entity, property).every((one) => one !== undefined && is(one, ...types));
  }
}

/** Whether an entity has any of some types. */
export function is(entity: CrateEntity, ...types: readonly string[]): boolean {
  const own = [entity["@type"]].flat();
  return types.some((type) => own.includes(type));
}

/** Values of a property as a list. */
export function values(entity: CrateEntity, property: string): readonly unknown[] {
  const value = entity[property];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/** Ids that a property refers to. */
export function idsOf(entity: CrateEntity, property: string): readonly string[] {
  return values(entity, property).flatMap((value) =>
    typeof value === "object" && value !== null && "@id" in value ? [String(value["@id"])] : []
  );
}

/** Ids of all references anywhere in an entity. */
export function allReferences(entity: CrateEntity): readonly string[] {
  return Object.keys(entity).filter((name) => name !== "@id").flatMap((name) =>
    idsOf(entity, name)
  );
}
