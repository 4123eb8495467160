// Shell completion from the command descriptions. The library is young: this file is the only one that knows it.

import type { RootCommand } from "@bomb.sh/tab";
import type { z } from "zod";
import { type CommandDescription, optionsOf } from "./command.ts";

/** The part of the library that is used. */
type Root = Pick<RootCommand, "command" | "setup" | "parse">;

/** Fills the completion tree; `workflows` lists what a workflow argument offers. */
export function describeCompletion(
  root: Root,
  commands: readonly CommandDescription<z.ZodObject>[],
  workflows: () => readonly string[],
): void {
  for (const description of commands) {
    const command = root.command(description.name, description.summary);
    for (const argument of description.arguments) {
      command.argument(
        argument.name,
        (complete) => {
          if (argument.completes === "workflow") workflows().forEach((file) => complete(file, ""));
        },
        argument.variadic,
      );
    }
    for (const option of optionsOf(description.options)) {
      const name = option.flag.slice(2);
      if (option.kind === "flag") command.option(name, option.summary);
      else {
        command.option(
          name,
          option.summary,
          (complete) => (option.choices ?? []).forEach((choice) => complete(choice, "")),
        );
      }
    }
  }
}
