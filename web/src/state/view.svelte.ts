import type { ImageAct } from '../lib/keys';

export const MOST = 12;

/** How the image on screen is looked at. Light settings stay from one to the next, zoom does not. */
export class View {
  zoom = $state(1);
  x = $state(0);
  y = $state(0);
  bright = $state(1);
  invert = $state(false);

  reset(): void {
    this.zoom = 1;
    this.x = this.y = 0;
  }

  act(act: ImageAct): void {
    if (act === 'in') this.zoomAt(1.25, 0, 0);
    if (act === 'out') this.zoomAt(0.8, 0, 0);
    if (act === 'invert') this.invert = !this.invert;
    if (act === 'darker') this.bright = Math.max(0.3, Math.round((this.bright - 0.1) * 10) / 10);
    if (act === 'brighter') this.bright = Math.min(3, Math.round((this.bright + 0.1) * 10) / 10);
    if (act === 'fit') {
      this.reset();
      this.bright = 1;
      this.invert = false;
    }
  }

  /** Zooms so that the point (x, y), from the center of the well, stays under the finger. */
  zoomAt(factor: number, x: number, y: number): void {
    const zoom = Math.min(MOST, Math.max(1, this.zoom * factor));
    const by = zoom / this.zoom;
    this.x = x - (x - this.x) * by;
    this.y = y - (y - this.y) * by;
    this.zoom = zoom;
    if (zoom === 1) this.x = this.y = 0;
  }

  pan(dx: number, dy: number): void {
    if (this.zoom === 1) return;
    this.x += dx;
    this.y += dy;
  }
}
