// The .npy codec: what it writes comes back, what other programs write is read, and what is broken is refused.

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { decodeNpy, encodeNpy, type NpyArray } from "#lib/core/npy.ts";

const arrays: Readonly<Record<string, NpyArray>> = {
  f8: {
    dtype: "f8",
    shape: [2, 3],
    data: Float64Array.of(0, -0, NaN, Infinity, 5e-324, -1.7976931348623157e308),
  },
  f4: { dtype: "f4", shape: [3, 1, 1], data: Float32Array.of(0.1, -Infinity, 1e-45) },
  i4: { dtype: "i4", shape: [2], data: Int32Array.of(-2147483648, 2147483647) },
  u1: { dtype: "u1", shape: [1, 3], data: Uint8Array.of(0, 128, 255) },
  scalar: { dtype: "f8", shape: [], data: Float64Array.of(0.5) },
  empty: { dtype: "f4", shape: [0, 4], data: new Float32Array(0) },
  deep: { dtype: "u1", shape: [1, 2, 1, 2, 1], data: Uint8Array.of(1, 2, 3, 4) },
};

/** A .npy file as another program might write it. */
function npy(
  dict: string,
  body: Uint8Array,
  { version = 1, align = 64 }: { version?: number; align?: number } = {},
): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  const text = new TextEncoder().encode(dict);
  const length = Math.ceil((prefix + text.length + 1) / align) * align - prefix;
  const out = new Uint8Array(prefix + length + body.length).fill(0x20);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(out.buffer);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  out.set(text, prefix);
  out[prefix + length - 1] = 0x0a;
  out.set(body, prefix + length);
  return out;
}

const header = (descr: string, shape: string, fortran = false) =>
  `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`;

/** Bytes of numbers written one by one. */
function bytes(
  count: number,
  size: number,
  set: (view: DataView, at: number, i: number) => void,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(count * size));
  for (let i = 0; i < count; i++) set(view, i * size, i);
  return new Uint8Array(view.buffer);
}

Deno.test("decodeNpy() reads what encodeNpy() wrote, wherever the bytes lie", () => {
  for (const [name, array] of Object.entries(arrays)) {
    const file = encodeNpy(array);
    assertEquals(decodeNpy(file), array, name);
    assertEquals(encodeNpy(decodeNpy(file)), file, `${name}: the same bytes`);
    for (const shift of [1, 4, 7]) {
      const moved = new Uint8Array(file.length + shift + 3);
      moved.set(file, shift);
      const found = decodeNpy(moved.subarray(shift, shift + file.length));
      assertEquals(found, array, `${name}, ${shift} bytes on`);
    }
    const part = new Uint8Array(array.data.buffer);
    assertEquals(part.length, array.data.byteLength, "no test of views by accident");
  }
});

