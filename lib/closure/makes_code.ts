// Code that is made from text while it runs is not in its bundle, so no digest of the bundle covers it. The bundler
// itself refuses plain `eval` and computed imports; this looks for the ways around it.

import { bundler } from "./esbuild.ts";

/**
 * What in a bundle makes code from text: `eval` or `Function`; `undefined` if nothing does. Words in strings
 * and names that only look alike do not count.
 *
 * @example
 * ```ts
 * import { makesCode } from "#lib/closure/makes_code.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(await makesCode(`(0, eval)("1")`), "eval");
 * assertEquals(await makesCode(`throw Error("no eval, no new Function()")`), undefined);
 * ```
 */
export async function makesCode(code: string): Promise<"eval" | "Function" | undefined> {
  if (!/\beval\b|\bFunction\b/.test(code)) return undefined;
  const { transform } = await bundler();
  const marked = await transform(code, {
    define: {
      eval: evalMark,
      "globalThis.eval": evalMark,
      Function: functionMark,
      "globalThis.Function": functionMark,
    },
    minifyWhitespace: true,
    logLevel: "silent",
  });
  if (marked.code.includes(evalMark)) return "eval";
  const calls = new RegExp(`\\bnew ${functionMark}\\b|\\b${functionMark}\\(`);
  return calls.test(marked.code) ? "Function" : undefined;
}

const evalMark = "basin_mark_eval_5d1f";
const functionMark = "basin_mark_function_5d1f";
