// What the driver runs inside of a page. Each function is sent as text: it sees nothing but its arguments and the page.
// Its own file, because its types are those of browsers.

/// <reference lib="dom" />

/** Waits until what has changed is laid out and drawn. */
export function nextFrame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}

/** Scrolls to a height of the page and waits until that is drawn. */
export function lookAt(top: number): Promise<void> {
  scrollTo({ top, behavior: "instant" });
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())));
}

/** The point to click once nothing moves any more, or why there is none. */
export async function middleOf(selector: string): Promise<[number, number] | string> {
  let element: Element | null = null;
  let box: DOMRect | undefined;
  // What was clicked before may still make the page longer or shorter.
  for (let before = ""; JSON.stringify(box) !== before || before === "";) {
    before = JSON.stringify(box) ?? "";
    await new Promise((done) => requestAnimationFrame(done));
    element = document.querySelector(selector);
    if (element === null) return "no such element";
    if (before === "") {
      element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    }
    box = element.getClientRects()[0];
    if (box === undefined || box.width === 0 || box.height === 0) return "it does not show";
  }
  if (element === null || box === undefined) return "it does not show";
  const within = (value: number, size: number) => Math.min(Math.max(value, 1), size - 1);
  const x = within(box.x + box.width / 2, document.documentElement.clientWidth);
  const y = within(box.y + box.height / 2, document.documentElement.clientHeight);
  const top = document.elementFromPoint(x, y);
  if (element.contains(top)) return [x, y];
  // A label stands for its control.
  if (top?.closest("label")?.control === element) return [x, y];
  return `<${top?.tagName} class="${top?.getAttribute("class") ?? ""}"> lies over it`;
}

/** The box of an element, or of everything, in pixels of the document. */
export function boxOf(selector: string | null) {
  const root = document.documentElement;
  if (selector === null) {
    return {
      x: 0,
      y: 0,
      width: Math.max(root.scrollWidth, root.clientWidth),
      height: root.scrollHeight,
    };
  }
  const element = document.querySelector(selector);
  if (element === null) throw new Error(`no ${selector}`);
  const { x, y, width, height } = element.getBoundingClientRect();
  return { x: x + scrollX, y: y + scrollY, width, height };
}
