import type { Class, Reason } from '../types';

export type Piece = string | Class;

const BLIND: Partial<Record<Reason['kind'], string>> = {
  uncertain: 'The model is torn between classes.',
  rare: 'This may be of a rare class.',
  relabel: 'Asked a second time.',
};

/** The reason without a word that could sway: used where guesses are hidden and on random checks. */
export const blind = (reason: Reason): string => BLIND[reason.kind] ?? reason.text;

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * The text cut at the class names in it, so that they can carry their marks.
 * A class may be called 5: only as many are marked as the kind names, from the left.
 */
export function pieces(reason: Reason, classes: readonly Class[]): Piece[] {
  const most = reason.kind === 'uncertain' || reason.kind === 'relabel' ? 2 : 1;
  const byName = new Map(classes.map((c) => [c.name, c]));
  const names = [...byName.keys()].filter(Boolean).sort((a, b) => b.length - a.length).map(escape);
  if (!names.length || reason.kind === 'audit') return [reason.text];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${names.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
  const out: Piece[] = [];
  let from = 0;
  for (const match of [...reason.text.matchAll(pattern)].slice(0, most)) {
    if (match.index > from) out.push(reason.text.slice(from, match.index));
    out.push(byName.get(match[0])!);
    from = match.index + match[0].length;
  }
  if (from < reason.text.length) out.push(reason.text.slice(from));
  return out;
}
