// Gradients by the automatic differentiation of tfjs, in f32 on the CPU: an oracle for gradients written by hand, which
// knows nothing of how they were derived.

import { RefEngine } from "#gpu/runtime/ref_engine.ts";
import { type Tfjs, withTfjs } from "#lib/tfjs/with_tfjs.ts";

type Tensor = ReturnType<Tfjs["tensor"]>;

/** Where a function is differentiated: one matrix, vector or number. */
export interface Point {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** The value of a scalar function and its gradient in each of its arguments. */
export async function gradientByTfjs(
  f: (tf: Tfjs, ...args: Tensor[]) => Tensor,
  ...at: Point[]
): Promise<{ readonly value: number; readonly gradients: readonly Float64Array[] }> {
  await using engine = new RefEngine();
  return await withTfjs(engine, async (tf) => {
    const points = at.map(({ data, shape }) =>
      tf.tensor(Float32Array.from(data), [...shape] as [number])
    );
    const { value, grads } = tf.valueAndGrads((...args) => f(tf, ...args).asScalar())(points);
    const gradients: Float64Array[] = [];
    for (const gradient of grads) gradients.push(Float64Array.from(await gradient.data()));
    return { value: (await value.data())[0], gradients };
  });
}
