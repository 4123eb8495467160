// One page of a browser under test: what it shows (viewport, colours, media), what a person does in it (real input events,
// not calls of handlers), and all that goes wrong in it: errors, refusals by its security policy, requests.

import { boxOf, lookAt, middleOf, nextFrame } from "./in_page.ts";
import { type Json, patienceMs, type Pipe } from "./browser_pipe.ts";

/** What a page is looked at with. */
export interface View {
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen per CSS pixel. */
  readonly scale: number;
  /** A touch screen whose viewport follows the page's `viewport` tag. */
  readonly isPhone: boolean;
  readonly scheme: "light" | "dark";
  readonly reducedMotion: boolean;
  readonly media: "screen" | "print";
  /** Whether the page's scripts run. */
  readonly scripts: boolean;
}

/** A page. Points are CSS pixels of the viewport; selectors must match at least one element. */
export interface Page extends AsyncDisposable {
  /** All that went wrong since the page was opened, in words: console errors and warnings, exceptions, violations, requests. */
  readonly faults: readonly string[];
  /** Changes how the page is looked at. */
  see(view: Partial<View>): Promise<void>;
  reload(): Promise<void>;
  /** Calls a function in the page, which sees nothing but its arguments, and gives its (JSON) result. */
  call<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Runs a script in the page, whatever its security policy. */
  inject(script: string): Promise<void>;
  /** Waits until a function of the page gives something true. @throws Error that names what was waited for. */
  until<A extends unknown[]>(
    what: string,
    fn: (...args: A) => unknown,
    ...args: A
  ): Promise<void>;
  /** Clicks the middle of an element's part that shows. @throws Error if something else lies over it. */
  click(selector: string): Promise<void>;
  /** Presses a key: `Enter`, `Tab`, `Escape`, `ArrowLeft`, `a`, `Shift+Tab`, … */
  press(...keys: readonly string[]): Promise<void>;
  /** Types text into what has the focus. */
  type(text: string): Promise<void>;
  /** Drags from an element's middle. */
  drag(selector: string, dx: number, dy: number): Promise<void>;
  wheel(selector: string, dy: number): Promise<void>;
  /** A PNG of the whole page, of its viewport, of one element, or of a strip of the page. */
  screenshot(what?: "page" | "viewport" | Part): Promise<Uint8Array>;
  /** The page as it is printed on A4, a PDF. */
  pdf(): Promise<Uint8Array>;
}

/** An element, or a strip over the whole width. */
export type Part = { readonly selector: string } | {
  readonly top: number;
  readonly height: number;
};

const defaults: View = {
  width: 1440,
  height: 900,
  scale: 1,
  isPhone: false,
  scheme: "light",
  reducedMotion: false,
  media: "screen",
  scripts: true,
};

