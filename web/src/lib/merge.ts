import type { Item } from '../types';

/**
 * The queue after a reply: the item on screen stays, the rest follows the server's fresh order.
 * Answers on their way, and those that came home after the request had left, are not asked again.
 */
export function merge(
  current: Item | null,
  fresh: readonly Item[],
  started: number,
  pending: ReadonlySet<string>,
  home: ReadonlyMap<string, number>,
): Item[] {
  const seen = new Set<string>(current ? [current.item] : []);
  const out = current ? [current] : [];
  for (const item of fresh) {
    if (seen.has(item.item) || pending.has(item.item) || (home.get(item.item) ?? -1) > started) continue;
    seen.add(item.item);
    out.push(item);
  }
  return out;
}
