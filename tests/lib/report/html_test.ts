// The report: one page that asks for nothing, runs nothing, and shows whatever it is given as text.

import { createHash } from "node:crypto";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tableOf } from "#lib/core/table.ts";
import type { Environment } from "#lib/core/environment.ts";
import { escapeHtml } from "#lib/report/escape_html.ts";
import type { ReportContent } from "#lib/report/content.ts";
import { reportHtml } from "#lib/report/html.ts";
import { foldEvents } from "#lib/report/record.ts";
import { plainLayout } from "#tests/support/plain_layout.ts";
import { reportContent } from "#tests/support/report_content.ts";
import { freshSeed, hostileNames, randomRun } from "#tests/support/run_events.ts";

const tags = new Set(
  ("html head meta title style body header nav main footer section article h1 h2 h3 p a bdi span strong small time pre " +
    "code ul li dl dt dd div table thead tbody tr th td figure figcaption img noscript details summary button " +
    "caption thead tfoot colgroup col p abbr sup sub svg defs marker title polygon polyline g path rect text tspan line circle label input select option")
    .split(" "),
);
// Neither style nor anything that begins with "on": what runs and how it looks is in the one script and the one style.
const attributes = new Set(
  ("lang charset http-equiv content name class scope rowspan colspan alt src id href type role tabindex open hidden " +
    "title datetime aria-label aria-labelledby aria-hidden aria-pressed aria-haspopup aria-live " +
    "data-stage data-written-at data-every width height viewBox d x y x1 x2 y1 y2 cx cy r rx transform text-anchor preserveAspectRatio " +
    "for type value min max step checked")
    .split(" "),
);

function hostileReport(seed: number): ReportContent {
  const name = (i: number) => hostileNames[i % hostileNames.length];
  const table = tableOf(
    hostileNames.map((cell, i) => ({ [name(1)]: cell, value: i === 0 ? null : i / 7, ok: i > 2 })),
    { value: { unit: name(2) } },
  );
  return {
    title: name(1),
    description: name(5),
    record: foldEvents(randomRun(seed, 40)),
    verdicts: [{
      stage: name(2),
      table: tableOf(hostileNames.map((text, i) => ({
        id: text,
        statement: text,
        published: text,
        quantity: text,
        test: text,
        number: i / 3,
        unit: text,
        low: null,
        high: Infinity,
        floor: NaN,
        n: i,
        verdict: ["holds", "fails", text][i % 3],
        reason: text,
        [name(3)]: text,
      }))),
    }],
    tables: [{ stage: name(4), table }],
    figures: hostileNames.map((text) => ({
      stage: text,
      svg:
        `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><text>${text}</text></svg>`,
      caption: text,
      spec: JSON.stringify({ title: text, data: { values: [{ [text]: text }] } }),
      files: { svg: `figures/${text}.svg`, spec: `figures/${text}.vl.json` },
    })),
    stages: hostileNames.filter((text) => text !== "").map((text) => ({
      name: text,
      task: text,
      axes: [text],
      numMembers: 2,
      from: [],
    })),
    params: {
      rows: hostileNames.map((text) => ({
        path: text,
        value: text,
        before: text,
        change: "changed" as const,
      })),
      previous: { run: name(1), started_at: name(2), profile: name(3) },
    },
    environment: hostileEnvironment(name),
    resolved: hostileNames.join("\n"),
    command: name(13),
    graph: plainLayout(hostileNames.length - 1),
    members: hostileNames.map((text) => ({
      id: text,
      coords: { [text]: text },
      metrics: { [text]: 1 },
      cost: { seconds: 1 },
    })),
  };
}

function hostileEnvironment(name: (i: number) => string): Environment {
  return {
    basin: name(1),
    deno: name(2),
    v8: name(3),
    typescript: name(4),
    machine: {
      os: name(5),
      system: name(6),
      arch: name(7),
      processor: name(8),
      cpus: 4,
      memory: 1e9,
    },
    engine: {
      name: name(1),
      numerics: name(2),
      policy: "asked",
      adapter: name(3),
      driver: name(6),
    },
    packages: hostileNames.map((text) => ({ name: text, version: text, direct: true })),
    lock: name(2),
    git: {
      commit: name(1),
      branch: name(2),
      dirty: true,
      dirtyDigest: name(3),
      numChanged: 2,
      changed: [{ path: name(4), how: "modified" }],
      unseen: name(5),
    },
    command: name(1),
    workflow: name(2),
    profile: name(3),
    overrides: [name(1), name(2)],
    jobs: 4,
  };
}

