// A strict object of which exactly one key is given: how verbs and tests are written in YAML.
// Not a union: a union's refusal cannot say which branch was meant, and its schema completes badly in editors.

import { z } from "zod";

type Optional<S extends z.ZodRawShape> = {
  [K in keyof S]: z.ZodOptional<S[K] extends z.ZodType ? S[K] : never>;
};

/**
 * A schema that accepts an object with exactly one of the keys.
 *
 * @example
 * ```ts
 * import { exactlyOne } from "#lib/math/tables/exactly_one.ts";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const test = exactlyOne({ above: z.number(), below: z.number() });
 * assertEquals(test.safeParse({ above: 1 }).success, true);
 * assertEquals(test.safeParse({}).error?.issues[0].message, "give exactly one of above, below; found none");
 * ```
 */
export function exactlyOne<S extends z.ZodRawShape>(
  shape: S,
): z.ZodObject<Optional<S>, z.core.$strict> {
  const optional = Object.fromEntries(
    Object.entries(shape).map(([key, type]) => [key, (type as z.ZodType).optional()]),
  ) as Optional<S>;
  return z.strictObject(optional).superRefine((value, context) => {
    const given = Object.keys(value).filter((key) =>
      (value as Record<string, unknown>)[key] !== undefined
    );
    if (given.length !== 1) {
      context.addIssue({
        code: "custom",
        message: `give exactly one of ${Object.keys(shape).join(", ")}; found ${
          given.join(", ") || "none"
        }`,
      });
    }
  });
}
