// What `why` says, for every member that a glob means.

import { dim } from "@std/fmt/colors";
import { History } from "../workflow/history.ts";
import { why } from "../workflow/why.ts";
import { whyText } from "../workflow/why_text.ts";
import { failureText, lastFailures } from "./last_failure.ts";
import type { Session } from "./session.ts";
import { wrap } from "./wrap.ts";
import type { Terminal } from "./terminal.ts";
import { sayUnknownStage } from "./unknown_stage.ts";

/** Members explained one by one; the others are counted. */
const maxShown = 20;

/** Explains; returns whether the glob means anything. */
export async function explain(
  terminal: Terminal,
  session: Session,
  glob: string,
): Promise<boolean> {
  const plan = await session.plan();
  const chosen = session.match(glob, plan.graph);
  if (chosen.length === 0) {
    sayUnknownStage(terminal, glob, plan.graph);
    return false;
  }
  const manifests = new History(session.store.manifests());
  const failures = await lastFailures(session.world.disk, session.results, plan.graph);
  for (const index of chosen.slice(0, maxShown)) {
    const { id } = plan.graph.members[index];
    const failure = plan.entries[index].verdict === "hit" ? undefined : failures.get(id);
    if (failure !== undefined) {
      terminal.out(failureText(id, failure, terminal.cwd));
      continue;
    }
    for (const line of whyText(why(plan, index, { manifests, place: session.place }))) {
      const [first, ...rest] = wrap(line, Math.max(40, terminal.columns() - 2));
      terminal.out([first, ...rest.map((more) => `  ${more}`)].join("\n") + "\n");
    }
  }
  if (chosen.length > maxShown) {
    terminal.out(
      dim(
        `… and ${chosen.length - maxShown} more members; name one, e.g. '${
          plan.graph.members[chosen[maxShown]].id
        }'\n`,
      ),
    );
  }
  return true;
}
