// Operations as methods of tensors: `x.square().sum()`. The package `@tensorflow/tfjs` adds them; tfjs-core alone, in the
// form that Deno loads, does not. Leaves out: types, which tfjs-core has (see mod.ts).

type Core = typeof import("@tensorflow/tfjs-core");
type Tensor = import("@tensorflow/tfjs-core").Tensor;
// deno-lint-ignore no-explicit-any
type Op = (...args: any[]) => any;

/** Methods that are a function of the same name with the tensor in the first place. */
const plain = `abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool
  batchToSpaceND batchNorm broadcastTo cast ceil clipByValue conv1d conv2d conv2dTranspose cos cosh
  cumprod cumsum depthToSpace depthwiseConv2d dilation2d div divNoNan dot elu equal erf euclideanNorm
  exp expandDims expm1 fft floor floorDiv gather greater greaterEqual ifft irfft isFinite isInf isNaN
  leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid logSoftmax logSumExp
  logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod
  mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape reverse
  rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus spaceToBatchND
  split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose
  unique unsortedSegmentSum unstack zerosLike`.split(/\s+/);

/**
 * Gives tensors their methods, if they have none.
 *
 * @throws {TypeError} if tfjs-core lacks one of the functions.
 *
 * @example
 * ```ts
 * import * as tf from "@tensorflow/tfjs-core";
 * import "@tensorflow/tfjs-backend-cpu";
 * import { addChainedOps } from "#lib/tfjs/chained_ops.ts";
 * import { assertEquals } from "@std/assert";
 * addChainedOps(tf);
 * assertEquals([...tf.tensor1d([1, 2]).square().dataSync()], [1, 4]);
 * ```
 */
export function addChainedOps(tf: Core): void {
  const prototype = tf.Tensor.prototype as unknown as Record<string, Op>;
  if (prototype.square !== undefined) return;
  const ops = tf as unknown as Readonly<Record<string, Op>>;
  for (const name of plain) {
    const op = ops[name];
    if (typeof op !== "function") throw new TypeError(`tfjs-core has no function ${name}`);
    prototype[name] = function (this: Tensor, ...args) {
      return op(this, ...args);
    };
  }
  Object.assign(prototype, special(tf));
}

function special(tf: Core): Record<string, Op> {
  const list = (x: Tensor | Tensor[]) => Array.isArray(x) ? x : [x];
  const reshaped = function (this: Tensor, ...shape: number[]) {
    return tf.reshape(this, shape);
  };
  const cast = (dtype: "float32" | "int32" | "bool") =>
    function (this: Tensor) {
      return tf.cast(this, dtype);
    };
  return {
    asScalar: reshaped,
    as2D: reshaped,
    as3D: reshaped,
    as4D: reshaped,
    as5D: reshaped,
    as1D(this: Tensor) {
      return tf.reshape(this, [this.size]);
    },
    flatten(this: Tensor) {
      return tf.reshape(this, [this.size]);
    },
    reshapeAs(this: Tensor, x: Tensor) {
      return tf.reshape(this, x.shape);
    },
    asType(this: Tensor, dtype: "float32") {
      return tf.cast(this, dtype);
    },
    toFloat: cast("float32"),
    toInt: cast("int32"),
    toBool: cast("bool"),
    concat(this: Tensor, x: Tensor | Tensor[], axis?: number) {
      return tf.concat([this, ...list(x)], axis);
    },
    stack(this: Tensor, x: Tensor | Tensor[], axis?: number) {
      return tf.stack([this, ...list(x)], axis);
    },
    where(this: Tensor, condition: Tensor, x: Tensor) {
      return tf.where(condition, this, x);
    },
    resizeBilinear(this: import("@tensorflow/tfjs-core").Tensor3D, ...args: [[number, number]]) {
      return tf.image.resizeBilinear(this, ...args);
    },
    resizeNearestNeighbor(
      this: import("@tensorflow/tfjs-core").Tensor3D,
      ...args: [[number, number]]
    ) {
      return tf.image.resizeNearestNeighbor(this, ...args);
    },
  };
}
