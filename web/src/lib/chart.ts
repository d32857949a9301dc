import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { CurvePoint, Estimate } from '../types';

interface Inks {
  ink: string;
  faint: string;
  line: string;
  card: string;
}

/** light-dark() has to be asked from an element: a canvas knows no CSS variables. */
function inks(node: HTMLElement): Inks {
  const probe = document.createElement('i');
  node.append(probe);
  const ask = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const found = { ink: ask('--ink'), faint: ask('--ink-3'), line: ask('--line'), card: ask('--card') };
  probe.remove();
  return found;
}

const fade = (color: string, alpha: number): string => color.replace(/^rgba?\(([^)]+)\)$/, (_, rgb: string) =>
  `rgba(${rgb.split(/[ ,/]+/).slice(0, 3).join(', ')}, ${alpha})`);

function hatch(color: string): CanvasPattern | string {
  const tile = document.createElement('canvas');
  const size = (tile.width = tile.height = Math.round(6 * devicePixelRatio));
  const pen = tile.getContext('2d');
  if (!pen) return fade(color, 0.2);
  pen.strokeStyle = color;
  pen.lineWidth = 1.2 * devicePixelRatio;
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, 'repeat') ?? fade(color, 0.2);
}

type Row = (number | null)[];

/** Columns: labels, measured value, low, high, forecast value, low, high. */
function columns(points: readonly CurvePoint[], gain: Estimate | null): Row[] {
  const last = points.at(-1);
  const rows: Row[] = points.map((p) => [p.labels, p.value, p.low, p.high, null, null, null]);
  if (last && gain) {
    const clip = (v: number): number => Math.min(1, Math.max(0, v));
    rows[rows.length - 1]!.splice(4, 3, last.value, last.low, last.high);
    const end = [clip(last.value + gain.value), clip(last.low + gain.low), clip(last.high + gain.high)];
    rows.push([last.labels + 100, null, null, null, ...end]);
  }
  return [0, 1, 2, 3, 4, 5, 6].map((c) => rows.map((row) => row[c]! ?? null));
}

function options(width: number, height: number, data: Row[], small: boolean, c: Inks): uPlot.Options {
  const edge = { stroke: 'transparent', points: { show: false } };
  const lows = [...data[2]!, ...data[5]!].filter((v) => v !== null);
  const bottom = Math.min(0.9, Math.max(0, Math.floor((Math.min(...lows, 0.9) - 0.02) * 10) / 10));
  const axis = { stroke: c.faint, font: '12px system-ui, sans-serif', grid: { stroke: c.line, width: 1 }, ticks: { show: false } };
  const pct = (_: uPlot, ticks: number[]): string[] => ticks.map((v) => `${Math.round(v * 100)}`);
  return {
    width, height, pxAlign: false,
    padding: small ? [8, 10, 0, 0] : [12, 16, 0, 0],
    legend: { show: false },
    cursor: { show: !small, drag: { x: false, y: false }, points: { show: false } },
    scales: { x: { time: false, range: (_u, _min, max) => [0, Math.max(max, 10)] }, y: { range: [bottom, 1] } },
    axes: [
      { ...axis, grid: { show: false }, size: small ? 22 : 32, gap: 4, space: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
      { ...axis, size: small ? 30 : 40, values: pct, space: small ? 26 : 40 },
    ],
    series: [
      {},
      { stroke: c.ink, width: small ? 1.8 : 2.2, points: { show: data[0]!.length < 3, size: 6, fill: c.ink } },
      edge, edge,
      { stroke: c.ink, width: 1.5, dash: [5, 4], points: { show: false } },
      edge, edge,
    ],
    bands: [
      { series: [3, 2], fill: fade(c.ink, 0.11) },
      { series: [6, 5], fill: hatch(fade(c.faint, 0.6)) as string },
    ],
    hooks: { draw: [(u) => now(u, data, small, c)] },
  };
}

/** The last measurement with its interval: a dot on a whisker. */
function now(u: uPlot, data: Row[], small: boolean, c: Inks): void {
  const at = data[1]!.findLastIndex((v) => v !== null);
  if (at < 0) return;
  const [x, value, low, high] = [0, 1, 2, 3].map((column) => data[column]![at]!) as [number, number, number, number];
  const [px, y, top, bottom] = [u.valToPos(x, 'x', true), ...[value, high, low].map((v) => u.valToPos(v, 'y', true))] as [number, number, number, number];
  const dpr = devicePixelRatio;
  const pen = u.ctx;
  pen.save();
  pen.strokeStyle = pen.fillStyle = c.ink;
  pen.lineWidth = 1.5 * dpr;
  pen.beginPath();
  pen.moveTo(px, top);
  pen.lineTo(px, bottom);
  for (const edge of [top, bottom]) {
    pen.moveTo(px - 4 * dpr, edge);
    pen.lineTo(px + 4 * dpr, edge);
  }
  pen.stroke();
  pen.beginPath();
  pen.arc(px, y, (small ? 3.5 : 5) * dpr, 0, 7);
  pen.fill();
  pen.restore();
}

/** Draws the curve into the node; the returned function takes it away again. */
export function draw(node: HTMLElement, points: readonly CurvePoint[], gain: Estimate | null, height: number, small: boolean): () => void {
  const data = columns(points, gain);
  let plot: uPlot | null = null;
  const redraw = (): void => {
    plot?.destroy();
    plot = null;
    const width = Math.floor(node.clientWidth);
    if (width > 40) plot = new uPlot(options(width, height, data, small, inks(node)), data as uPlot.AlignedData, node);
  };
  let width = 0;
  const size = new ResizeObserver(() => {
    if (Math.abs(node.clientWidth - width) < 2) return;
    width = node.clientWidth;
    redraw();
  });
  size.observe(node);
  const theme = new MutationObserver(redraw);
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', redraw);
  return () => {
    size.disconnect();
    theme.disconnect();
    dark.removeEventListener('change', redraw);
    plot?.destroy();
  };
}
