// Params: the workflow's own values. They may hold expressions over other params, in any order; each is worked out
// when first asked for, and a circle is an error that names it.

import { hasExpression } from "./expression/split.ts";
import { compileTemplate } from "./expression/template.ts";
import type { Found, Scope } from "./expression/compile.ts";
import { listNames, nearest, suggest } from "./nearest.ts";
import type { Problems } from "./problems.ts";
import { type MapTree, plain, type Tree } from "./tree.ts";

/** A param refers to a param that refers to a param …: at most this deep, the maps they lie in counted. */
const maxReferences = 100;

type Answer = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

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
  /** Where only params are known: in axes and in params themselves. */
  readonly scope: Scope;

  constructor(tree: MapTree | undefined, problems: Problems) {
    this.#tree = tree;
    this.#problems = problems;
    this.scope = {
      axis: () => undefined,
      param: (path) => this.find(path),
      unknown: (name) => this.unknownName(name, []),
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
    while (tree !== undefined && steps < path.length) {
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
    return answer.ok ? { ok: true, value: answer.value, steps } : { ok: false, message: undefined };
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
    if (tree.kind === "scalar" && !hasExpression(tree)) return { ok: true, value: tree.value };
    const known = this.#answers.get(tree);
    if (known !== undefined) return known;
    this.#busy.set(tree, name);
    const answer = this.#work(tree, name);
    this.#busy.delete(tree);
    this.#answers.set(tree, answer);
    return answer;
  }

  #work(tree: Tree, name: string): Answer {
    if (tree.kind === "scalar") {
      const template = compileTemplate(tree, this.scope, this.#problems);
      return template === null ? { ok: false } : { ok: true, value: template.constant };
    }
    let changed = false;
    let failed = false;
    const take = (child: Tree, childName: string): unknown => {
      const circle = this.#circle(child, childName);
      if (circle !== undefined) {
        if (!circle.ok) this.#problems.error("param-cycle", child, circle.message!);
        failed = true;
        return undefined;
      }
      const answer = this.#value(child, childName);
      if (!answer.ok) failed = true;
      else if (answer.value !== plain(child)) changed = true;
      return answer.ok ? answer.value : undefined;
    };
    if (tree.kind === "list") {
      const list = tree.items.map((item, i) => take(item, `${name}[${i}]`));
      return failed ? { ok: false } : { ok: true, value: changed ? list : plain(tree) };
    }
    const record: Record<string, unknown> = {};
    for (const [key, entry] of tree.entries) record[key] = take(entry.value, `${name}.${key}`);
    return failed ? { ok: false } : { ok: true, value: changed ? record : plain(tree) };
  }
}
