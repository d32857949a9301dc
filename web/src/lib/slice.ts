/** Which rows of a long list are on screen. */

/** Browsers stop at about 16 to 33 million pixels; above this the scroll is scaled. */
export const TALLEST = 12_000_000;

export interface Slice {
  first: number;
  last: number;
  /** height of the whole scroll area */
  height: number;
  /** where the first row is drawn */
  top: number;
}

export function slice(scroll: number, view: number, rows: number, rowHeight: number, spare = 4): Slice {
  const full = rows * rowHeight;
  const height = Math.min(full, TALLEST);
  const range = Math.max(1, height - view);
  const real = full <= TALLEST ? scroll : (Math.min(scroll, range) / range) * (full - view);
  const first = Math.max(0, Math.floor(real / rowHeight) - spare);
  const last = Math.min(rows, Math.ceil((real + view) / rowHeight) + spare);
  return { first, last, height, top: first * rowHeight + (scroll - real) };
}
