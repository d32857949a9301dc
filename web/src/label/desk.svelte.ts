import { getContext, setContext } from 'svelte';
import { likeliest } from '../lib/classes';
import { command, SLOT_KEYS, type Command, type Where } from '../lib/keys';
import { change, settings } from '../state/settings.svelte';
import type { Session } from '../state/session.svelte';
import { View } from '../state/view.svelte';
import type { Class, Suggestion } from '../types';

type Panel = 'keys' | 'guide' | 'why' | 'side' | 'note' | 'classes';

const NAME = Symbol('desk');
/** After the classes changed elsewhere, answer keys rest: the finger meant the old ones. */
const REST = 1000;

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** What the person at the labeling page sees and can do; keys and buttons both end here. */
export class Desk {
  view = new View();
  open = $state<Panel | null>(null);
  card: HTMLElement | null = null;
  filter: HTMLInputElement | null = null;

  constructor(readonly session: Session) {}

  /** The suggestion, where it may be seen. */
  get guess(): Suggestion | null {
    const item = this.session.labeling.current;
    return settings.guesses && item && !item.audit ? item.suggestion : null;
  }

  get many(): boolean {
    return this.session.keys === null;
  }

  /** With more classes than keys: those on the number keys. */
  get slots(): Class[] {
    return likeliest(this.session.classes, this.guess).slice(0, SLOT_KEYS.length);
  }

  get answers(): Map<string, string> {
    const keys = this.session.keys;
    if (!keys) return new Map(this.slots.map((c, at) => [SLOT_KEYS[at]!, c.name]));
    return new Map([...keys].map(([name, key]) => [key, name]));
  }

  get usable(): boolean {
    const { labeling } = this.session;
    return labeling.ready && labeling.visible && labeling.current?.content.type !== 'broken';
  }

  key = (event: KeyboardEvent): void => {
    const found = command(
      { ...pick(event), altGraph: event.getModifierState('AltGraph') },
      this.#where(event),
    );
    if (!found || !this.run(found)) return;
    event.preventDefault();
  };

  #where(event: KeyboardEvent): Where {
    const target = event.target;
    return {
      single: settings.keys,
      typing: typing(target),
      onControl: target instanceof HTMLElement && target.closest('button, a, summary') !== null,
      dialog: document.querySelector('dialog[open]') !== null,
      image: this.session.labeling.current?.content.type === 'image',
      answers: this.answers,
    };
  }

  /** Does it; false where the key should keep its usual meaning. */
  run(what: Command): boolean {
    const { labeling } = this.session;
    switch (what.do) {
      case 'answer': this.answer(what.name); return true;
      case 'accept': return this.accept();
      case 'undo': labeling.undo(); return true;
      case 'skip': this.pass('skip'); return true;
      case 'unsure': this.pass('unsure'); return true;
      case 'hide': change('guesses', !settings.guesses); return true;
      case 'filter': return this.#find();
      case 'close': return this.#close();
      case 'image': this.view.act(what.act); return true;
      case 'scroll': return this.#scroll(what.by);
      default: this.toggle(what.do); return true;
    }
  }

  answer(name: string): void {
    if (!this.usable || Date.now() - this.session.live.classesChanged < REST) return;
    this.session.labeling.answer(name, 'label', this.guess?.class ?? null);
    this.open = this.open === 'classes' || this.open === 'note' ? null : this.open;
  }

  accept(): boolean {
    if (!this.guess) return false;
    this.answer(this.guess.class);
    return true;
  }

  pass(kind: 'skip' | 'unsure'): void {
    const { labeling, toast } = this.session;
    if (!labeling.current || !labeling.ready) return;
    labeling.answer(null, kind, this.guess?.class ?? null);
    toast.show(kind === 'skip' ? 'Skipped: comes back after 20 others' : 'Unsure: kept as information', true);
  }

  toggle(panel: Panel): void {
    if (panel === 'note' && !this.session.labeling.current) return;
    this.open = this.open === panel ? null : panel;
  }

  #find(): boolean {
    if (!this.filter) return false;
    this.filter.focus();
    this.filter.select();
    return true;
  }

  #close(): boolean {
    if (this.open) this.open = null;
    else if (this.session.labeling.again) this.session.labeling.leaveAgain();
    else if (document.activeElement === this.filter) this.card?.focus({ preventScroll: true });
    else return false;
    return true;
  }

  #scroll(by: number): boolean {
    if (!this.card || this.card.scrollHeight <= this.card.clientHeight) return false;
    this.card.scrollBy({ top: by });
    return true;
  }
}

function pick(event: KeyboardEvent) {
  const { key, code, repeat, isComposing, ctrlKey, metaKey, altKey, shiftKey } = event;
  return { key, code, repeat, isComposing, ctrlKey, metaKey, altKey, shiftKey };
}

export const shareDesk = (desk: Desk): Desk => setContext(NAME, desk);
export const useDesk = (): Desk => getContext<Desk>(NAME);