Deno.test("encodeNpy() writes what NumPy writes, byte for byte", () => {
  const file = encodeNpy({ dtype: "f4", shape: [2, 2], data: new Float32Array(4) });
  const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }";
  assertEquals([...file.subarray(0, 10)], [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  const text = (from: Uint8Array) => new TextDecoder().decode(from);
  assertEquals(text(file.subarray(10, 128)), `${dict.padEnd(117)}\n`);
  assertEquals(file.length, 128 + 16);
  const row = encodeNpy({ dtype: "u1", shape: [3], data: Uint8Array.of(1, 2, 3) });
  assertStringIncludes(text(row), "'descr': '|u1'");
  assertStringIncludes(text(row), "'shape': (3,), }");
});

Deno.test("encodeNpy() writes the entries of a view, not of the buffer behind it", () => {
  const buffer = Float64Array.of(1, 2, 3, 4);
  const file = encodeNpy({ dtype: "f8", shape: [2], data: buffer.subarray(1, 3) });
  assertEquals(decodeNpy(file).data, Float64Array.of(2, 3));
});

Deno.test("decodeNpy() reads versions 2 and 3 and headers of any alignment", () => {
  const body = new Uint8Array(Float64Array.of(1.5, -2).buffer);
  for (const version of [1, 2, 3]) {
    for (const align of [16, 64, 1]) {
      const found = decodeNpy(npy(header("<f8", "(2,)"), body, { version, align }));
      assertEquals(found, { dtype: "f8", shape: [2], data: Float64Array.of(1.5, -2) });
    }
  }
});

Deno.test("decodeNpy() reads big-endian numbers and other widths", () => {
  const values = [1, -2, 300];
  const cases: readonly (readonly [string, Uint8Array, NpyArray["dtype"], readonly number[]])[] = [
    [">f8", bytes(3, 8, (v, at, i) => v.setFloat64(at, values[i])), "f8", values],
    [">f4", bytes(3, 4, (v, at, i) => v.setFloat32(at, values[i])), "f4", values],
    [">i4", bytes(3, 4, (v, at, i) => v.setInt32(at, values[i])), "i4", values],
    ["<i4", bytes(3, 4, (v, at, i) => v.setInt32(at, values[i], true)), "i4", values],
    [">i2", bytes(3, 2, (v, at, i) => v.setInt16(at, values[i])), "i4", values],
    ["<i2", bytes(3, 2, (v, at, i) => v.setInt16(at, values[i], true)), "i4", values],
    ["|i1", Uint8Array.of(1, 254, 127), "i4", [1, -2, 127]],
    ["<i8", bytes(3, 8, (v, at, i) => v.setBigInt64(at, BigInt(values[i]), true)), "f8", values],
    [">i8", bytes(3, 8, (v, at, i) => v.setBigInt64(at, BigInt(values[i]))), "f8", values],
    ["<u8", bytes(3, 8, (v, at, i) => v.setBigUint64(at, BigInt(i) << 33n, true)), "f8", [
      0,
      2 ** 33,
      2 ** 34,
    ]],
    ["|b1", Uint8Array.of(0, 1, 1), "u1", [0, 1, 1]],
    ["=f8", bytes(3, 8, (v, at, i) => v.setFloat64(at, values[i], true)), "f8", values],
  ];
  for (const [descr, body, dtype, expected] of cases) {
    const found = decodeNpy(npy(header(descr, "(3,)"), body));
    assertEquals([found.dtype, [...found.data]], [dtype, expected], descr);
  }
});

Deno.test("decodeNpy() turns Fortran order into C order", () => {
  // a[i, j, k] = 100 i + 10 j + k, first index fastest in the file.
  const [p, q, r] = [2, 3, 4];
  const file = new Float64Array(p * q * r);
  const expected = new Float64Array(p * q * r);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j < q; j++) {
      for (let k = 0; k < r; k++) {
        file[i + p * (j + q * k)] = 100 * i + 10 * j + k;
        expected[(i * q + j) * r + k] = 100 * i + 10 * j + k;
      }
    }
  }
  const found = decodeNpy(npy(header("<f8", "(2, 3, 4)", true), new Uint8Array(file.buffer)));
  assertEquals(found, { dtype: "f8", shape: [2, 3, 4], data: expected });
  const row = decodeNpy(npy(header("<f8", "(24,)", true), new Uint8Array(file.buffer)));
  assertEquals(row.data, file, "one axis has one order");
});

Deno.test("decodeNpy() refuses every truncation", () => {
  for (const [name, array] of Object.entries(arrays)) {
    const file = encodeNpy(array);
    for (let length = 0; length < file.length; length++) {
      assertThrows(
        () => decodeNpy(file.slice(0, length)),
        TypeError,
        undefined,
        `${name} ${length}`,
      );
    }
  }
});

Deno.test("decodeNpy() refuses pickles and types it has no place for, in words", () => {
  const body = new Uint8Array(64);
  assertThrows(() => decodeNpy(npy(header("|O", "(1,)"), body)), TypeError, "Python objects");
  for (const descr of ["<f2", "<c16", "<U5", "|S3", "<M8[ns]", "|V8", "<u2", "<f16"]) {
    assertThrows(() => decodeNpy(npy(header(descr, "(1,)"), body)), TypeError, descr);
  }
  const structured = "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }";
  assertThrows(() => decodeNpy(npy(structured, body)), TypeError, "not understood");
});

Deno.test("decodeNpy() refuses integers that a double cannot hold", () => {
  const body = bytes(2, 8, (v, at) => v.setBigInt64(at, 2n ** 53n + 1n, true));
  assertThrows(() => decodeNpy(npy(header("<i8", "(2,)"), body)), TypeError, "9007199254740993");
});

Deno.test("decodeNpy() refuses shapes that are none", () => {
  for (const shape of ["(abc,)", "(-1,)", "(2.5,)", "(1e400,)", "(NaN, 2)"]) {
    assertThrows(
      () => decodeNpy(npy(header("<f8", shape), new Uint8Array(64))),
      TypeError,
      "shape",
    );
  }
  assertThrows(
    () => decodeNpy(npy(header("<f8", "(9999999999999,)"), new Uint8Array(8))),
    TypeError,
  );
});

Deno.test("decodeNpy() answers damaged headers with a TypeError or an array, nothing else", () => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  let state = seed;
  const next = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 4294967296 * bound);
  };
  const file = encodeNpy(arrays.f8);
  for (let round = 0; round < 2000; round++) {
    const damaged = file.slice();
    for (let i = 0; i <= next(3); i++) damaged[next(128)] = next(256);
    try {
      const { shape, data } = decodeNpy(damaged);
      assertEquals(shape.reduce((a, b) => a * b, 1), data.length, `seed ${seed}, round ${round}`);
    } catch (error) {
      assert(error instanceof TypeError, `seed ${seed}, round ${round}: ${error}`);
    }
  }
});
