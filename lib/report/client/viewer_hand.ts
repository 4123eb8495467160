// The reader's hand on the viewer: drags, pinches, wheel and keys become turns, zooms and moves.

/// <reference lib="dom" />

import { type Eye, turned, zoomed } from "./view_3d.ts";

/** Where the eye is and how far the picture is moved, in px. */
interface Look {
  eye: Eye;
  shift: readonly [number, number];
}

/** What the hand may ask for. */
export interface HandCalls {
  /** After the look was changed. */
  changed(): void;
  /** The pointer is here, in px, and drags nothing; or it has left. */
  pointsAt(place: { readonly x: number; readonly y: number } | undefined): void;
  reset(): void;
  playOrPause(): void;
}

/** Lets a hand turn, zoom and move a look over a canvas. */
export function followHand(canvas: HTMLCanvasElement, look: Look, calls: HandCalls): void {
  const fingers = new Map<number, { x: number; y: number }>();
  const localOf = (event: PointerEvent) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const move = (dx: number, dy: number) => look.shift = [look.shift[0] + dx, look.shift[1] + dy];
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, localOf(event));
    calls.pointsAt(localOf(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = localOf(event);
    const before = fingers.get(event.pointerId);
    if (before === undefined) return calls.pointsAt(at);
    const [dx, dy] = [at.x - before.x, at.y - before.y];
    if (dx === 0 && dy === 0) return;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other !== undefined) {
      const spread = ({ x, y }: { x: number; y: number }) =>
        Math.max(1, Math.hypot(x - other.x, y - other.y));
      look.eye = zoomed(look.eye, spread(at) / spread(before));
      move(dx / 2, dy / 2);
    } else if (event.shiftKey) move(dx, dy);
    else look.eye = turned(look.eye, dx, dy);
    fingers.set(event.pointerId, at);
    calls.pointsAt(undefined);
    calls.changed();
  });
  for (const gone of ["pointerup", "pointercancel", "lostpointercapture"] as const) {
    canvas.addEventListener(gone, (event) => fingers.delete(event.pointerId));
  }
  canvas.addEventListener("pointerleave", () => calls.pointsAt(undefined));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const speed = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.03 : 0.0015;
    look.eye = zoomed(look.eye, Math.exp(-event.deltaY * speed));
    calls.changed();
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = arrows[event.key];
    if (arrow !== undefined && event.shiftKey) move(arrow[0], arrow[1]);
    else if (arrow !== undefined) look.eye = turned(look.eye, arrow[0], arrow[1]);
    else if (event.key === "+" || event.key === "=") look.eye = zoomed(look.eye, 1.2);
    else if (event.key === "-" || event.key === "_") look.eye = zoomed(look.eye, 1 / 1.2);
    else if (event.key === "0") calls.reset();
    else if (event.key === " ") calls.playOrPause();
    else return;
    event.preventDefault();
    calls.changed();
  });
}

/** As if dragged by so many px. */
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-20, 0],
  ArrowRight: [20, 0],
  ArrowUp: [0, -20],
  ArrowDown: [0, 20],
};
