// The viewer in a browser: opened from a figure's card, turned by hand and by keys, played, coloured, closed; with as many
// points as a scene may have, and more.

/// <reference lib="dom" />

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Scene } from "#lib/core/figure.ts";
import { randomStream } from "#lib/core/random.ts";
import { reportHtml } from "#lib/report/html.ts";
import { violations } from "#tests/support/axe.ts";
import type { Page } from "#tests/support/browser.ts";
import { reportContent } from "#tests/support/report_content.ts";
import { browserTest, pageOf } from "#tests/support/with_browser.ts";

/** Random walks of two groups, with a stable and an unstable point. */
function walks(numPaths: number, numPoints: number): Scene {
  const paths = Array.from({ length: numPaths }, (_, at) => {
    const steps = randomStream(0, "walks").normal(new Float64Array(3 * numPoints), at);
    const sums = [0, 0, 0];
    const points = Array.from(steps, (step, i) => Number((sums[i % 3] += step).toFixed(3)));
    const coords = { group: at % 2 === 0 ? "naive" : "<b>trained</b>", seed: `seed = ${at}` };
    return { coords, of: at % 4 < 2 ? "mean" as const : "trial" as const, points };
  });
  return {
    axes: ["PC 1", "PC 2", "PC 3 (Hz)"],
    colour_by: ["group", "seed"],
    panel_by: ["group"],
    names: { seed: "random seed" },
    colours: { group: { naive: "#0072B2", "<b>trained</b>": "#E69F00" } },
    paths,
    points: [
      { coords: { group: "naive" }, position: [0, 0, 0], stable: true, label: "stable at rest" },
      { coords: {}, position: [5, 5, 5], stable: false },
    ],
    dt_ms: 20,
  };
}

async function reportWith(scene: Scene) {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240"><rect width="9"/></svg>`;
  return await pageOf(
    await reportHtml(reportContent({
      figures: [
        { stage: "flat", svg, caption: "n = 1." },
        { stage: "deep", svg, caption: "n = 2.", scene },
      ],
    })),
  );
}

/** What the canvas shows, as a number; equal pictures give equal numbers. */
const pictureOf = (page: Page) =>
  page.call(async () => {
    for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
    const canvas = document.querySelector<HTMLCanvasElement>("dialog.viewer canvas")!;
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let hash = 0;
    let painted = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i] !== data[0] || data[i + 1] !== data[1] || data[i + 2] !== data[2]) painted++;
      hash = (Math.imul(hash, 31) + (data[i] << 16 | data[i + 1] << 8 | data[i + 2])) | 0;
    }
    return { hash, painted, width: canvas.width };
  });

/** Opens the viewer of the only figure that has one, and waits until it has drawn. */
async function openViewer(page: Page): Promise<void> {
  await page.click("button.turn");
  await page.until("the viewer to draw", () => {
    const canvas = document.querySelector<HTMLCanvasElement>("dialog.viewer canvas");
    return canvas !== null && canvas.width !== 300;
  });
}

const textOf = (page: Page, selector: string) =>
  page.call((s) => document.querySelector(s)!.textContent, selector);

const clickText = (page: Page, text: string) =>
  page.call((text) => {
    const buttons = [...document.querySelectorAll<HTMLElement>("dialog.viewer button")];
    buttons.find((one) => one.textContent!.includes(text))!.click();
  }, text);

browserTest("only figures of three dimensions have a button that turns them", async (browser) => {
  await using file = await reportWith(walks(4, 20));
  await using page = await browser.open(file.url);
  const cards = await page.call(() =>
    [...document.querySelectorAll("#figures figure")].map((card) =>
      card.querySelector("button.turn") !== null
    )
  );
  assertEquals(cards, [false, true]);
  assertEquals(page.faults, []);
});

browserTest("the viewer turns, zooms and goes back by hand and by keys", async (browser) => {
  await using file = await reportWith(walks(8, 40));
  await using page = await browser.open(file.url);
  await openViewer(page);
  const first = await pictureOf(page);
  assert(first.painted > 1000, `${first.painted} pixels`);
  const seen = new Set([first.hash]);
  const expectNew = async (what: string) => {
    const { hash } = await pictureOf(page);
    assert(!seen.has(hash), what);
    seen.add(hash);
  };
  // The canvas has the focus as soon as it is there.
  await page.press("ArrowRight");
  await expectNew("arrow right");
  await page.press("ArrowUp");
  await expectNew("arrow up");
  await page.press("+");
  await expectNew("zoom by key");
  await page.press("0");
  assertEquals(await pictureOf(page), first);
  await page.drag("dialog.viewer canvas", 90, -40);
  await expectNew("drag");
  await page.wheel("dialog.viewer canvas", -200);
  await expectNew("wheel");
  await clickText(page, "Put back");
  assertEquals((await pictureOf(page)).hash, first.hash);
  await page.press("Escape");
  await page.until("the viewer to go", () => document.querySelector("dialog.viewer") === null);
  assertEquals(page.faults, []);
});

