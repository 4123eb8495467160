// For contexts of tasks that use no engine.

import type { TaskContext } from "#lib/core/task.ts";

/** A context without an engine: asking for it throws. */
export function withoutEngine(context: Omit<TaskContext, "engine">): TaskContext {
  return {
    ...context,
    get engine(): never {
      throw new TypeError("this test gives no engine");
    },
  };
}
