// Reverse-mode differentiation in double precision: matrices on a tape, a handful of operations. An oracle for gradients
// that were derived by hand, slow and plain; tests/support/tape_test.ts holds it against finite differences.

/** A matrix on the tape; a vector has one row. */
export interface Value {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
  /** d(root)/d(this), after `backward`. */
  readonly gradient: Float64Array;
}

/** Records operations and runs them backward. */
export class Tape {
  readonly #undo: (() => void)[] = [];

  /** A matrix that something may be differentiated by. */
  leaf(data: ArrayLike<number>, rows: number, columns: number): Value {
    if (data.length !== rows * columns) {
      throw new RangeError(`${data.length} numbers for ${rows} × ${columns}`);
    }
    const length = rows * columns;
    return { rows, columns, data: Float64Array.from(data), gradient: new Float64Array(length) };
  }

  /** x wᵀ: rows of `x` through a matrix with a row for each target. */
  through(x: Value, w: Value): Value {
    if (x.columns !== w.columns) throw new RangeError(`${x.columns} sources, ${w.columns} columns`);
    const out = this.#zeros(x.rows, w.rows);
    const each = (f: (o: number, i: number, j: number) => void) => {
      for (let r = 0; r < x.rows; r++) {
        for (let m = 0; m < w.rows; m++) {
          for (let k = 0; k < x.columns; k++) {
            f(r * w.rows + m, r * x.columns + k, m * x.columns + k);
          }
        }
      }
    };
    each((o, i, j) => out.data[o] += x.data[i] * w.data[j]);
    this.#undo.push(() =>
      each((o, i, j) => {
        x.gradient[i] += out.gradient[o] * w.data[j];
        w.gradient[j] += out.gradient[o] * x.data[i];
      })
    );
    return out;
  }

  /** a + b; a `b` of one row or one number is added everywhere. */
  plus(a: Value, b: Value): Value {
    return this.#pairwise(a, b, (x, y) => [x + y, 1, 1]);
  }

  /** a · b, number by number; a `b` of one row or one number applies everywhere. */
  times(a: Value, b: Value): Value {
    return this.#pairwise(a, b, (x, y) => [x * y, y, x]);
  }

  /** f of each number; `f` gives value and derivative. */
  map(a: Value, f: (x: number) => readonly [number, number]): Value {
    const out = this.#zeros(a.rows, a.columns);
    const slopes = new Float64Array(out.data.length);
    a.data.forEach((x, i) => [out.data[i], slopes[i]] = f(x));
    this.#undo.push(() => {
      for (let i = 0; i < slopes.length; i++) a.gradient[i] += slopes[i] * out.gradient[i];
    });
    return out;
  }

  /** factor · a + offset. */
  linear(a: Value, factor: number, offset = 0): Value {
    return this.map(a, (x) => [factor * x + offset, factor]);
  }

  /** Columns `from` up to `to`. */
  part(a: Value, from: number, to: number): Value {
    const out = this.#zeros(a.rows, to - from);
    const each = (f: (i: number, o: number) => void) => {
      for (let r = 0; r < a.rows; r++) {
        for (let c = from; c < to; c++) f(r * a.columns + c, r * (to - from) + c - from);
      }
    };
    each((i, o) => out.data[o] = a.data[i]);
    this.#undo.push(() => each((i, o) => a.gradient[i] += out.gradient[o]));
    return out;
  }

  /** Rows `from` up to `to` of a matrix. */
  lines(a: Value, from: number, to: number): Value {
    const out = this.#zeros(to - from, a.columns);
    const at = from * a.columns;
    out.data.set(a.data.subarray(at, at + out.data.length));
    this.#undo.push(() => out.gradient.forEach((g, i) => a.gradient[at + i] += g));
    return out;
  }

  /** Σ of all numbers of all values. */
  sum(...values: readonly Value[]): Value {
    const out = this.#zeros(1, 1);
    for (const { data } of values) out.data[0] += data.reduce((sum, x) => sum + x, 0);
    this.#undo.push(() => {
      for (const { gradient } of values) {
        for (let i = 0; i < gradient.length; i++) gradient[i] += out.gradient[0];
      }
    });
    return out;
  }

  /** −log softmax of the class of each row, as one column. */
  crossEntropy(logits: Value, classes: ArrayLike<number>): Value {
    const out = this.#zeros(logits.rows, 1);
    const { columns } = logits;
    const shares = logits.data.slice();
    for (let r = 0; r < logits.rows; r++) {
      const row = shares.subarray(r * columns, (r + 1) * columns);
      const largest = Math.max(...row);
      const total = row.reduce((sum, x) => sum + Math.exp(x - largest), 0);
      out.data[r] = largest + Math.log(total) - row[classes[r]];
      row.forEach((x, k) => row[k] = Math.exp(x - largest) / total);
    }
    this.#undo.push(() => {
      for (let r = 0; r < logits.rows; r++) {
        for (let k = 0; k < columns; k++) {
          const at = r * columns + k;
          logits.gradient[at] += out.gradient[r] * (shares[at] - (k === classes[r] ? 1 : 0));
        }
      }
    });
    return out;
  }

  /** Fills the gradients of all that `root`, a single number, was made of. */
  backward(root: Value): void {
    root.gradient[0] = 1;
    for (const undo of this.#undo.toReversed()) undo();
  }

  #pairwise(
    a: Value,
    b: Value,
    f: (x: number, y: number) => readonly [value: number, byX: number, byY: number],
  ): Value {
    const size = b.data.length;
    if (a.data.length % size !== 0 || size !== 1 && b.columns !== a.columns) {
      throw new RangeError(`${b.rows} × ${b.columns} does not fit ${a.rows} × ${a.columns}`);
    }
    const out = this.#zeros(a.rows, a.columns);
    const slopes = new Float64Array(2 * out.data.length);
    for (let i = 0; i < out.data.length; i++) {
      [out.data[i], slopes[2 * i], slopes[2 * i + 1]] = f(a.data[i], b.data[i % size]);
    }
    this.#undo.push(() => {
      for (let i = 0; i < out.data.length; i++) {
        a.gradient[i] += slopes[2 * i] * out.gradient[i];
        b.gradient[i % size] += slopes[2 * i + 1] * out.gradient[i];
      }
    });
    return out;
  }

  #zeros(rows: number, columns: number): Value {
    return this.leaf(new Float64Array(rows * columns), rows, columns);
  }
}
