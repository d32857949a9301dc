import { describe, expect, it } from 'vitest';
import { merge } from '../src/lib/merge';
import { recall } from '../src/lib/recall';
import { slice, TALLEST } from '../src/lib/slice';
import type { Item } from '../src/types';

const item = (id: string): Item => ({ item: id, content: { type: 'text', text: id }, reason: null, suggestion: null, audit: false });
const ids = (items: Item[]): string[] => items.map((one) => one.item);

describe('merge', () => {
  it('keeps the item on screen and takes the fresh order behind it', () => {
    expect(ids(merge(item('a'), ['c', 'a', 'b'].map(item), 5, new Set(), new Map()))).toEqual(['a', 'c', 'b']);
  });

  it('asks nothing that is on its way', () => {
    expect(ids(merge(null, ['a', 'b'].map(item), 5, new Set(['a']), new Map()))).toEqual(['b']);
  });

  it('asks nothing that came home after the request had left, and again what came home before', () => {
    const home = new Map([['late', 9], ['early', 2]]);
    expect(ids(merge(null, ['late', 'early'].map(item), 5, new Set(), home))).toEqual(['early']);
  });
});

describe('recall', () => {
  const said = (...all: string[]): { id: string }[] => all.map((id) => ({ id }));

  it('shows what went home after the server had listed what it has', () => {
    expect(recall(said('e'), said('b', 'a'), said('e', 'd', 'c'))).toEqual(said('e', 'd', 'c', 'b', 'a'));
  });

  it('shows once what the server has and whose reply is still on its way', () => {
    expect(recall(said('c'), said('c', 'b', 'a'), said('c', 'b'))).toEqual(said('c', 'b', 'a'));
  });
});

describe('slice', () => {
  it('draws what is on screen and a little more', () => {
    const part = slice(4400, 440, 1000, 44, 2);
    expect(part).toEqual({ first: 98, last: 112, height: 44000, top: 98 * 44 });
  });

  it('reaches the very last of a billion rows', () => {
    const part = slice(TALLEST - 600, 600, 1_000_000_000, 44);
    expect(part.height).toBe(TALLEST);
    expect(part.last).toBe(1_000_000_000);
    expect(part.first).toBeGreaterThan(1_000_000_000 - 30);
    const bottom = part.top + (part.last - part.first) * 44;
    expect(Math.abs(bottom - TALLEST)).toBeLessThan(1);
  });

  it('is empty for an empty list', () => {
    expect(slice(0, 600, 0, 44)).toMatchObject({ first: 0, last: 0, height: 0 });
  });
});
