import { uuid } from './uuid';

const NAME = 'quandary-client';
/** How long another tab has to say that it lives. */
const PATIENCE = 150;

interface Note {
  ask?: string;
  here?: string;
  from: string;
}

function remembered(): string {
  try {
    return sessionStorage.getItem(NAME) ?? '';
  } catch {
    return '';
  }
}

function remember(id: string): void {
  try {
    sessionStorage.setItem(NAME, id);
  } catch {
    // a tab without storage is a new caller after each reload: the lease runs out by itself
  }
}

/** The tab as a caller: its id, and which other tabs of this browser are alive. */
export class Tab {
  id = remembered();
  alive = new Set<string>();
  #page = uuid();
  #channel: BroadcastChannel | null = null;

  /** Hears who else is there. */
  settled: Promise<void> = Promise.resolve();

  /** Settles the id: a new tab has one at once, a duplicated one must not share it. */
  async join(): Promise<void> {
    this.#listen();
    const known = this.id !== '';
    if (!known) this.id = uuid();
    this.#post({ ask: this.id });
    this.settled = new Promise((done) => setTimeout(done, PATIENCE));
    if (known) await this.settled;
    if (this.alive.has(this.id)) this.id = uuid();
    remember(this.id);
  }

  close(): void {
    this.#channel?.close();
  }

  #listen(): void {
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(NAME);
    this.#channel.onmessage = (event: MessageEvent<Note>) => {
      const note = event.data;
      if (note.from === this.#page) return;
      if (note.here) this.alive.add(note.here);
      if (note.ask !== undefined) this.#post({ here: this.id });
    };
  }

  #post(note: Omit<Note, 'from'>): void {
    this.#channel?.postMessage({ ...note, from: this.#page });
  }
}
