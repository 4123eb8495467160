// When the page of a run that goes on is written again.

import { assert, assertEquals } from "@std/assert";
import { PagePace } from "#lib/cli/page_pace.ts";

/** Writes at every time that is due, in steps of 100 ms; the times at which writing began. */
function times(
  { until, cost, news }: {
    readonly until: number;
    readonly cost: number;
    readonly news: (now: number) => { events: number; shown: number };
  },
): number[] {
  const pace = new PagePace(0);
  const found: number[] = [];
  for (let now = 0; now <= until; now += 100) {
    if (!pace.due(now, news(now))) continue;
    found.push(now);
    pace.wrote(now, now + cost, news(now));
    now += cost;
  }
  return found;
}

Deno.test("PagePace writes soon after the start, then every two seconds while something happens", () => {
  const found = times({ until: 6000, cost: 0, news: (now) => ({ events: now, shown: 0 }) });
  assertEquals(found, [600, 2600, 4600]);
});

Deno.test("PagePace lets a reader know of a run that waits, but seldom", () => {
  const found = times({ until: 40_000, cost: 0, news: () => ({ events: 3, shown: 0 }) });
  assertEquals(found, [600, 15_600, 30_600]);
});

Deno.test("PagePace writes at once when the first figure is there", () => {
  const news = (now: number) => ({ events: now, shown: now >= 1000 ? 1 : 0 });
  assertEquals(times({ until: 3500, cost: 0, news }), [600, 1000, 3000]);
});

Deno.test("PagePace spends at most a twenty-fifth of the time on writing", () => {
  for (const cost of [100, 400, 3000]) {
    const until = 400_000;
    const found = times({ until, cost, news: (now) => ({ events: now, shown: now }) });
    assert(found.length > 2, `${cost} ms: ${found}`);
    assert((found.length - 1) * cost <= until / 25, `${cost} ms: ${found}`);
  }
});

Deno.test("PagePace tells readers to look again no sooner than there can be something new", () => {
  const pace = new PagePace(0);
  assertEquals(pace.everySeconds(), 5);
  pace.wrote(0, 2000, { events: 1, shown: 0 });
  assertEquals(pace.everySeconds(), 51);
});