/** Every tag of a page with its attributes; what is between them is text. */
function* tagsOf(html: string): Iterable<{ name: string; attributes: [string, string][] }> {
  const body = html.replace(/<style>[^<]*<\/style>/, "").replace("<!doctype html>", "")
    .replace(/<script(?: type="application\/octet-stream" id="[a-z-]+")?>.*?<\/script>/gs, "");
  let rest = body;
  const tag = /^<(\/?)([a-z0-9]+)((?: [a-zA-Z0-9-]+(?:="[^"<>]*")?)*)\/?>/;
  while (rest.includes("<")) {
    rest = rest.slice(rest.indexOf("<"));
    const match = tag.exec(rest);
    if (match === null) throw new Error(`no proper tag: ${rest.slice(0, 120)}`);
    yield {
      name: match[2],
      attributes: [...match[3].matchAll(/ ([a-zA-Z0-9-]+)(?:="([^"]*)")?/g)].map((one) => [
        one[1],
        one[2] ?? "",
      ]),
    };
    rest = rest.slice(match[0].length);
  }
}

Deno.test("reportHtml() has only its own tags and attributes, whatever it shows", async () => {
  const seed = freshSeed();
  const html = await reportHtml(hostileReport(seed));
  let numImages = 0;
  const ids = new Set<string>();
  for (const { name, attributes: given } of tagsOf(html)) {
    assert(tags.has(name), `seed ${seed}: <${name}>`);
    for (const [attribute, value] of given) {
      assert(attributes.has(attribute), `seed ${seed}: <${name} ${attribute}>`);
      if (attribute === "src") {
        numImages++;
        assert(/^data:image\/svg\+xml;base64,[A-Za-z0-9+/=]+$/.test(value), value.slice(0, 80));
      }
      if (attribute === "href") {
        // Places on the page, and files beside it.
        assert(/^(?:#[\w-]+|\.\/(?:[\w%.~!*()/-]|&#39;)+)$/.test(value), `seed ${seed}: ${value}`);
      }
      if (attribute === "id") {
        assert(!ids.has(value), `seed ${seed}: ${value} twice`);
        ids.add(value);
      }
    }
  }
  assertEquals(numImages, hostileNames.length);
  assertStringIncludes(html, 'class="dag"', "the stages are drawn");
});

Deno.test("reportHtml() forbids itself requests and all scripts but its own", async () => {
  const html = await reportHtml(hostileReport(freshSeed()));
  const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html)![1];
  const digest = (text: string) => createHash("sha256").update(text).digest("base64");
  const [, code] = /<script>(.*)<\/script>/s.exec(html)!;
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    "img-src data:",
    `style-src 'sha256-${digest(/<style>([^<]*)<\/style>/.exec(html)![1])}'`,
    `script-src 'sha256-${digest(code)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  assert(
    html.indexOf("Content-Security-Policy") < html.indexOf("<style>"),
    "before anything loads",
  );
  const style = /<style>([^<]*)<\/style>/.exec(html)![1];
  assert(!/@import|url\(|https?:/.test(style));
  // deno-lint-ignore no-control-regex
  assert(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/.test(html));
});

Deno.test("reportHtml() shows all parts of a run and leaves empty ones out", async () => {
  const empty = await reportHtml(reportContent());
  const headings = (html: string) =>
    [...html.matchAll(/<h2 id="[a-z-]+">([^<]*)<\/h2>/g)].map((one) => one[1]);
  assertEquals(headings(empty).at(-1), "Environment and how to reproduce");
  assert(
    !headings(empty).some((one) => /failed|Verdicts|Figures|Warnings|Tables|Params/.test(one)),
  );
  const full = { ...hostileReport(3), record: foldEvents(randomRun(3, 40)) };
  assertEquals(full.record.totals.failed > 0, true, "this seed has failures");
  const known = [
    "What failed",
    "Verdicts",
    "Figures",
    "Warnings",
    "Tables",
    "Stages",
    "Params",
    "Environment and how to reproduce",
  ];
  const all = headings(await reportHtml(full));
  assertEquals(all.filter((one) => known.includes(one)), known);
});

Deno.test("reportHtml() cuts long tables and says so", async () => {
  const table = tableOf(Array.from({ length: 250 }, (_, i) => ({ x: i + 0.123456 })));
  const html = await reportHtml({
    ...hostileReport(1),
    verdicts: [],
    tables: [{ stage: "s", table }],
  });
  assertStringIncludes(html, "and 50 more rows in tables/");
  assertStringIncludes(html, '<td class="number">199.1</td>');
  assert(!html.includes("200.1"));
});

Deno.test("escapeHtml() leaves no character with a meaning", () => {
  for (const name of hostileNames) {
    const escaped = escapeHtml(name);
    assert(!/[<>"']/.test(escaped), escaped);
    assert(!/&(?!(amp|lt|gt|quot|#39);)/.test(escaped), escaped);
  }
});

Deno.test("reportHtml() says which results were made without members that failed", async () => {
  const record = foldEvents([{
    type: "stage-finished",
    at: 1,
    stage: "all",
    how: "hit",
    key: "k" as never,
    seconds: 0,
    outputs: {},
    omitted: ["part[n=2]", "<b>"],
  }]);
  const html = await reportHtml({
    title: "t",
    description: "",
    record,
    verdicts: [],
    tables: [],
    figures: [],
    resolved: "",
    command: "",
    graph: "",
  });
  assertStringIncludes(html, "<strong>all</strong> does without part[n=2], &lt;b&gt;");
});
