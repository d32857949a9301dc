import { ApiError } from '../api';
import type { Session } from '../state/session.svelte';
import type { Class, ClassChange, ClassPreview } from '../types';

export interface Draft {
  action: 'rename' | 'describe' | 'merge' | 'delete';
  name: string;
}

export interface Done {
  id: number;
  text: string;
  /** what takes it back, if anything can */
  back: ClassChange | null;
}

/** One change of the classes at a time: drafted, previewed, then done. */
export class Editor {
  draft = $state.raw<Draft | null>(null);
  preview = $state.raw<ClassPreview | null>(null);
  problem = $state('');
  busy = $state(false);
  done = $state.raw<Done[]>([]);
  #round = 0;

  constructor(readonly session: Session) {}

  get classes(): Class[] {
    return this.session.classes;
  }

  open(draft: Draft): void {
    const same = this.draft?.action === draft.action && this.draft.name === draft.name;
    this.draft = same ? null : draft;
    this.preview = null;
    this.problem = '';
  }

  close(): void {
    this.draft = null;
    this.preview = null;
    this.problem = '';
  }

  async look(change: ClassChange | null): Promise<void> {
    const round = ++this.#round;
    this.problem = '';
    if (!change) {
      this.preview = null;
      return;
    }
    try {
      const preview = await this.session.api.previewClasses(change);
      if (round === this.#round) this.preview = preview;
    } catch (error) {
      if (round !== this.#round) return;
      this.preview = null;
      this.problem = error instanceof ApiError ? error.message : String(error);
    }
  }

  /** Does it; false where the server refused and said why. */
  async apply(change: ClassChange, text: string, back: ClassChange | null): Promise<boolean> {
    this.busy = true;
    this.problem = '';
    try {
      const { classes, progress } = await this.session.api.changeClasses(change);
      this.session.live.setClasses(classes);
      this.session.live.update({ progress });
      this.done = [{ id: this.done.length, text, back }, ...this.done];
      this.close();
      this.session.toast.show(text);
      return true;
    } catch (error) {
      this.problem = error instanceof ApiError ? error.message : String(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async takeBack(done: Done): Promise<void> {
    if (!done.back) return;
    const ok = await this.apply(done.back, `Taken back: ${done.text}`, null);
    if (ok) this.done = this.done.filter((other) => other.id !== done.id);
    else this.session.toast.show(this.problem);
  }
}
