import { mirrorUpper } from "#lib/math/linalg/gram.ts";
import { plainAddCrossGram, plainAddUpperGram } from "#lib/math/linalg/plain_gram.ts";
import {
  plainMultiply,
  plainMultiplyTransposeA,
  plainMultiplyTransposeB,
} from "#lib/math/linalg/plain_matmul.ts";
import { type Accumulation, product } from "#lib/wasm/dense.ts";
import bytes from "#lib/wasm/dense.wasm" with { type: "bytes" };
import { withHeap } from "#lib/wasm/instance.ts";
import { assertEquals, assertLess } from "@std/assert";
import { fresh } from "#tests/lib/math/linalg/fresh.ts";

// Tiles are 4 × 4, panels 256 long, packed blocks 128 and 512, blocks of C 512: sizes around each, and none.
const edges = [0, 1, 2, 3, 4, 5, 7, 8, 127, 129, 255, 256, 257, 511, 513];

Deno.test("product() has the bytes of the plain loops for all four forms, around every block's edge", () => {
  fresh((draws) => {
    for (const edge of edges) {
      for (const place of [0, 1, 2]) {
        const sizes = [draws.integer(1, 9), draws.integer(1, 9), draws.integer(1, 9)];
        sizes[place] = edge;
        const [m, k, n] = sizes;
        checkProducts(m, k, n, draws.normal(m, k), draws.normal(k, n));
      }
    }
    const [m, k, n] = [513, 300, 520];
    checkProducts(m, k, n, draws.normal(m, k), draws.normal(k, n));
  });
});

Deno.test("product() adds to what is there in one running sum, or block by block, or its negative", () => {
  fresh((draws) => {
    const [m, k, n] = [draws.integer(1, 30), draws.integer(250, 1100), draws.integer(1, 30)];
    const [a, b, c] = [draws.normal(k, m), draws.normal(k, n), draws.normal(m, n)];
    const label = `${m}×${k}×${n}`;

    const running = c.slice();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let p = 0; p < k; p++) running[i * n + j] += a[p * m + i] * b[p * n + j];
      }
    }
    assertEquals(added(c, "add"), running, label);

    const blocks = c.slice();
    plainAddCrossGram(a, b, k, m, n, blocks);
    assertEquals(added(c, "add_blocks"), blocks, label);

    const minus = c.slice();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        for (let p = 0; p < k; p++) minus[i * n + j] -= a[p * m + i] * b[p * n + j];
      }
    }
    assertEquals(added(c, "add", -1), minus, label);

    function added(start: Float64Array, how: Accumulation, alpha = 1): Float64Array {
      const out = start.slice();
      const [left, right] = [
        { data: a, cols: m, transposed: true },
        { data: b, cols: n, transposed: false },
      ];
      product(left, right, m, k, n, out, how, false, alpha);
      return out;
    }
  });
});

Deno.test("product() of a matrix with itself has the upper triangle of the plain Gram matrix", () => {
  fresh((draws) => {
    for (const [m, n] of [[0, 5], [3, 1], [257, 4], [700, 37], [300, 515]]) {
      const a = draws.normal(m, n);
      const expected = new Float64Array(n * n);
      plainAddUpperGram(a, m, n, expected);
      const out = new Float64Array(n * n);
      const left = { data: a, cols: n, transposed: true };
      product(left, { ...left, transposed: false }, n, m, n, out, "add_blocks", true);
      assertEquals(mirrorUpper(out, n), mirrorUpper(expected, n), `${m}×${n}`);
    }
  });
});

Deno.test("product() passes on what is not finite, very large and very small as the plain loops do", () => {
  fresh((draws) => {
    const [m, k, n] = [9, 30, 11];
    for (const scale of [1e150, 1e-150, 1e-200]) {
      checkProducts(m, k, n, scaled(draws.normal(m, k), scale), scaled(draws.normal(k, n), scale));
    }
    for (const odd of [NaN, Infinity, -Infinity, -0, 5e-324]) {
      const a = draws.normal(m, k);
      const b = draws.normal(k, n);
      a[draws.integer(0, a.length - 1)] = odd;
      b[draws.integer(0, b.length - 1)] = odd;
      checkProducts(m, k, n, a, b);
    }
  });
});

Deno.test("product() needs no more memory for more terms, rows or columns", () => {
  const wide = new Float64Array(3 * 200_000);
  const out = new Float64Array(9);
  product(
    { data: wide, cols: 3, transposed: true },
    { data: wide, cols: 3, transposed: false },
    3,
    200_000,
    3,
    out,
  );
  const tall = new Float64Array(200_000 * 4);
  product(
    { data: wide, cols: 3, transposed: false },
    { data: new Float64Array(12), cols: 4, transposed: false },
    200_000,
    3,
    4,
    tall,
  );
  assertLess(withHeap(bytes, (heap) => heap.numBytes), 64 * 1024 * 1024);
});

function checkProducts(m: number, k: number, n: number, a: Float64Array, b: Float64Array): void {
  const expected = new Float64Array(m * n);
  plainMultiply(a, b, m, k, n, expected);
  const label = `${m}×${k}×${n}`;
  const [left, right] = [
    { data: a, cols: k, transposed: false },
    { data: b, cols: n, transposed: false },
  ];
  const flip = ({ data, cols }: { data: Float64Array; cols: number }) => ({
    data: turned(data, cols),
    cols: cols === 0 ? 0 : data.length / cols,
    transposed: true,
  });
  const turnedA = { ...flip(left), cols: m };
  const turnedB = { ...flip(right), cols: k };
  for (const [x, y] of [[left, right], [turnedA, right], [left, turnedB], [turnedA, turnedB]]) {
    const out = new Float64Array(m * n).fill(7);
    product(x, y, m, k, n, out);
    assertEquals(out, expected, `${label} ${x.transposed} ${y.transposed}`);
  }
  const plain = new Float64Array(m * n);
  plainMultiplyTransposeA(turnedA.data, b, k, m, n, plain);
  assertEquals(plain, expected, `${label}: plain Aᵀ·B`);
  plainMultiplyTransposeB(a, turnedB.data, m, k, n, plain);
  assertEquals(plain, expected, `${label}: plain A·Bᵀ`);
}

function turned(a: Float64Array, cols: number): Float64Array {
  const rows = cols === 0 ? 0 : a.length / cols;
  return Float64Array.from(a, (_, p) => a[(p % rows) * cols + Math.floor(p / rows)]);
}

function scaled(a: Float64Array, factor: number): Float64Array {
  return a.map((x) => x * factor);
}
