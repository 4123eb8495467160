// Options of `push` and `pull`.

import { z } from "zod";
import { storeOptions } from "./store_options.ts";

/** Options of both commands. */
export const copyOptions = z.strictObject({
  ...storeOptions,
  workflow: z.string().optional().meta({
    description: "only results of this workflow, by name",
    placeholder: "NAME",
  }),
  stage: z.array(z.string()).optional().meta({
    description: "only results of these stages; a glob over ids, may be repeated",
    placeholder: "GLOB",
  }),
  json: z.boolean().default(false).describe("as JSON on standard output"),
});
