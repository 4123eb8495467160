import { assertEquals } from "@std/assert";
import { addChainedOps } from "#lib/tfjs/chained_ops.ts";

Deno.test("addChainedOps() adds every method that the types of tfjs-core promise", async () => {
  const tf = await import("#lib/tfjs/mod.ts");
  addChainedOps(tf);
  const types = await (await import(
    "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.d.ts",
    { with: { type: "text" } }
  )).default;
  // `export * from './abs'`, one file for each method, in snake_case or camelCase.
  const files = [...types.matchAll(/'\.\/(\w+)'/g)].map(([, name]) => name);
  const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
  const methods = new Set(Object.keys(tf.Tensor.prototype).map(plain));
  assertEquals(files.length > 100 && files.filter((name) => !methods.has(plain(name))), []);
});
