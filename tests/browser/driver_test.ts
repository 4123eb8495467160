// The driver of the browser, and the checks of pages: what is wrong is told, and what is right is not.

/// <reference lib="dom" />

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { layoutFaults } from "#tests/support/layout.ts";
import { violations } from "#tests/support/axe.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

const page = (body: string, head = "") =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>t</title>${head}</head><body>${body}</body></html>`;

browserTest(
  "Page.faults tells of errors, violations and requests, and of nothing else",
  async (browser) => {
    const wrong: readonly (readonly [RegExp, string])[] = [
      [/^exception: Error: spoiled/, `<script>throw new Error("spoiled")</script>`],
      [/^console error: bad 3$/, `<script>console.error("bad", 3)</script>`],
      [/^policy: img-src file$/, `<img alt="" src="file:///nowhere/x.png">`],
      [/^policy: script-src-attr inline/, `<p onclick="x()">x</p>`],
      [/^policy: style-src-attr inline/, `<p style="color:red">x</p>`],
      [
        /^request: file:\/\/\/nowhere\/y.css/,
        `<link rel="stylesheet" href="file:///nowhere/y.css">`,
      ],
    ];
    for (const [says, body] of wrong) {
      const policy = says.source.startsWith("^policy")
        ? `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`
        : "";
      await using file = await pageOf(page(body, policy));
      await using seen = await browser.open(file.url);
      // What the browser itself tells may come after the page is loaded.
      for (let i = 0; i < 100 && !seen.faults.some((fault) => says.test(fault)); i++) {
        await seen.call(() => new Promise((done) => setTimeout(done, 20)));
      }
      assert(seen.faults.some((fault) => says.test(fault)), `${says} in ${seen.faults}`);
    }
    const right =
      `<script>console.log("fine")</script><img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`;
    await using file = await pageOf(page(right));
    await using seen = await browser.open(file.url);
    assertEquals(seen.faults, []);
  },
);

browserTest("Page.click() and press() are real input", async (browser) => {
  const script = `
    addEventListener("click", (event) => out.textContent += event.target.id + event.isTrusted + " ");
    field.addEventListener("keydown", (event) => out.textContent += event.key + (event.shiftKey ? "^" : "") + " ");`;
  const body = `<p id="out"></p><button id="a">a</button><input id="field" aria-label="f">
    <div style="position:relative"><button id="under">u</button><div style="position:absolute;inset:0"></div></div>
    <div style="height:3000px"></div><button id="low">low</button><script>${script}</script>`;
  await using file = await pageOf(page(body));
  await using seen = await browser.open(file.url);
  await seen.click("#a");
  await seen.click("#low");
  await seen.press("Tab");
  await seen.call(() => document.getElementById("field")!.focus());
  await seen.press("x", "Space", "ArrowLeft", "Shift+ArrowRight", "Enter");
  await seen.type("é");
  assertEquals(
    await seen.call(() => document.getElementById("out")!.textContent),
    "atrue lowtrue x   ArrowLeft ArrowRight^ Enter ",
  );
  assertEquals(await seen.call(() => document.querySelector("input")!.value), "xé");
  await assertRejects(() => seen.click("#under"), Error, "lies over it");
  await assertRejects(() => seen.click("#none"), Error, "no such element");
  await assertRejects(() => seen.call(() => Promise.reject(new Error("mine"))), Error, "mine");
});

browserTest("Page.see() changes screen, scheme, motion and media", async (browser) => {
  await using file = await pageOf(page("<p>x</p>"));
  await using seen = await browser.open(file.url, { width: 820, height: 500, scheme: "dark" });
  const facts = () => [
    innerWidth,
    innerHeight,
    matchMedia("(prefers-color-scheme: dark)").matches,
    matchMedia("(prefers-reduced-motion)").matches,
    matchMedia("print").matches,
    navigator.maxTouchPoints > 0,
  ];
  assertEquals(await seen.call(facts), [820, 500, true, false, false, false]);
  await seen.see({ width: 390, height: 844, scheme: "light", reducedMotion: true, isPhone: true });
  assertEquals(await seen.call(facts), [390, 844, false, true, false, true]);
  await seen.see({ media: "print" });
  assert((await seen.call(facts))[4]);
  assertMatch(new TextDecoder().decode(await seen.pdf()), /^%PDF-/);
  const png = await seen.screenshot("viewport");
  assertEquals([...new Uint32Array(png.slice(16, 24).buffer)].map(swap), [390, 844]);
});

/** Big-endian words of a PNG. */
function swap(word: number): number {
  return new DataView(new Uint32Array([word]).buffer).getUint32(0);
}

browserTest("layoutFaults() finds what is wrong and nothing else", async (browser) => {
  const wrong: readonly (readonly [RegExp, string])[] = [
    [/^the page scrolls sideways: 2\d\d\d px/, `<p style="width:2000px">x</p>`],
    [/^text leaves the screen: "wide/, `<p style="white-space:nowrap">${"wide ".repeat(300)}</p>`],
    [
      /^text is cut: "cut/,
      `<p style="width:90px;overflow:hidden;white-space:nowrap">cut because it is long</p>`,
    ],
    [/^text over text: "one" and "two"/, `<p>one</p><p style="margin-top:-2.1em">two</p>`],
    [
      /^text lies under div > div\.lid: "hidden"/,
      `<div style="position:relative">hidden<div class="lid" style="position:absolute;inset:0;background:red"></div></div>`,
    ],
    [/^text of 9\.0 px: "small"/, `<p style="font-size:9px">small</p>`],
    [
      /^text of 5\.0 px: "svg"/,
      `<svg width="50" height="50" viewBox="0 0 100 100"><text x="2" y="20" font-size="10">svg</text></svg>`,
    ],
    [
      /^picture is distorted/,
      `<img alt="" width="90" height="10" src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/%3E">`,
    ],
    [
      /^picture does not load/,
      `<img alt="" width="90" height="10" src="data:image/png;base64,xxxx">`,
    ],
    [/^target of 12 px: button/, `<button style="height:12px;padding:0">x</button>`],
  ];
  for (const [says, body] of wrong) {
    await using file = await pageOf(page(body));
    await using seen = await browser.open(file.url, { width: 820, height: 600 });
    const faults = await seen.call(layoutFaults, { width: 820, smallestTarget: 32 });
    assert(faults.some((fault) => says.test(fault)), `${says} in ${JSON.stringify(faults)}`);
    assert(faults.length <= 2, faults.join("\n"));
  }
  const right = `<h1>Fine</h1><p>Text with <code>inline</code> <strong>runs</strong>, ${
    "and more ".repeat(200)
  }</p>
    <div style="overflow-x:auto"><table><tr>${"<td>some cell</td>".repeat(60)}</tr></table></div>
    <details><summary style="height:32px">more</summary><p>hidden <span style="font-size:4px">until</span> opened</p></details>
    <nav style="position:sticky;top:0;background:#fff">over</nav><div style="height:2000px">tall</div>
    <button style="height:32px">x</button><span style="position:absolute;width:1px;height:1px;overflow:hidden">for readers</span>
    <dialog><p>closed</p></dialog><p style="line-height:1.05;width:8em">tight lines of one paragraph <b>with runs</b> in it</p>`;
  await using file = await pageOf(page(right));
  for (const width of [390, 1440]) {
    await using seen = await browser.open(file.url, { width, height: 600, isPhone: width < 500 });
    assertEquals(await seen.call(layoutFaults, { width, smallestTarget: 32 }), []);
  }
});

browserTest(
  "violations() finds what axe-core knows, whatever the page's policy",
  async (browser) => {
    const policy =
      `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
    await using wrong = await pageOf(
      page(`<main><h1>x</h1><p style="color:#aaa">pale</p><button></button></main>`, policy),
    );
    await using seen = await browser.open(wrong.url);
    const found = (await violations(seen)).filter(({ impact }) => impact !== "moderate");
    assertEquals(found.map(({ rule }) => rule).sort(), ["button-name", "color-contrast"]);
    assertEquals(seen.faults, []);
    await using right = await pageOf(page("<main><h1>x</h1><p>dark</p><button>b</button></main>"));
    await using fine = await browser.open(right.url);
    assertEquals(await violations(fine), []);
  },
);

browserTest("startBrowser() tells why a page does not open", async (browser) => {
  await assertRejects(
    () => browser.open("file:///nowhere/at/all.html"),
    Error,
    "ERR_FILE_NOT_FOUND",
  );
});
