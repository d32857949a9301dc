import type { Class } from '../types';

/** Letters that command; a class never gets one of these. */
export const COMMAND_LETTERS = 'zsunhwgi';

/** Keys a class can have, in the order they are given out. */
export const CLASS_KEYS: readonly string[] = [...'1234567890abcdefjklmopqrtvxy'];

/** Keys of the likeliest classes when there are more classes than keys. */
export const SLOT_KEYS: readonly string[] = [...'123456789'];

/** Class name to key: the server's wish where it can be had, else the next free one. Null: more classes than keys. */
export function assignKeys(classes: readonly Class[]): Map<string, string> | null {
  if (classes.length > CLASS_KEYS.length) return null;
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name, key } of classes) {
    const wish = key?.toLowerCase();
    if (!wish || taken.has(wish) || !CLASS_KEYS.includes(wish)) continue;
    keys.set(name, wish);
    taken.add(wish);
  }
  const free = CLASS_KEYS.filter((key) => !taken.has(key));
  for (const { name } of classes) if (!keys.has(name)) keys.set(name, free.shift()!);
  return keys;
}

export type ImageAct = 'in' | 'out' | 'fit' | 'invert' | 'darker' | 'brighter';

export type Command =
  | { do: 'answer'; name: string }
  | { do: 'accept' | 'undo' | 'skip' | 'unsure' | 'note' | 'hide' | 'why' | 'guide' | 'keys' | 'filter' | 'close' }
  | { do: 'image'; act: ImageAct }
  | { do: 'scroll'; by: number };

/** What of a keyboard event matters here. */
export interface Press {
  key: string;
  code: string;
  repeat: boolean;
  isComposing: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  altGraph: boolean;
}

export interface Where {
  /** single keys are on (they can be switched off) */
  single: boolean;
  /** the focus is in a text field or list */
  typing: boolean;
  /** the focus is on a button or link, which Enter presses */
  onControl: boolean;
  /** a dialog is open */
  dialog: boolean;
  image: boolean;
  /** key to class name */
  answers: ReadonlyMap<string, string>;
}

const LETTERS: Record<string, Command> = {
  z: { do: 'undo' },
  s: { do: 'skip' },
  u: { do: 'unsure' },
  n: { do: 'note' },
  h: { do: 'hide' },
  w: { do: 'why' },
  g: { do: 'guide' },
  '?': { do: 'keys' },
  '/': { do: 'filter' },
};

const IMAGE: Record<string, ImageAct> = {
  '+': 'in', '=': 'in', '-': 'out', '0': 'fit', i: 'invert', '[': 'darker', ']': 'brighter',
};

const SCROLL: Record<string, number> = { ArrowUp: -60, ArrowDown: 60, PageUp: -400, PageDown: 400 };

/** The digit of the physical row or keypad, so that it also works where digits need Shift. */
function digit(press: Press): string | null {
  if (/^[0-9]$/.test(press.key)) return press.key;
  const code = /^(?:Digit|Numpad)([0-9])$/.exec(press.code);
  return code && !press.shiftKey ? code[1]! : null;
}

function undoChord(press: Press): boolean {
  return (press.ctrlKey || press.metaKey) && !press.altKey && !press.shiftKey && press.key.toLowerCase() === 'z';
}

/** What a key means, or null where it means nothing to us. Holding a key never answers twice. */
export function command(press: Press, where: Where): Command | null {
  if (press.repeat && !(press.key in SCROLL)) return null;
  if (press.isComposing || press.key === 'Process' || press.key === 'Dead') return null;
  if (press.key === 'Escape') return { do: 'close' };
  if (where.typing) return null;
  if (where.dialog) return press.key === '?' && where.single ? { do: 'keys' } : null;
  if (undoChord(press)) return { do: 'undo' };
  const bracket = press.altGraph && '[]'.includes(press.key);
  if ((press.ctrlKey || press.metaKey || press.altKey) && !bracket) return null;
  if (press.key in SCROLL) return where.onControl ? null : { do: 'scroll', by: SCROLL[press.key]! };
  if (!where.single) return null;
  return single(press, where);
}

function single(press: Press, where: Where): Command | null {
  if (press.key === 'Enter') return where.onControl ? null : { do: 'accept' };
  if (press.key === 'Backspace') return { do: 'undo' };
  const key = digit(press) ?? press.key.toLowerCase();
  const name = where.answers.get(key);
  if (name !== undefined) return { do: 'answer', name };
  if (where.image && IMAGE[key]) return { do: 'image', act: IMAGE[key] };
  return LETTERS[key] ?? null;
}
