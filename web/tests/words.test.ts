import { describe, expect, it } from 'vitest';
import { likeliest, look, matching } from '../src/lib/classes';
import { checksMissing, points } from '../src/lib/format';
import { blind, pieces } from '../src/lib/reason';
import { uuid } from '../src/lib/uuid';
import type { Class, Progress } from '../src/types';

const cls = (name: string, index = 0, count = 0): Class => ({ name, key: null, index, count, predicted: null, description: '' });
const said = (text: string, classes: Class[], kind: 'uncertain' | 'rare' | 'unlike' | 'audit' = 'uncertain') =>
  pieces({ kind, text }, classes).map((piece) => (typeof piece === 'string' ? piece : `[${piece.name}]`));

describe('pieces', () => {
  it('finds the classes, longest name first', () => {
    expect(said('Torn between No and No service, 51 to 49.', [cls('No'), cls('No service')])).toEqual(['Torn between ', '[No]', ' and ', '[No service]', ', 51 to 49.']);
  });

  it('does not take a share for a class', () => {
    expect(said('Torn between 4 and 9, 51 to 49.', ['4', '9', '51', '49'].map((n) => cls(n)))).toEqual(['Torn between ', '[4]', ' and ', '[9]', ', 51 to 49.']);
  });

  it('takes names as they are, not as patterns, and never inside a word', () => {
    expect(said('Torn between a.b (x) and cat, 1 to 1; category.', [cls('a.b (x)'), cls('cat')])).toEqual(['Torn between ', '[a.b (x)]', ' and ', '[cat]', ', 1 to 1; category.']);
  });

  it('marks nothing on a random check', () => {
    expect(said('Drawn at random.', [cls('random')], 'audit')).toEqual(['Drawn at random.']);
  });

  it('names no class when it must be blind', () => {
    expect(blind({ kind: 'uncertain', text: 'Torn between cat and fox, 51 to 49.' })).not.toMatch(/cat|fox/);
  });
});

describe('classes', () => {
  it('orders by the model, then by use', () => {
    const classes = [cls('a', 0, 9), cls('b', 1, 1), cls('c', 2, 5)];
    const suggestion = { class: 'b', probability: 0.9, probabilities: { a: 0.05, b: 0.9, c: 0.05 }, model_version: 1 };
    expect(likeliest(classes, suggestion).map((c) => c.name)).toEqual(['b', 'a', 'c']);
    expect(likeliest(classes, null).map((c) => c.name)).toEqual(['a', 'c', 'b']);
  });

  it('finds by every typed word, whatever the accents and separators', () => {
    const classes = ['card_payment_fee', 'Café card', 'cash'].map((name) => cls(name));
    expect(matching(classes, 'fee card').map((c) => c.name)).toEqual(['card_payment_fee']);
    expect(matching(classes, 'cafe').map((c) => c.name)).toEqual(['Café card']);
    expect(matching(classes, '')).toHaveLength(3);
  });

  it('gives 64 classes 64 looks', () => {
    const looks = new Set(Array.from({ length: 64 }, (_, index) => JSON.stringify(look(index))));
    expect(looks.size).toBe(64);
  });
});

describe('numbers', () => {
  const progress = { audit: 12 } as Progress;
  it('tells no accuracy below thirty checks', () => {
    expect(checksMissing(null, progress)).toBe(18);
    expect(checksMissing({ value: 0.9, low: 0.7, high: 1, n: 29, method: '' }, progress)).toBe(1);
    expect(checksMissing({ value: 0.9, low: 0.8, high: 1, n: 30, method: '' }, progress)).toBe(0);
  });

  it('writes gains as points', () => {
    expect(points(0.012)).toBe('+1.2');
    expect(points(-0.012)).toBe('−1.2');
    expect(points(0.0001)).toBe('0.0');
  });
});

it('makes version 4 UUIDs', () => {
  const made = new Set(Array.from({ length: 500 }, uuid));
  expect(made.size).toBe(500);
  for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
