import { likeliest, matching } from '../lib/classes';
import type { Session } from '../state/session.svelte';
import type { Class } from '../types';
import type { Desk } from './desk.svelte';

/** Choosing one of many classes by typing: arrows move, Enter answers. */
export class ClassChoice {
  typed = $state('');
  #at = $state(0);

  constructor(
    private session: Session,
    readonly desk: Desk,
  ) {}

  get list(): Class[] {
    return matching(likeliest(this.session.classes, this.desk.guess), this.typed);
  }

  get at(): number {
    return Math.min(this.#at, Math.max(0, this.list.length - 1));
  }

  take(name: string): void {
    this.desk.answer(name);
    this.typed = '';
    this.#at = 0;
    this.desk.card?.focus({ preventScroll: true });
  }

  key = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    const chosen = this.list[this.at];
    if (step) this.#at = Math.min(this.list.length - 1, Math.max(0, this.at + step));
    else if (event.key === 'Enter' && chosen && !event.repeat) this.take(chosen.name);
    else {
      if (event.key.length === 1 || event.key === 'Backspace') this.#at = 0;
      return;
    }
    event.preventDefault();
  };
}
