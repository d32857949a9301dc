import type { View } from '../state/view.svelte';

interface Point {
  x: number;
  y: number;
}

/** A point from the center of the well. */
function from(node: HTMLElement, event: MouseEvent): Point {
  const box = node.getBoundingClientRect();
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
}

const middle = ([a, b]: Point[]): Point => ({ x: (a!.x + b!.x) / 2, y: (a!.y + b!.y) / 2 });
const apart = ([a, b]: Point[]): number => Math.hypot(a!.x - b!.x, a!.y - b!.y);

/** Wheel zooms, one finger or the mouse drags, two fingers pinch. */
export const handle = (view: View) => (node: HTMLElement) => {
  const fingers = new Map<number, Point>();

  function wheel(event: WheelEvent): void {
    event.preventDefault();
    const at = from(node, event);
    view.zoomAt(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), at.x, at.y);
  }

  function down(event: PointerEvent): void {
    if ((event.target as Element).closest('button')) return;
    fingers.set(event.pointerId, from(node, event));
    node.setPointerCapture(event.pointerId);
  }

  function move(event: PointerEvent): void {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const old = [...fingers.values()];
    const at = from(node, event);
    fingers.set(event.pointerId, at);
    if (old.length === 1) return view.pan(at.x - before.x, at.y - before.y);
    if (old.length !== 2) return;
    const now = [...fingers.values()];
    const center = middle(now);
    view.zoomAt(apart(now) / Math.max(1, apart(old)), center.x, center.y);
    view.pan(center.x - middle(old).x, center.y - middle(old).y);
  }

  const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);
  const twice = (event: MouseEvent): void => {
    if ((event.target as Element).closest('button')) return;
    const at = from(node, event);
    if (view.zoom > 1) view.reset();
    else view.zoomAt(2.5, at.x, at.y);
  };

  const stop = new AbortController();
  const { signal } = stop;
  node.addEventListener('wheel', wheel, { passive: false, signal });
  node.addEventListener('pointerdown', down, { signal });
  node.addEventListener('pointermove', move, { signal });
  for (const name of ['pointerup', 'pointercancel'] as const) node.addEventListener(name, up, { signal });
  node.addEventListener('dblclick', twice, { signal });
  return () => stop.abort();
};
