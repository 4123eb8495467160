// `push`: copy results to a folder: a shared disk, or a mounted bucket.

import { defineCommand } from "../command.ts";
import { copyOptions } from "../copy_options.ts";

export default defineCommand({
  name: "push",
  summary: "Copy results to a folder: a shared disk, or a mounted bucket.",
  arguments: [
    {
      name: "folder",
      summary: "folder to copy to; made if it does not exist",
      required: true,
      variadic: false,
    },
  ],
  options: copyOptions,
  examples: [
    { command: "deno task push /mnt/lab/basin", summary: "everything that is not there yet" },
    {
      command: "deno task push /mnt/lab/basin --workflow attractors --stage 'fit*'",
      summary: "only some stages",
    },
  ],
  async handler(terminal, [folder], options) {
    const { copyResults } = await import("../copy_results.ts");
    return await copyResults(terminal, "push", folder, options);
  },
});
