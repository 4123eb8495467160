// What `@tensorflow/tfjs` leads to: tfjs-core and tfjs-layers, as the package of that name has them. Loading it takes a
// few tenths of a second, so Basin's own code loads it when a stage runs (with_tfjs.ts); a user's task may import it at
// its top.
// Leaves out: `tf.loadGraphModel`, `tf.data` and WebGL; backends, which `withTfjs` starts.

// Types of `x.square()` and the like; chained_ops.ts brings the methods.
import type {} from "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";

export * from "@tensorflow/tfjs-core";
export * from "@tensorflow/tfjs-layers";