browserTest("the viewer goes through time, and moves only when asked to", async (browser) => {
  await using file = await reportWith(walks(8, 40));
  await using page = await browser.open(file.url);
  await openViewer(page);
  const whole = await pictureOf(page);
  assertEquals(await textOf(page, ".clock"), "780 ms");
  assertEquals((await pictureOf(page)).hash, whole.hash);
  await page.call(() => {
    const slider = document.querySelector<HTMLInputElement>("dialog.viewer input")!;
    slider.value = "10";
    slider.dispatchEvent(new Event("input"));
  });
  assertEquals(await textOf(page, ".clock"), "200 ms");
  assertEquals(
    await page.call(() => document.querySelector(".viewer input")!.getAttribute("aria-valuetext")),
    "200 ms",
  );
  assert((await pictureOf(page)).painted < whole.painted, "less of the paths");
  await clickText(page, "Play");
  await page.until("time to go on", () => {
    const clock = document.querySelector(".clock")!.textContent!;
    return clock !== "200 ms";
  });
  await clickText(page, "Pause");
  const { hash } = await pictureOf(page);
  assertEquals((await pictureOf(page)).hash, hash);
  assertEquals(page.faults, []);
});

browserTest(
  "the viewer colours, hides, and shows panels alone; names stay text",
  async (browser) => {
    await using file = await reportWith(walks(8, 40));
    await using page = await browser.open(file.url);
    await openViewer(page);
    const legend = () =>
      page.call(() =>
        [...document.querySelectorAll(".viewer-legend button")].map((one) => one.textContent)
      );
    assertEquals((await legend()).slice(0, 3), ["naive", "<b>trained</b>", "means"]);
    const all = await pictureOf(page);
    await clickText(page, "naive");
    const hidden = await pictureOf(page);
    assert(hidden.painted < all.painted);
    await clickText(page, "naive");
    assertEquals((await pictureOf(page)).hash, all.hash);
    await clickText(page, "single trials");
    assert((await pictureOf(page)).painted > all.painted);
    await clickText(page, "single trials");
    const choose = (nth: number, value: string) =>
      page.call(
        (nth, value) => {
          const select = document.querySelectorAll<HTMLSelectElement>("dialog.viewer select")[nth];
          select.value = value;
          select.dispatchEvent(new Event("change"));
        },
        nth,
        value,
      );
    await choose(0, "seed");
    assertEquals((await legend()).slice(0, 2), ["seed = 0", "seed = 1"]);
    await choose(1, "naive");
    assertNotEquals((await pictureOf(page)).hash, all.hash);
    const said = await textOf(page, ".viewer-words");
    assert(said!.includes("4 mean trajectories, 4 single trials, 2 fixed points over PC 1, PC 2"));
    assert(said!.includes("stable at rest"));
    assertEquals(page.faults, []);
  },
);

browserTest("axe-core finds nothing grave in the open viewer, light and dark", async (browser) => {
  await using file = await reportWith(walks(8, 40));
  for (const scheme of ["light", "dark"] as const) {
    await using page = await browser.open(file.url, { scheme });
    await openViewer(page);
    await page.call(() => document.querySelector("details.viewer-words")!.setAttribute("open", ""));
    const found = (await violations(page)).filter(({ impact }) =>
      impact === "serious" || impact === "critical"
    );
    assertEquals(found, []);
  }
});

browserTest("what lies under the pointer is said", async (browser) => {
  const scene = { ...walks(1, 2), paths: [], points: walks(1, 2).points.slice(0, 1) };
  await using file = await reportWith(scene);
  await using page = await browser.open(file.url);
  await openViewer(page);
  await pictureOf(page);
  // A single point is in the middle.
  await page.click("dialog.viewer canvas");
  assertEquals(await textOf(page, ".pointed"), "stable at rest");
  assertEquals(page.faults, []);
});

browserTest("fifty thousand points are drawn, sharp, in dark, on a phone", async (browser, t) => {
  await using file = await reportWith(walks(100, 500));
  await using page = await browser.open(file.url, { scheme: "dark" });
  await openViewer(page);
  await clickText(page, "single trials");
  const { painted, width } = await pictureOf(page);
  assert(painted > 20_000);
  const ms = await page.call(async () => {
    const canvas = document.querySelector<HTMLElement>("dialog.viewer canvas")!;
    const times: number[] = [];
    for (let i = 0; i < 12; i++) {
      const began = performance.now();
      canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
      await new Promise(requestAnimationFrame);
      await new Promise((done) => setTimeout(done));
      times.push(performance.now() - began);
    }
    return times.sort((a, b) => a - b)[6];
  });
  await t.step(`a turn takes ${ms.toFixed(0)} ms`, () => {});
  await page.see({ scale: 2 });
  assertEquals((await pictureOf(page)).width, 2 * width);
  await page.see({ width: 390, height: 844, scale: 2, isPhone: true });
  assert((await pictureOf(page)).painted > 5000);
  const over = await page.call(() =>
    [...document.querySelectorAll("dialog.viewer *")].filter((one) =>
      one.getBoundingClientRect().right > innerWidth + 1 && one.closest(".table") === null
    ).map((one) => one.className)
  );
  assertEquals(over, []);
  assertEquals(page.faults, []);
});