/** Opens a tab. */
export async function openPage(
  pipe: Pipe,
  url: string,
  given: Partial<View> = {},
): Promise<Page> {
  const { browserContextId } = await pipe.send("Target.createBrowserContext");
  const created = await pipe.send("Target.createTarget", { url: "about:blank", browserContextId });
  const { sessionId } = await pipe.send("Target.attachToTarget", {
    targetId: created.targetId,
    flatten: true,
  });
  const send = (method: string, params?: Json) => pipe.send(method, params, sessionId);
  const faults: string[] = [];
  let loaded = Promise.withResolvers<void>();
  pipe.listen(sessionId, (method, params) => {
    if (method === "Page.loadEventFired") loaded.resolve();
    if (method === "Inspector.targetCrashed") loaded.reject(new Error("the page crashed"));
    const fault = faultOf(method, params, url);
    if (fault !== undefined && !faults.includes(fault)) faults.push(fault);
  });

  let view: View = { ...defaults, ...given };
  const apply = () => applyView(send, view);
  const call: Page["call"] = async (fn, ...args) => {
    const expression = `(${fn})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  };
  const load = async (method: string, params: Json) => {
    loaded = Promise.withResolvers();
    const { errorText } = await send(method, params);
    if (errorText !== undefined) throw new Error(`${url}: ${errorText}`);
    const timer = setTimeout(() => loaded.reject(new Error(`${url} never loaded`)), patienceMs);
    await loaded.promise.finally(() => clearTimeout(timer));
  };

  for (const domain of ["Page", "Runtime", "Log", "Network", "Audits"]) {
    await send(`${domain}.enable`);
  }
  await apply();
  await load("Page.navigate", { url });

  const place = async (selector: string) => {
    const point = await call(middleOf, selector);
    if (typeof point === "string") throw new Error(`${selector}: ${point}`);
    return point;
  };
  const mouse = (type: string, x: number, y: number, more: Json = {}) =>
    send("Input.dispatchMouseEvent", { type, x, y, button: "left", ...more });

  return {
    faults,
    async see(more) {
      view = { ...view, ...more };
      await apply();
      // The next frame is laid out for it.
      await call(nextFrame);
    },
    reload: () => load("Page.reload", {}),
    call,
    async inject(script) {
      const { exceptionDetails } = await send("Runtime.evaluate", { expression: script });
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    },
    async until(what, fn, ...args) {
      const end = performance.now() + 15_000;
      while (!(await call(fn, ...args))) {
        if (performance.now() > end) throw new Error(`waited 15 s for ${what}`);
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    async click(selector) {
      const [x, y] = await place(selector);
      await mouse("mouseMoved", x, y, { button: "none" });
      await mouse("mousePressed", x, y, { clickCount: 1, buttons: 1 });
      await mouse("mouseReleased", x, y, { clickCount: 1 });
    },
    async press(...keys) {
      for (const key of keys) {
        const event = keyEvent(key);
        await send("Input.dispatchKeyEvent", {
          type: event.text === undefined ? "rawKeyDown" : "keyDown",
          ...event,
        });
        await send("Input.dispatchKeyEvent", { type: "keyUp", ...event, text: undefined });
      }
    },
    type: (text) => send("Input.insertText", { text }),
    async drag(selector, dx, dy) {
      const [x, y] = await place(selector);
      await mouse("mouseMoved", x, y, { button: "none" });
      await mouse("mousePressed", x, y, { clickCount: 1, buttons: 1 });
      for (const part of [0.25, 0.5, 0.75, 1]) {
        await mouse("mouseMoved", x + part * dx, y + part * dy, { buttons: 1 });
      }
      await mouse("mouseReleased", x + dx, y + dy, { clickCount: 1 });
    },
    async wheel(selector, dy) {
      const [x, y] = await place(selector);
      await mouse("mouseWheel", x, y, { button: "none", deltaX: 0, deltaY: dy });
    },
    async screenshot(what = "page") {
      const selector = typeof what === "object" && "selector" in what ? what.selector : null;
      const whole = await call(boxOf, selector);
      const strip = typeof what === "object" && "top" in what
        ? { y: what.top, height: what.height }
        : {};
      // What lies far below is not drawn until it is looked at.
      if ("y" in strip) await call(lookAt, strip.y);
      const clip = what === "viewport" ? undefined : { ...whole, ...strip };
      const { data } = await send("Page.captureScreenshot", {
        format: "png",
        ...(clip && { clip: { ...clip, scale: 1 }, captureBeyondViewport: true }),
      });
      return fromBase64(data);
    },
    async pdf() {
      const { data } = await send("Page.printToPDF", {
        paperWidth: 8.27,
        paperHeight: 11.69,
        printBackground: false,
      });
      return fromBase64(data);
    },
    async [Symbol.asyncDispose]() {
      await pipe.send("Target.disposeBrowserContext", { browserContextId });
    },
  };
}

type Send = (method: string, params?: Json) => Promise<Json>;

async function applyView(send: Send, view: View): Promise<void> {
  const { width, height, scale, isPhone, scheme, reducedMotion, media, scripts } = view;
  await send("Emulation.setDeviceMetricsOverride", {
    width,
    height,
    deviceScaleFactor: scale,
    mobile: isPhone,
  });
  await send("Emulation.setTouchEmulationEnabled", { enabled: isPhone });
  await send("Emulation.setEmulatedMedia", {
    media: media === "print" ? "print" : "",
    features: [
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: reducedMotion ? "reduce" : "no-preference" },
    ],
  });
  await send("Emulation.setScriptExecutionDisabled", { value: !scripts });
}

/** What went wrong, if this event tells of it. Only the page itself and what it carries (`data:`, `blob:`) may be loaded. */
function faultOf(method: string, params: Json, url: string): string | undefined {
  switch (method) {
    case "Runtime.exceptionThrown": {
      const { exception, text } = params.exceptionDetails;
      return `exception: ${exception?.description ?? text}`;
    }
    case "Runtime.consoleAPICalled":
      if (!["error", "warning", "assert"].includes(params.type)) return undefined;
      return `console ${params.type}: ${
        params.args.map((arg: Json) => arg.value ?? arg.description).join(" ")
      }`;
    case "Log.entryAdded":
      if (!["error", "warning"].includes(params.entry.level)) return undefined;
      return `log ${params.entry.level}: ${params.entry.text}`;
    case "Audits.issueAdded": {
      const found = params.issue.details.contentSecurityPolicyIssueDetails;
      return found && `policy: ${found.violatedDirective} ${found.blockedURL ?? "inline"}`;
    }
    case "Network.requestWillBeSent": {
      const asked: string = params.request.url;
      if (asked.split("#")[0] === url.split("#")[0] || /^(data|blob):/.test(asked)) {
        return undefined;
      }
      return `request: ${asked.slice(0, 200)}`;
    }
  }
}

const keyCodes: Readonly<Record<string, number>> = {
  Backspace: 8,
  Tab: 9,
  Enter: 13,
  Escape: 27,
  Space: 32,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};
const modifierBits: Readonly<Record<string, number>> = { Alt: 1, Control: 2, Meta: 4, Shift: 8 };

function keyEvent(combination: string) {
  const names = combination.split(/\+(?=.)/);
  const name = names.pop()!;
  const isLetter = name.length === 1;
  if (!isLetter && !(name in keyCodes)) throw new Error(`no key ${name}`);
  const text = isLetter ? name : name === "Enter" ? "\r" : name === "Space" ? " " : undefined;
  return {
    key: name === "Space" ? " " : name,
    code: isLetter && /[a-z]/i.test(name) ? `Key${name.toUpperCase()}` : name,
    windowsVirtualKeyCode: isLetter ? name.toUpperCase().charCodeAt(0) : keyCodes[name],
    modifiers: names.reduce((sum, modifier) => sum + modifierBits[modifier], 0),
    ...(text !== undefined && { text }),
  };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
