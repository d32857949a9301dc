import { describe, expect, it } from 'vitest';
import { assignKeys, CLASS_KEYS, COMMAND_LETTERS, command, type Press, type Where } from '../src/lib/keys';
import type { Class } from '../src/types';

const cls = (name: string, key: string | null = null, index = 0): Class => ({ name, key, index, count: 0, predicted: null, description: '' });
const press = (key: string, more: Partial<Press> = {}): Press => ({
  key, code: '', repeat: false, isComposing: false, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, altGraph: false, ...more,
});
const where = (more: Partial<Where> = {}): Where => ({
  single: true, typing: false, onControl: false, dialog: false, image: false, answers: new Map([['1', 'cat'], ['2', 'dog'], ['a', 'fox']]), ...more,
});

describe('assignKeys', () => {
  it('keeps the wishes of the server and fills the rest in order', () => {
    const keys = assignKeys([cls('zero', '0'), cls('one'), cls('two')]);
    expect([...keys!]).toEqual([['zero', '0'], ['one', '1'], ['two', '2']]);
  });

  it('never gives out a command letter or one key twice', () => {
    const keys = assignKeys([cls('skip it', 's'), cls('x', '1'), cls('y', '1')]);
    expect(new Set(keys!.values()).size).toBe(3);
    expect([...keys!.values()].every((key) => !COMMAND_LETTERS.includes(key))).toBe(true);
  });

  it('gives every class a key as long as there are keys, then none', () => {
    const make = (n: number) => Array.from({ length: n }, (_, i) => cls(`c${i}`, null, i));
    expect(assignKeys(make(CLASS_KEYS.length))!.size).toBe(CLASS_KEYS.length);
    expect(assignKeys(make(CLASS_KEYS.length + 1))).toBeNull();
  });
});

describe('command', () => {
  it('answers by digit and by letter', () => {
    expect(command(press('2'), where())).toEqual({ do: 'answer', name: 'dog' });
    expect(command(press('A', { shiftKey: true }), where())).toEqual({ do: 'answer', name: 'fox' });
  });

  it('takes the physical digit row where digits need Shift, and the keypad', () => {
    expect(command(press('&', { code: 'Digit1' }), where())).toEqual({ do: 'answer', name: 'cat' });
    expect(command(press('1', { code: 'Digit1', shiftKey: true }), where())).toEqual({ do: 'answer', name: 'cat' });
    expect(command(press('!', { code: 'Digit1', shiftKey: true }), where())).toBeNull();
    expect(command(press('2', { code: 'Numpad2' }), where())).toEqual({ do: 'answer', name: 'dog' });
  });

  it.each(['repeat', 'isComposing', 'ctrlKey', 'metaKey', 'altKey'] as const)('ignores %s', (flag) => {
    expect(command(press('1', { [flag]: true }), where())).toBeNull();
  });

  it('leaves text fields and dialogs alone', () => {
    expect(command(press('1'), where({ typing: true }))).toBeNull();
    expect(command(press('z', { ctrlKey: true }), where({ typing: true }))).toBeNull();
    expect(command(press('1'), where({ dialog: true }))).toBeNull();
    expect(command(press('Escape'), where({ typing: true }))).toEqual({ do: 'close' });
  });

  it('undoes by Z, Backspace and the chord', () => {
    for (const event of [press('z'), press('Backspace'), press('z', { ctrlKey: true }), press('z', { metaKey: true })]) {
      expect(command(event, where())).toEqual({ do: 'undo' });
    }
    expect(command(press('Z', { ctrlKey: true, shiftKey: true }), where())).toBeNull();
  });

  it('keeps only the chord and Escape with single keys off', () => {
    const off = where({ single: false });
    for (const key of ['1', 'a', 's', 'Enter', 'Backspace', '?', '/']) expect(command(press(key), off)).toBeNull();
    expect(command(press('z', { ctrlKey: true }), off)).toEqual({ do: 'undo' });
    expect(command(press('Escape'), off)).toEqual({ do: 'close' });
  });

  it('lets Enter press the focused button', () => {
    expect(command(press('Enter'), where())).toEqual({ do: 'accept' });
    expect(command(press('Enter'), where({ onControl: true }))).toBeNull();
  });

  it('works the image only on images, and a class key wins over zoom', () => {
    expect(command(press('i'), where())).toBeNull();
    expect(command(press('i'), where({ image: true }))).toEqual({ do: 'image', act: 'invert' });
    expect(command(press('0'), where({ image: true }))).toEqual({ do: 'image', act: 'fit' });
    expect(command(press('0'), where({ image: true, answers: new Map([['0', 'zero']]) }))).toEqual({ do: 'answer', name: 'zero' });
    expect(command(press('[', { ctrlKey: true, altKey: true, altGraph: true }), where({ image: true }))).toEqual({ do: 'image', act: 'darker' });
  });
});
