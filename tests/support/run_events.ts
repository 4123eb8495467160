// Random runs as events, with names that try to break what shows them.

import type { ActionKey } from "#lib/core/digest.ts";
import type { RunEvent } from "#lib/core/event.ts";
import { randomStream } from "#lib/core/random.ts";

/** Names that a careless view would obey instead of showing. */
export const hostileNames: readonly string[] = [
  "fit[seed=0]",
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "' onmouseover='alert(1)",
  "javascript:alert(1)",
  "</title></style></pre></code>",
  "a\u001b[2J\u001b]0;owned\u0007b",
  "two\nlines\r\nand\ttabs",
  "\u202eright to left\u202c",
  "漢字仮名交じり文漢字仮名交じり文漢字仮名交じり文漢字仮名交じり文漢字仮名交じり文",
  "e\u0301".repeat(60),
  "😀".repeat(50),
  `train[${Array.from({ length: 20 }, (_, i) => `axis_${i}=${i}`).join(",")}]`,
  "`${code}` *bold* | cell [link](http://example.org) ![x](http://example.org/x.png)",
  "::error file=a::injected",
  "%0A::warning::injected",
  "&lt;already&gt; &amp; &#60;",
  "",
];

/** The events of a run that ends, seeded. Every stage starts before it ends, and the totals are right. */
export function randomRun(seed: number, numStages = 25): readonly RunEvent[] {
  const draw = randomStream(seed, "tests/run_events");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const name = () => hostileNames[below(hostileNames.length)];
  const events: RunEvent[] = [
    {
      type: "run-started",
      at: 0,
      workflow: name(),
      run: "20260101T000000-abcdef",
      started_at: "2026-01-01T00:00:00.000Z",
      basin: "0.1.0",
      deno: "2.9.6",
      jobs: 4,
    },
    { type: "planned", at: 1, stages: numStages, hit: 0, run: numStages, maybe: 0 },
  ];
  const totals = { stages: numStages, ran: 0, hit: 0, failed: 0, skipped: 0, fused: 0 };
  const running: string[] = [];
  let at = 1;
  let started = 0;
  const key = "sha256:00" as unknown as ActionKey;
  while (totals.ran + totals.hit + totals.failed + totals.skipped < numStages) {
    at += below(5000);
    const choice = below(6);
    if (choice < 2 && started < numStages) {
      const stage = `${started++} ${name()}`;
      if (below(4) === 0) {
        totals.hit++;
        events.push({
          type: "stage-finished",
          at,
          stage,
          how: "hit",
          key,
          seconds: 0,
          outputs: {},
        });
      } else if (below(6) === 0) {
        totals.skipped++;
        events.push({ type: "stage-skipped", at, stage, because: `${name()} failed` });
      } else {
        running.push(stage);
        events.push({ type: "stage-started", at, stage, worker: below(4) });
      }
    } else if (choice === 2) {
      events.push({ type: "warning", at, message: name(), ...(below(2) ? { stage: name() } : {}) });
    } else if (running.length > 0) {
      const stage = running[below(running.length)];
      if (choice === 3) {
        events.push({
          type: "stage-progress",
          at,
          stage,
          fraction: below(101) / 100,
          note: name(),
        });
        continue;
      }
      running.splice(running.indexOf(stage), 1);
      const seconds = below(100_000) / 1000;
      if (below(5) === 0) {
        totals.failed++;
        const failure = { reason: "threw" as const, message: `${name()}\n${name()}` };
        events.push({ type: "stage-failed", at, stage, failure, seconds });
      } else {
        totals.ran++;
        events.push({ type: "stage-finished", at, stage, how: "ran", key, seconds, outputs: {} });
      }
    }
  }
  const ok = totals.failed === 0 && totals.skipped === 0;
  events.push({
    type: "run-finished",
    at,
    ok,
    seconds: at / 1000,
    run: "20260101T000000-abcdef",
    ...totals,
  });
  return events;
}

/** A seed that is new in every run of the tests. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** A run of stages with many members, some of which fail, are tried again, run as one, or become known only later. */
export function randomSweep(
  seed: number,
  numStages = 12,
  mostMembers = 40,
): {
  readonly events: readonly RunEvent[];
  /** Members of each stage as they are known after so many events. */
  readonly sizesAt: (numEvents: number) => ReadonlyMap<string, number>;
} {
  const draw = randomStream(seed, "tests/run_events/sweep");
  let next = 0;
  const below = (bound: number) => draw.integer(bound, next++);
  const text = () => hostileNames[below(hostileNames.length)];
  // What follows the first bracket is a member's own.
  const names = Array.from({ length: numStages }, (_, i) => `s${i}${text().split("[")[0]}`);
  const sizes = new Map(names.map((name) => [name, 1 + below(mostMembers)]));
  const grown = new Map(sizes);
  for (const name of names) if (below(3) === 0) grown.set(name, sizes.get(name)! + below(20));
  const count = (some: ReadonlyMap<string, number>) => some.values().reduce((a, b) => a + b, 0);
  const planned = (stages: number) => ({
    type: "planned" as const,
    at,
    stages,
    hit: 0,
    run: stages,
    maybe: 0,
  });
  let at = 0;
  const events: RunEvent[] = [planned(count(sizes))];
  const growsAt = 10 + below(40);
  let grewAt = Infinity;
  const waiting = names.flatMap((name) =>
    Array.from({ length: grown.get(name)! }, (_, i) => `${name}[member=${i}]`)
  );
  const running: string[] = [];
  const key = "sha256:00" as unknown as ActionKey;
  while (waiting.length + running.length > 0) {
    at += below(1500);
    if (events.length > growsAt && grewAt === Infinity) {
      grewAt = events.length;
      events.push({ ...planned(count(grown)), grown: true });
    }
    const stage = running[below(Math.max(1, running.length))];
    const choice = below(9);
    if (choice < 3 && running.length < 12 && waiting.length > 0) {
      const fused = 1 + below(4);
      for (const one of waiting.splice(0, fused)) {
        if (below(12) === 0) {
          const outputs = {};
          events.push({
            type: "stage-finished",
            at,
            stage: one,
            how: "hit",
            key,
            seconds: 0,
            outputs,
          });
        } else if (below(15) === 0) {
          events.push({ type: "stage-skipped", at, stage: one, because: `${text()} failed` });
        } else {
          running.push(one);
          const together = fused > 1 ? { fused } : {};
          events.push({ type: "stage-started", at, stage: one, worker: below(4), ...together });
        }
      }
    } else if (stage !== undefined && choice < 5) {
      const note = text();
      events.push({ type: "stage-progress", at, stage, fraction: below(101) / 100, note });
    } else if (choice === 5 && below(4) === 0) {
      events.push({ type: "warning", at, message: text(), stage: text() });
    } else if (stage !== undefined) {
      running.splice(running.indexOf(stage), 1);
      const failure = { reason: "threw" as const, message: `${text()}\n${text()}` };
      const seconds = below(60_000) / 1000;
      if (below(12) === 0) {
        waiting.push(stage);
        events.push({ type: "stage-retried", at, stage, attempt: 1, failure, wait_seconds: 1 });
      } else if (below(10) === 0) {
        events.push({ type: "stage-failed", at, stage, failure, seconds });
      } else {
        events.push({ type: "stage-finished", at, stage, how: "ran", key, seconds, outputs: {} });
      }
    }
  }
  return { events, sizesAt: (numEvents) => numEvents > grewAt ? grown : sizes };
}
