// Types of WGSL as declarations write them, and where their parts lie in memory.
// Source of the rules: WGSL, section 14.4 "Memory Layout". Leaves out textures, samplers, matrices and pointers.

import { EngineError } from "#lib/core/engine.ts";

/** A 32-bit scalar. */
export type Scalar = "f32" | "u32" | "i32";

/** A type. */
export type WgslType =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  | { readonly kind: "vector"; readonly scalar: Scalar; readonly width: 2 | 3 | 4 }
  /** Without a length: as long as the buffer that is bound. */
  | { readonly kind: "array"; readonly element: WgslType; readonly length: number | undefined }
  | { readonly kind: "struct"; readonly name: string; readonly members: readonly Member[] }
  | { readonly kind: "bool" }
  | { readonly kind: "other"; readonly text: string };

/** A member of a struct. */
export interface Member {
  readonly name: string;
  readonly type: WgslType;
  /** As `@align` and `@size` say, if they do. */
  readonly align?: number;
  readonly size?: number;
}

/** A scalar inside a type: its path from the outside, such as `.box[2].x`, and its offset in bytes. */
export interface ScalarSlot {
  readonly path: string;
  readonly scalar: Scalar;
  readonly offset: number;
}

/**
 * Alignment in bytes.
 *
 * @example
 * ```ts
 * import { alignOf } from "#gpu/runtime/wgsl_types.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(alignOf({ kind: "vector", scalar: "f32", width: 3 }), 16);
 * ```
 */
export function alignOf(type: WgslType): number {
  switch (type.kind) {
    case "scalar":
    case "bool":
      return 4;
    case "vector":
      return type.width === 2 ? 8 : 16;
    case "array":
      return alignOf(type.element);
    case "struct":
      return Math.max(4, ...type.members.map((member) => member.align ?? alignOf(member.type)));
    case "other":
      throw new EngineError(`the type ${type.text} cannot lie in a buffer of Basin's`);
  }
}

/**
 * Size in bytes; of an array without a length, that of one element.
 *
 * @example
 * ```ts
 * import { sizeOf } from "#gpu/runtime/wgsl_types.ts";
 * import { assertEquals } from "@std/assert";
 * const vec3 = { kind: "vector", scalar: "f32", width: 3 } as const;
 * assertEquals(sizeOf(vec3), 12);
 * assertEquals(sizeOf({ kind: "array", element: vec3, length: 5 }), 80);
 * ```
 */
export function sizeOf(type: WgslType): number {
  switch (type.kind) {
    case "scalar":
    case "bool":
      return 4;
    case "vector":
      return 4 * type.width;
    case "array":
      return (type.length ?? 1) * strideOf(type.element);
    case "struct": {
      const offsets = memberOffsets(type.members);
      const last = type.members.length - 1;
      const end = last < 0 ? 0 : offsets[last] + memberSize(type.members[last]);
      return roundUp(end, alignOf(type));
    }
    case "other":
      return alignOf(type);
  }
}

/**
 * Distance of two elements of an array, in bytes.
 *
 * @example
 * ```ts
 * import { strideOf } from "#gpu/runtime/wgsl_types.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(strideOf({ kind: "scalar", scalar: "u32" }), 4);
 * assertEquals(strideOf({ kind: "vector", scalar: "u32", width: 3 }), 16);
 * ```
 */
export function strideOf(element: WgslType): number {
  return roundUp(sizeOf(element), alignOf(element));
}

/**
 * All scalars of a type, in order.
 *
 * @example
 * ```ts
 * import { scalarSlots } from "#gpu/runtime/wgsl_types.ts";
 * import { assertEquals } from "@std/assert";
 * const f32 = { kind: "scalar", scalar: "f32" } as const;
 * const vec2 = { kind: "vector", scalar: "f32", width: 2 } as const;
 * const slots = scalarSlots({
 *   kind: "struct",
 *   name: "Params",
 *   members: [{ name: "dt", type: f32 }, { name: "box", type: vec2 }],
 * });
 * assertEquals(slots.map(({ path, offset }) => `${path} ${offset}`), [".dt 0", ".box.x 8", ".box.y 12"]);
 * ```
 */
export function scalarSlots(type: WgslType, offset = 0, path = ""): ScalarSlot[] {
  switch (type.kind) {
    case "scalar":
      return [{ path, scalar: type.scalar, offset }];
    case "vector":
      return Array.from({ length: type.width }, (_, i) => ({
        path: `${path}.${"xyzw"[i]}`,
        scalar: type.scalar,
        offset: offset + 4 * i,
      }));
    case "array": {
      const stride = strideOf(type.element);
      return Array.from({ length: type.length ?? 1 }, (_, i) => i).flatMap((i) =>
        scalarSlots(type.element, offset + i * stride, `${path}[${i}]`)
      );
    }
    case "struct": {
      const offsets = memberOffsets(type.members);
      return type.members.flatMap((member, i) =>
        scalarSlots(member.type, offset + offsets[i], `${path}.${member.name}`)
      );
    }
    case "bool":
      throw new EngineError("a bool cannot lie in a buffer");
    case "other":
      throw new EngineError(`the type ${type.text} cannot lie in a buffer of Basin's`);
  }
}

function memberOffsets(members: readonly Member[]): readonly number[] {
  let end = 0;
  return members.map((member) => {
    const offset = roundUp(end, member.align ?? alignOf(member.type));
    end = offset + memberSize(member);
    return offset;
  });
}

function memberSize(member: Member): number {
  return member.size ?? sizeOf(member.type);
}

function roundUp(size: number, to: number): number {
  return Math.ceil(size / to) * to;
}
