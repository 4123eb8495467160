// esbuild, compiled to wasm and running in this process: no child process, no permission. Loaded on first use,
// because a warm run never needs it. The only file that knows esbuild.

import type {
  BuildOptions,
  BuildResult,
  Plugin,
  TransformOptions,
  TransformResult,
} from "esbuild-wasm";

/** What is used of esbuild. */
export interface Bundler {
  build(options: BuildOptions & { plugins: Plugin[] }): Promise<BuildResult>;
  transform(code: string, options: TransformOptions): Promise<TransformResult>;
}

let started: Promise<Bundler> | undefined;

/**
 * Starts esbuild once per process (about 0.2 s).
 *
 * @example
 * ```ts
 * import { bundler } from "#lib/closure/esbuild.ts";
 * import { assert } from "@std/assert";
 * assert((await bundler()) === (await bundler()));
 * ```
 */
export function bundler(): Promise<Bundler> {
  return started ??= start();
}

async function start(): Promise<Bundler> {
  const [{ default: bytes }, esbuild] = await Promise.all([
    import("esbuild-wasm/esbuild.wasm", { with: { type: "bytes" } }) as Promise<
      { default: Uint8Array<ArrayBuffer> }
    >,
    // The browser build takes the module from us; the other one would read it from the disk.
    import("esbuild-wasm/esm/browser.min.js") as Promise<typeof import("esbuild-wasm")>,
  ]);
  await esbuild.initialize({ wasmModule: await WebAssembly.compile(bytes), worker: false });
  return esbuild as Bundler;
}
