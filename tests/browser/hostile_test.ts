// Names, params, messages, captions and cells that try to be more than text: all of it is shown, none of it acts.

/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import { reportHtml } from "#lib/report/html.ts";
import { screenFaults } from "#tests/support/page_check.ts";
import { hostileReport } from "#tests/support/reports.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

browserTest("reportHtml() shows hostile text as text, and none of it runs", async (browser) => {
  await using file = await pageOf(await reportHtml(await hostileReport()));
  await using page = await browser.open(file.url);
  await page.call(openAll);
  assertEquals(await page.call(harm), { owned: null, injected: 0, foreign: [] });
  // As a person reads it: nothing that the parser took for a tag is missing.
  const text = await page.call(textOf);
  for (
    const shown of [
      "<script>globalThis.owned=1</script>",
      `"><img src=x id=injected onerror="globalThis.owned=2">`,
      "</script><script>globalThis.owned=4</script>",
      "<!-- <script> <!--",
      "&lt;already&gt; &amp; &#60;b id=injected&#62;",
      "مرحبا بالعالم שלום עולם",
      "__proto__",
    ]
  ) assert(text.includes(shown), shown);
  assertEquals(obeyed(text), "");
  // What people do with the page takes data apart, too.
  for (const selector of await page.call(pressable)) {
    // What one does may take others away.
    await page.call((which) => document.querySelector<HTMLElement>(which)?.click(), selector);
  }
  await page.until("a dialog", () => document.querySelector("dialog") !== null);
  assertEquals(obeyed(await page.call(textOf)), "");
  assertEquals(await page.call(harm), { owned: null, injected: 0, foreign: [] });
  assertEquals(page.faults, []);
});

browserTest("reportHtml() keeps its layout whatever the texts", async (browser) => {
  await using file = await pageOf(await reportHtml(await hostileReport()));
  const faults = await screenFaults(browser, file.url);
  assert(faults.length === 0, faults.join("\n"));
});

/** In the page: all its text, scripts and styles apart. */
function textOf(): string {
  const copy = document.body.cloneNode(true) as HTMLElement;
  for (const script of copy.querySelectorAll("script, style")) script.remove();
  return copy.textContent!;
}

/** The first control character or override of the reading direction, with what is around it. Tabs and line ends may stand. */
function obeyed(text: string): string {
  const found = /.{0,40}([^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]).{0,40}/u.exec(text);
  return found === null ? "" : JSON.stringify(found[0]);
}

/** In the page: what an attack would leave behind. */
function harm() {
  const foreign = [...document.querySelectorAll("*")].flatMap((element) =>
    [...element.attributes].filter(({ name, value }) =>
      name.startsWith("on") || (name === "src" && !value.startsWith("data:")) ||
      (["href", "action", "xlink:href"].includes(name) && /^\s*javascript:/i.test(value))
    ).map(({ name }) => `<${element.tagName} ${name}>`)
  );
  return {
    // deno-lint-ignore no-explicit-any
    owned: (globalThis as any).owned ?? null,
    injected: document.querySelectorAll("#injected").length,
    foreign,
  };
}

/** In the page: opens what is folded. */
function openAll() {
  for (const details of document.querySelectorAll("details")) details.open = true;
}

/** In the page: every button, by a selector of its own. */
function pressable(): string[] {
  return [...document.querySelectorAll("button")].map((button, i) => {
    button.dataset.press = String(i);
    return `[data-press="${i}"]`;
  });
}
