// Lint rule `basin/pure`: in pure rooms, data in and data out. No files, network, environment, clock, chance or
// console, and no code that the module graph cannot see, because the key of a stage covers only what it sees.
// Workers enforce the first three again at run time; clock and chance are guarded here alone.

import { roomOf, rooms } from "../rooms.ts";
import { projectPath } from "./project_path.ts";

/** The rule. Which rooms are pure stands in `rooms.ts`. */
export const pure: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    const room = path === undefined ? undefined : roomOf(path);
    if (room === undefined || !rooms[room].pure) return {};
    const report = (node: Deno.lint.Node, what: string, hint: string) =>
      context.report({ node, message: `${room} is pure, but this uses ${what}`, hint });
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier") return;
        const object = node.object.name;
        const property = node.property.type === "Identifier" ? node.property.name : "";
        const name = `${object}.${property}`;
        if (Object.hasOwn(forbiddenMembers, name)) report(node, name, forbiddenMembers[name]);
        else if (Object.hasOwn(forbiddenObjects, object)) {
          report(node, name, forbiddenObjects[object]);
        }
      },
      CallExpression(node) {
        if (node.callee.type !== "Identifier") return;
        const { name } = node.callee;
        if (Object.hasOwn(forbiddenCalls, name)) report(node, `${name}()`, forbiddenCalls[name]);
        else if (name === "Date") report(node, "Date()", hints.clock);
      },
      NewExpression(node) {
        if (node.callee.type !== "Identifier") return;
        const { name } = node.callee;
        if (name === "Date" && node.arguments.length === 0) report(node, "new Date()", hints.clock);
        else if (Object.hasOwn(forbiddenNew, name)) {
          report(node, `new ${name}()`, forbiddenNew[name]);
        }
      },
      ImportExpression(node) {
        if (node.source.type === "Literal") return;
        report(
          node,
          "an import whose target is computed",
          "Write the specifier as a literal: code that the module graph does not show is not in the key.",
        );
      },
    };
  },
};

const hints = {
  world: "Take the value as an argument, an input or a param; the command line reads the world.",
  clock: "Take the time as an argument, or a Clock (lib/core/disk.ts) where time really matters.",
  chance: "Draw from a stream of lib/core/random.ts, which is a function of (seed, label, index).",
  text: "Return it, report it through `context.progress`, or emit an event.",
  code: "Code that is made at run time is not in the key.",
};

const forbiddenMembers: Readonly<Record<string, string>> = {
  "Date.now": hints.clock,
  "Temporal.Now": hints.clock,
  "performance.now": hints.clock,
  "performance.timeOrigin": hints.clock,
  "performance.mark": hints.clock,
  "performance.measure": hints.clock,
  "Math.random": hints.chance,
  "crypto.getRandomValues": hints.chance,
  "crypto.randomUUID": hints.chance,
};

const forbiddenObjects: Readonly<Record<string, string>> = {
  Deno: hints.world,
  process: hints.world,
  navigator: hints.world,
  globalThis: hints.world,
  localStorage: hints.world,
  sessionStorage: hints.world,
  caches: hints.world,
  console: hints.text,
};

const forbiddenCalls: Readonly<Record<string, string>> = {
  fetch: hints.world,
  prompt: hints.world,
  confirm: hints.world,
  alert: hints.text,
  setTimeout: hints.clock,
  setInterval: hints.clock,
  eval: hints.code,
};

const forbiddenNew: Readonly<Record<string, string>> = {
  Worker: hints.world,
  WebSocket: hints.world,
  EventSource: hints.world,
  XMLHttpRequest: hints.world,
  BroadcastChannel: hints.world,
  Function: hints.code,
};
