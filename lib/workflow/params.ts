// Params: the workflow's own values. They may hold expressions over other params, in any order; each is worked out
// when first asked for, and a circle is an error that names it. Those of a sub-workflow may be given by its call, and
// then depend on the call's axes; so does what is made of them.

import { hasExpression } from "./expression/split.ts";
import type { Axis } from "./axis.ts";
import { compileTemplate, PlacedError, type Template } from "./expression/template.ts";
import type { Found, Scope } from "./expression/compile.ts";
import { listNames, nearest, suggest } from "./nearest.ts";
import { Problems } from "./problems.ts";
import { type Entry, mapOf, type MapTree, plain, type Tree } from "./tree.ts";

/** A param refers to a param that refers to a param …: at most this deep, the maps they lie in counted. */
const maxReferences = 100;

/** A value, how it is worked out for a member (`by`), or that it is wrong, which was reported. */
type Answer = { readonly ok: true; readonly value: unknown; readonly by?: Template } | {
  readonly ok: false;
};

/** What a call gives to a sub-workflow. */
export interface Given {
  /** The axes of the call; templates of values number them by position. */
  readonly axes: readonly Axis[];
  /** By param; a template that is null was wrong, which was reported. */
  readonly values: ReadonlyMap<
    string,
    { readonly entry: Entry; readonly template: Template | null }
  >;
}

/**
 * The params of a workflow.
 *
 * @example
 * ```ts
 * import { Params } from "#lib/workflow/params.ts";
 * import { parseYaml } from "#lib/workflow/parse_yaml.ts";
 * import { Problems } from "#lib/workflow/problems.ts";
 * import { SourceText } from "#lib/workflow/source_text.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const tree = parseYaml(new SourceText("a.yaml", "{ a: '${{ params.b + 1 }}', b: 2 }"));
 * assert(tree.ok && tree.value.kind === "map");
 * assertEquals(new Params(tree.value, new Problems()).all(), { a: 3, b: 2 });
 * ```
 */
export class Params {
  readonly #tree: MapTree | undefined;
  readonly #problems: Problems;
  readonly #answers = new Map<Tree, Answer>();
  /** Names of the params being worked out, for circles. */
  readonly #busy = new Map<Tree, string>();
  /** Values that a call gave: what is inside them is not looked up here. */
  readonly #given = new Set<Tree>();
  #wholeVaries = false;
  /** The axes that params may depend on: those of the call; none outside sub-workflows. */
  readonly axes: readonly Axis[];
  /** Where only params are known that are the same for every member: in axes. */
  readonly scope: Scope;
  /** Where only params are known: in params themselves. */
  readonly #inner: Scope;

  constructor(tree: MapTree | undefined, problems: Problems, given?: Given) {
    this.#problems = problems;
    this.axes = given?.axes ?? [];
    this.#tree = given === undefined ? tree : this.#lay(tree, given);
    this.#inner = {
      axis: () => undefined,
      param: (path) => this.find(path),
      unknown: (name) => this.unknownName(name, []),
    };
    this.scope = { ...this.#inner, param: (path) => this.#findConstant(path) };
  }

