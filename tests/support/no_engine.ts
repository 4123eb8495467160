// Contexts of tasks that keep no states, with an engine or without.

import type { Engine } from "#lib/core/engine.ts";
import type { TaskContext } from "#lib/core/task.ts";

/** A context without an engine: asking for it throws. */
export function withoutEngine(context: Omit<TaskContext, "engine" | "states">): TaskContext {
  return {
    ...context,
    get engine(): never {
      throw new TypeError("this test gives no engine");
    },
    get states(): never {
      throw new TypeError("this test gives no states");
    },
  };
}

/** A context with an engine, and without states. */
export function withEngine(
  context: Omit<TaskContext, "engine" | "states">,
  engine: Engine,
): TaskContext {
  return {
    ...context,
    engine,
    get states(): never {
      throw new TypeError("this test gives no states");
    },
  };
}
