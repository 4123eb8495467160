// `complete`: the script that teaches a shell to complete Basin's commands, and the answers it asks for.

import { z } from "zod";
import { defineCommand, exitCodes } from "../command.ts";

export default defineCommand({
  name: "complete",
  summary: "Print a completion script for bash, zsh, fish or powershell.",
  arguments: [
    { name: "shell", summary: "bash, zsh, fish or powershell", required: false, variadic: true },
  ],
  options: z.strictObject({}),
  examples: [{ command: "source <(basin complete bash)", summary: "for an installed `basin`" }],
  async handler(terminal, args) {
    const { RootCommand } = await import("@bomb.sh/tab");
    const { describeCompletion } = await import("../completion.ts");
    const { commands } = await import("../main.ts");
    const root = new RootCommand();
    describeCompletion(root, commands, () => workflowFiles(terminal.cwd));
    const shells = ["bash", "zsh", "fish", "powershell"];
    if (args.length === 1 && shells.includes(args[0])) {
      root.setup("basin", "basin", args[0]);
      return exitCodes.done;
    }
    if (args.length === 0) {
      terminal.err(`error: name the shell: basin complete ${shells.join("|")}\n`);
      return exitCodes.usage;
    }
    root.parse([...args]);
    return exitCodes.done;
  },
});

function workflowFiles(cwd: string): string[] {
  try {
    return [...Deno.readDirSync(`${cwd}/workflows`)].map(({ name }) => `workflows/${name}`)
      .filter((name) => name.endsWith(".yaml")).sort();
  } catch {
    return [];
  }
}
