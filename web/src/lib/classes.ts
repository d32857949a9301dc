import type { Class, Suggestion } from '../types';

/** Color and shape of a class: the pair stays unique for 64 classes. */
export function look(index: number): { color: number; shape: number } {
  return { color: (index % 8) + 1, shape: ((index + Math.floor(index / 8)) % 8) + 1 };
}

/** What the model thinks of one class; a class may be called like something that every object has. */
export const chance = (guess: Suggestion | null, name: string): number | null =>
  guess && Object.hasOwn(guess.probabilities, name) ? guess.probabilities[name]! : null;

/** Likeliest first; with nothing to go by, the most used first, which says nothing of the item. */
export function likeliest(classes: readonly Class[], suggestion: Suggestion | null): Class[] {
  const p = (c: Class): number => chance(suggestion, c.name) ?? 0;
  return [...classes].sort((a, b) => p(b) - p(a) || b.count - a.count || a.index - b.index);
}

const fold = (text: string): string =>
  text.normalize('NFKD').replace(/\p{Diacritic}/gu, '').toLowerCase().replace(/[_\-./]+/g, ' ').trim();

/** Classes whose name has every typed word; names that begin with the text come first. */
export function matching(classes: readonly Class[], typed: string): Class[] {
  const words = fold(typed).split(/\s+/).filter(Boolean);
  if (!words.length) return [...classes];
  const hits = classes.filter((c) => words.every((word) => fold(c.name).includes(word)));
  const rank = (c: Class): number => (fold(c.name) === fold(typed) ? 0 : fold(c.name).startsWith(words[0]!) ? 1 : 2);
  return hits.map((c, at) => ({ c, at })).sort((a, b) => rank(a.c) - rank(b.c) || a.at - b.at).map(({ c }) => c);
}

/** True where a person would see other buttons: names, keys or order, not counts. */
export function differ(before: readonly Class[], after: readonly Class[]): boolean {
  if (before.length !== after.length) return true;
  return before.some((c, at) => c.name !== after[at]!.name || c.key !== after[at]!.key || c.index !== after[at]!.index);
}

/** Columns of the answer buttons, from their number and the longest name. */
export function columns(n: number, longest: number): { desk: number; phone: number } {
  const desk = n <= 5 ? Math.max(n, 1) : n === 6 ? 3 : n <= 8 ? 4 : n <= 10 ? 5 : 7;
  const phone = n > 4 && longest <= 3 ? 5 : n > 6 && longest <= 9 ? 3 : n === 1 ? 1 : 2;
  return { desk, phone };
}