  /** The params with what a call gives in their places. */
  #lay(tree: MapTree | undefined, { values }: Given): MapTree | undefined {
    if (tree === undefined) return undefined;
    const entries = new Map(tree.entries);
    for (const [name, { entry, template }] of values) {
      if (!entries.has(name)) continue;
      // A tree of its own: the same value may be given to several params.
      const value = { ...entry.value };
      entries.set(name, { key: entry.key, value });
      this.#given.add(value);
      this.#answers.set(
        value,
        template === null
          ? { ok: false }
          : template.slots.size === 0
          ? { ok: true, value: template.constant }
          : { ok: true, value: undefined, by: template },
      );
    }
    return mapOf(entries, tree);
  }

  #findConstant(path: readonly (string | number)[]): Found {
    const found = this.find(path);
    if (!found.ok || found.by === undefined) return found;
    const axes = [...found.by.slots].map((slot) => this.axes[slot].name);
    return {
      ok: false,
      code: "varying-param",
      message: `\`params.${path.join(".")}\` differs from member to member: the call of this ` +
        `sub-workflow sets it by ${listNames(axes)}`,
      hint:
        "axes are the same for all members; use such params in `with`, `where`, `keep` and `when`",
    };
  }

  /** Names of the params. */
  get names(): readonly string[] {
    return [...this.#tree?.entries.keys() ?? []];
  }

  /** Every param worked out, or null if one is wrong. */
  all(): Readonly<Record<string, unknown>> | null {
    if (this.#tree === undefined) return {};
    const answer = this.#value(this.#tree, "params");
    return answer.ok ? answer.value as Record<string, unknown> : null;
  }

  /** The value at a path below `params`. */
  find(path: readonly (string | number)[]): Found {
    let tree: Tree | undefined = this.#tree;
    let name = "params";
    let steps = 0;
    while (tree !== undefined && steps < path.length && !this.#given.has(tree)) {
      const step = path[steps];
      let next: Tree | undefined;
      if (tree.kind === "map") {
        next = tree.entries.get(String(step))?.value;
        if (next === undefined) return this.#missing(name, step, [...tree.entries.keys()]);
      } else if (tree.kind === "list" && typeof step === "number") next = tree.items[step];
      if (next === undefined) break;
      name += typeof step === "number" ? `[${step}]` : `.${step}`;
      tree = next;
      steps++;
    }
    if (tree === undefined) {
      return path.length === 0
        ? { ok: true, value: {}, steps: 0 }
        : this.#missing(name, path[0], []);
    }
    const circle = this.#circle(tree, name);
    if (circle !== undefined) return circle;
    const answer = this.#value(tree, name);
    if (!answer.ok) return { ok: false, message: undefined };
    if (steps === 0 && this.#wholeVaries) {
      return {
        ok: false,
        message: "`params` as a whole differs from member to member",
        hint: "name the params that are needed",
      };
    }
    const { value, by } = answer;
    return by === undefined ? { ok: true, value, steps } : {
      ok: true,
      value,
      steps,
      by: {
        slots: by.slots,
        run: (row) => {
          const evaluated = by.evaluate(row);
          if (evaluated.ok) return evaluated.value;
          throw new PlacedError(evaluated.error);
        },
      },
    };
  }

  /** Whether a value that names params differs from member to member. */
  varies(tree: Tree): boolean {
    if (this.axes.length === 0) return false;
    const template = compileTemplate(tree, this.#inner, new Problems());
    return template !== null && template.slots.size > 0;
  }

  /** What to say of a name that is no param's, given the axes that are known. */
  unknownName(name: string, axes: readonly string[]): { message: string; hint?: string } {
    const message = `there is no axis \`${name}\` here`;
    if (this.#tree?.entries.has(name)) {
      return { message, hint: `for the param write \`params.${name}\`` };
    }
    const near = nearest(name, [...axes, "params"]);
    if (near !== undefined) return { message, hint: `did you mean \`${near}\`?` };
    return {
      message,
      hint: axes.length > 0
        ? `known are ${listNames([...axes, "params"])}`
        : "only `params` is known here",
    };
  }

  #missing(name: string, step: string | number, known: readonly string[]): Found {
    return {
      ok: false,
      code: "unknown-param",
      message: name === "params"
        ? `there is no param \`${step}\``
        : `\`${name}\` has no \`${step}\``,
      hint: suggest(String(step), known, name === "params" ? "params" : "fields"),
    };
  }

  #circle(tree: Tree, name: string): Found | undefined {
    const names = [...this.#busy.values()];
    if (this.#busy.has(tree)) {
      const circle = [...names.slice(names.indexOf(this.#busy.get(tree)!)), name];
      return {
        ok: false,
        code: "param-cycle",
        message: `params refer to each other in a circle: ${circle.join(" → ")}`,
      };
    }
    if (names.length < maxReferences) return undefined;
    return {
      ok: false,
      code: "param-cycle",
      message: `params refer to each other over ${maxReferences} deep`,
    };
  }

  #value(tree: Tree, name: string): Answer {
    const known = this.#answers.get(tree);
    if (known !== undefined) return known;
    if (tree.kind === "scalar" && !hasExpression(tree)) return { ok: true, value: tree.value };
    this.#busy.set(tree, name);
    const answer = this.#work(tree, name);
    this.#busy.delete(tree);
    this.#answers.set(tree, answer);
    return answer;
  }

  #work(tree: Tree, name: string): Answer {
    if (tree.kind === "scalar") {
      const template = compileTemplate(tree, this.#inner, this.#problems);
      if (template === null) return { ok: false };
      return template.slots.size === 0
        ? { ok: true, value: template.constant }
        : { ok: true, value: undefined, by: template };
    }
    let changed = false;
    let failed = false;
    let varies = false;
    const take = (child: Tree, childName: string): unknown => {
      const circle = this.#circle(child, childName);
      if (circle !== undefined) {
        if (!circle.ok) this.#problems.error("param-cycle", child, circle.message!);
        failed = true;
        return undefined;
      }
      const answer = this.#value(child, childName);
      if (!answer.ok) failed = true;
      else if (answer.by !== undefined) varies = true;
      else if (answer.value !== plain(child)) changed = true;
      return answer.ok ? answer.value : undefined;
    };
    if (tree.kind === "list") {
      const list = tree.items.map((item, i) => take(item, `${name}[${i}]`));
      if (varies && !failed) return this.#whole(tree);
      return failed ? { ok: false } : { ok: true, value: changed ? list : plain(tree) };
    }
    const record: Record<string, unknown> = {};
    for (const [key, entry] of tree.entries) record[key] = take(entry.value, `${name}.${key}`);
    if (varies && !failed) return this.#whole(tree);
    return failed ? { ok: false } : { ok: true, value: changed ? record : plain(tree) };
  }

  /** A list or map in which something differs from member to member. */
  #whole(tree: Tree): Answer {
    // All params together are never one value: those that a call gave were not written in this scope.
    if (tree === this.#tree) {
      this.#wholeVaries = true;
      return { ok: true, value: {} };
    }
    const template = compileTemplate(tree, this.#inner, this.#problems);
    return template === null ? { ok: false } : { ok: true, value: undefined, by: template };
  }
}
