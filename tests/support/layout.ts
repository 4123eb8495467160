// What is wrong with how a page is laid out, found in the page: text that is cut, lies over other text or under something,
// is too small or leaves the screen; pictures that are distorted; targets that a finger misses. Runs inside of a page: one
// function that sees nothing but its argument. Leaves out contrast and roles (`axe.ts`).

/// <reference lib="dom" />

/** What to look for. */
export interface LayoutRules {
  /** Width of the screen. */
  readonly width: number;
  /** Smallest height of buttons, fields and the like. */
  readonly smallestTarget: number;
  /** Smallest letters, in px: 10 unless told. */
  readonly smallestText?: number;
}

/** Faults in words. Scrolls through the page and back. */
export function layoutFaults(
  { width, smallestTarget, smallestText = 10 }: LayoutRules,
): readonly string[] {
  const faults = new Set<string>();
  const root = document.documentElement;

  interface Line {
    readonly node: Text;
    readonly element: Element;
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
    readonly floating: Element | null;
  }

  const where = (element: Element | null): string => {
    const names: string[] = [];
    for (
      let at = element;
      at !== null && names.length < 4 && at !== document.body;
      at = at.parentElement
    ) {
      const name = at.getAttribute("class");
      names.unshift(
        at.tagName.toLowerCase() +
          (at.id ? `#${at.id}` : name ? `.${name.split(" ").join(".")}` : ""),
      );
      if (at.id) break;
    }
    return names.join(" > ");
  };
  const quote = (node: Text) => JSON.stringify(node.data.trim().replace(/\s+/g, " ").slice(0, 40));
  // Of what lies in a drawing and is not displayed, Chromium says that it shows.
  const isSeen = (element: Element) =>
    element.checkVisibility({
      visibilityProperty: true,
      contentVisibilityAuto: true,
      opacityProperty: true,
    }) && !(element instanceof SVGElement && element.getClientRects().length === 0);
  /** What an element shows of its content. For a drawing in a drawing its bounding box would be that of its content. */
  const windowOf = (element: Element): DOMRect => {
    const matrix = element instanceof SVGSVGElement && element.ownerSVGElement !== null
      ? element.getScreenCTM()
      : null;
    if (matrix === null) return element.getBoundingClientRect();
    const { width, height } = element as SVGSVGElement;
    const [w, h] = [width.baseVal.value, height.baseVal.value];
    return new DOMRect(matrix.e, matrix.f, w * matrix.a, h * matrix.d);
  };
  /** The nearest ancestor that is meant to lie over the page: what stays while it scrolls, what folds out over it. */
  const floatingAncestor = (element: Element): Element | null => {
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const { position } = getComputedStyle(at);
      if (position === "fixed" || position === "sticky") return at;
      if (position === "absolute" && at.parentElement?.matches("details[open]")) return at;
    }
    return null;
  };
  const isTurned = (element: Element) => {
    const matrix = element instanceof SVGGraphicsElement ? element.getScreenCTM() : null;
    return matrix !== null && Math.abs(matrix.b) > 1e-3;
  };

  if (root.scrollWidth > width + 1) {
    faults.add(`the page scrolls sideways: ${root.scrollWidth} px on a screen of ${width} px`);
  }

  // All lines of all text that shows, as far as their scroll containers show them.
  const lines: Line[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (
    let node = walker.nextNode() as Text | null;
    node !== null;
    node = walker.nextNode() as Text | null
  ) {
    const element = node.parentElement!;
    if (
      node.data.trim() === "" ||
      ["SCRIPT", "STYLE", "NOSCRIPT", "TITLE", "OPTION"].includes(element.tagName)
    ) continue;
    if (!isSeen(element) || isTurned(element)) continue;
    const style = getComputedStyle(element);
    const matrix = element instanceof SVGGraphicsElement ? element.getScreenCTM() : null;
    const size = parseFloat(style.fontSize) *
      (matrix === null ? 1 : Math.hypot(matrix.a, matrix.b));
    range.selectNodeContents(node);
    const rects = [...range.getClientRects()].filter((rect) =>
      rect.width > 0.5 && rect.height > 0.5
    );
    let cut = false;
    let numShown = 0;
    for (const rect of rects) {
      // The line's letters without the room above and below them, which lines of a paragraph share.
      let left = rect.left + 1, right = rect.right - 1;
      let top = rect.top + rect.height * 0.22, bottom = rect.bottom - rect.height * 0.22;
      let scrolls = false;
      for (
        let at: Element | null = element;
        at !== null && at !== document.body;
        at = at.parentElement
      ) {
        const { overflowX, overflowY, position } = getComputedStyle(at);
        if (overflowX !== "visible" || overflowY !== "visible") {
          const box = windowOf(at);
          // Text for screen readers alone.
          if (box.width <= 2 && box.height <= 2) {
            right = left - 1;
            break;
          }
          const isOut = left < box.left - 1 || right > box.right + 1 || top < box.top - 1 ||
            bottom > box.bottom + 1;
          if (isOut) {
            const canScroll = (left < box.left - 1 || right > box.right + 1
              ? /auto|scroll/.test(overflowX)
              : true) &&
              (top < box.top - 1 || bottom > box.bottom + 1 ? /auto|scroll/.test(overflowY) : true);
            if (!canScroll) {
              cut = true;
            }
            left = Math.max(left, box.left);
            right = Math.min(right, box.right);
            top = Math.max(top, box.top);
            bottom = Math.min(bottom, box.bottom);
            scrolls = true;
          }
        }
        if (position === "fixed") break;
      }
      if (right <= left || bottom <= top) continue;
      numShown++;
      if (!scrolls && (left < -1 || right > width + 1)) {
        faults.add(`text leaves the screen: ${quote(node)} in ${where(element)}`);
      }
      lines.push({
        node,
        element,
        left,
        right,
        top: top + scrollY,
        bottom: bottom + scrollY,
        floating: floatingAncestor(element),
      });
    }
    if (cut) faults.add(`text is cut: ${quote(node)} in ${where(element)}`);
    if (numShown > 0 && size < smallestText - 0.05) {
      faults.add(`text of ${size.toFixed(1)} px: ${quote(node)} in ${where(element)}`);
    }
  }

  // Text over text. Lines of one paragraph are of one node, or of runs that follow each other.
  lines.sort((a, b) => a.top - b.top);
  for (let i = 0; i < lines.length; i++) {
    const a = lines[i];
    for (let j = i + 1; j < lines.length && lines[j].top < a.bottom; j++) {
      const b = lines[j];
      if (a.node === b.node || a.floating !== b.floating) continue;
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const deep = Math.min(a.bottom, b.bottom) - b.top;
      if (over > 2 && deep > 2) {
        faults.add(`text over text: ${quote(a.node)} and ${quote(b.node)} in ${where(b.element)}`);
      }
    }
  }

  // Text under something else, screen by screen.
  const before = [scrollX, scrollY];
  for (let y = 0; y < root.scrollHeight; y += innerHeight) {
    scrollTo({ top: y, behavior: "instant" });
    for (const line of lines) {
      if (line.floating !== null) continue;
      const x = (line.left + line.right) / 2, at = (line.top + line.bottom) / 2 - scrollY;
      if (at < 0 || at >= innerHeight || x < 0 || x >= innerWidth) continue;
      const top = document.elementFromPoint(x, at);
      if (top === null || top.contains(line.element)) continue;
      if (
        floatingAncestor(top) !== null ||
        top.closest("a, button, label, summary")?.contains(line.element)
      ) continue;
      if (getComputedStyle(line.element).pointerEvents === "none") continue;
      faults.add(`text lies under ${where(top)}: ${quote(line.node)} in ${where(line.element)}`);
    }
  }
  scrollTo({ left: before[0], top: before[1], behavior: "instant" });

  for (const image of document.images) {
    if (!isSeen(image)) continue;
    if (!image.complete || image.naturalWidth === 0) {
      faults.add(`picture does not load: ${where(image)}`);
      continue;
    }
    const style = getComputedStyle(image);
    const padding = (a: string, b: string) => parseFloat(a) + parseFloat(b);
    const w = image.clientWidth - padding(style.paddingLeft, style.paddingRight);
    const h = image.clientHeight - padding(style.paddingTop, style.paddingBottom);
    if (
      style.objectFit === "fill" &&
      Math.abs(w / h / (image.naturalWidth / image.naturalHeight) - 1) > 0.03
    ) {
      faults.add(
        `picture is distorted: ${
          where(image)
        } ${w} × ${h} of ${image.naturalWidth} × ${image.naturalHeight}`,
      );
    }
  }

  for (
    const element of document.querySelectorAll(
      "button, select, input, textarea, summary, [role=button], nav a",
    )
  ) {
    if (!isSeen(element) || smallestTarget === 0) continue;
    const label = element.closest("label");
    const { height } = (label ?? element).getBoundingClientRect();
    if (height > 2 && height < smallestTarget - 0.5) {
      faults.add(`target of ${height.toFixed(0)} px: ${where(element)}`);
    }
  }
  return few([...faults]);

  /** Faults of one kind at one place are one fault. */
  function few(all: readonly string[]): string[] {
    const kinds = new Map<string, string[]>();
    for (const fault of all) {
      const kind = fault.replace(/"(?:[^"\\]|\\.)*"/g, "").replace(/\d+(\.\d+)?/g, "#");
      kinds.set(kind, [...kinds.get(kind) ?? [], fault]);
    }
    return [...kinds.values()].map(([first, ...more]) =>
      more.length === 0 ? first : `${first} (and ${more.length} more like this)`
    );
  }
}
