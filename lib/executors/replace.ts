// Putting something else in the place of built-in functions, and telling who calls one. For the scope of a worker.

const RealError = Error;
const executors = new URL("./", import.meta.url).href;

/**
 * Sets properties, also those that are read-only.
 *
 * @example
 * ```ts
 * import { replace } from "#lib/executors/replace.ts";
 * import { assertEquals } from "@std/assert";
 * const object = Object.defineProperty({ a: 0 }, "a", { writable: false });
 * replace(object, { a: 1 });
 * assertEquals(object.a, 1);
 * ```
 */
export function replace(target: object, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    const known = Object.getOwnPropertyDescriptor(target, name);
    if (known?.configurable === false) (target as Record<string, unknown>)[name] = value;
    else {
      const enumerable = known?.enumerable ?? false;
      Object.defineProperty(target, name, {
        value,
        enumerable,
        configurable: true,
        writable: true,
      });
    }
  }
}

/**
 * Replaces a constructor, also where its instances lead to it.
 *
 * @param before is called with the arguments, and may throw or change them.
 *
 * @example
 * ```ts ignore
 * replaceConstructor(Intl, "Collator", ([locales, ...rest]) => [locales ?? "en-US", ...rest]);
 * ```
 */
export function replaceConstructor(
  scope: object,
  name: string,
  // deno-lint-ignore no-explicit-any
  before: (args: any[]) => any[],
): void {
  // deno-lint-ignore no-explicit-any
  const real = (scope as any)[name];
  if (real === undefined) return;
  const checked = new Proxy(real, {
    apply: (target, self, args) => Reflect.apply(target, self, before(args)),
    construct: (target, args, made) => Reflect.construct(target, before(args), made),
  });
  replace(scope, { [name]: checked });
  replace(real.prototype, { constructor: checked });
}

/**
 * The line of the stack trace that is the first outside the executors and has a place; empty if there is none.
 *
 * @example
 * ```ts ignore
 * if (caller().includes("blob:")) throw new Error("not for tasks");
 * ```
 */
export function caller(): string {
  // A task could have changed both.
  const { stackTraceLimit, prepareStackTrace } = RealError as unknown as Record<string, unknown>;
  Object.assign(RealError, { stackTraceLimit: 20, prepareStackTrace: undefined });
  const stack = String(new RealError().stack);
  Object.assign(RealError, { stackTraceLimit, prepareStackTrace });
  return stack.split("\n").slice(1)
    .find((line) => /:\d+:\d+\)?$/.test(line) && !line.includes(executors)) ?? "";
}
