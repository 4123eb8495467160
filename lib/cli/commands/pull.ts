// `pull`: copy results from a folder that they were pushed to.

import { defineCommand } from "../command.ts";
import { copyOptions } from "../copy_options.ts";

export default defineCommand({
  name: "pull",
  summary: "Copy results from a folder that they were pushed to.",
  arguments: [
    {
      name: "folder",
      summary: "folder that results were pushed to, or the store of other results",
      required: true,
      variadic: false,
    },
  ],
  options: copyOptions,
  examples: [
    { command: "deno task pull /mnt/lab/basin", summary: "everything that is not here yet" },
  ],
  async handler(terminal, [folder], options) {
    const { copyResults } = await import("../copy_results.ts");
    return await copyResults(terminal, "pull", folder, options);
  },
});
