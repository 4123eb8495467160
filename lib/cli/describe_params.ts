// The params of a task or member as text: name, what it takes, its default, its description. Read from the JSON schema of
// the zod schema, so nothing is written twice.

import { bold, dim } from "@std/fmt/colors";
import { z } from "zod";
import { wrap } from "./wrap.ts";

/** The parts of JSON schema that zod writes. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Objects within params that are spelled out. */
const maxDepth = 2;
/** Whole numbers that JSON schema writes as limits of "any integer". */
const noLimit = Number.MAX_SAFE_INTEGER;

/**
 * Lines that describe params, for a terminal of this width.
 *
 * @example
 * ```ts
 * import { describeParams } from "#lib/cli/describe_params.ts";
 * import { stripAnsiCode } from "@std/fmt/colors";
 * import { z } from "zod";
 * import { assertEquals } from "@std/assert";
 * const schema = z.strictObject({ rank: z.int().min(1).default(3).describe("components kept") });
 * assertEquals(stripAnsiCode(describeParams(schema, 80).join("\n")), "  rank  integer ≥ 1, default 3\n        components kept");
 * ```
 */
export function describeParams(params: z.ZodObject, columns: number): string[] {
  const schema = z.toJSONSchema(params, { io: "input", unrepresentable: "any" }) as Schema;
  return linesOf(schema, columns, 1);
}

function linesOf({ properties = {}, required = [] }: Schema, columns: number, depth: number) {
  const names = Object.keys(properties);
  const indent = "  ".repeat(depth);
  const width = Math.min(24, Math.max(0, ...names.map((name) => name.length)));
  return names.flatMap((name): string[] => {
    const one = properties[name];
    const room = Math.max(24, columns - indent.length - width - 2);
    const margin = " ".repeat(indent.length + width + 2);
    const facts = [
      typeText(one),
      one.default !== undefined
        ? (isEmpty(one.default) ? "" : `default ${JSON.stringify(one.default)}`)
        : required.includes(name)
        ? "required"
        : "",
    ].filter((part) => part !== "").join(", ");
    const [first = "", ...more] = wrap(facts, room);
    const inner = objectIn(one);
    return [
      `${indent}${bold(name.padEnd(width))}  ${first}`,
      ...more.map((line) => margin + line),
      ...(one.description === undefined
        ? []
        : wrap(one.description, room).map((line) => margin + dim(line))),
      ...(inner === undefined || depth >= maxDepth ? [] : linesOf(inner, columns, depth + 1)),
    ];
  });
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** The object whose fields are worth a line each: the schema itself, or what a list or map holds. */
function objectIn(schema: Schema): Schema | undefined {
  if (schema.properties !== undefined) return schema;
  if (schema.items !== undefined) return objectIn(schema.items);
  const { additionalProperties: values } = schema;
  return typeof values === "object" ? objectIn(values) : undefined;
}

function typeText(schema: Schema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) {
    return [...new Set(options.map(typeText))].join(" or ");
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(String).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.join(" or ");
  switch (schema.type) {
    case "array":
      return schema.prefixItems !== undefined
        ? `[${schema.prefixItems.map(typeText).join(", ")}]`
        : schema.items === undefined
        ? "list"
        : `list of ${schema.items.properties === undefined ? typeText(schema.items) : "maps"}`;
    case "object":
      return schema.properties === undefined && typeof schema.additionalProperties === "object"
        ? `map to ${typeText(schema.additionalProperties)}`
        : "map";
    case "integer":
    case "number":
      return `${schema.type}${limits(schema)}`;
    case undefined:
      return "anything";
    default:
      return String(schema.type);
  }
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = minimum !== undefined && minimum > -noLimit
    ? ` ≥ ${minimum}`
    : exclusiveMinimum !== undefined
    ? ` > ${exclusiveMinimum}`
    : "";
  const high = maximum !== undefined && maximum < noLimit
    ? ` ≤ ${maximum}`
    : exclusiveMaximum !== undefined
    ? ` < ${exclusiveMaximum}`
    : "";
  return low !== "" && high !== "" ? `${low} and${high}` : low + high;
}
