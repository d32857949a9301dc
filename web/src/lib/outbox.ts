import type { AnswerBody, AnswerReply, Item, UndoReply } from '../types';

export type Op =
  | { kind: 'answer'; body: AnswerBody }
  | { kind: 'undo'; of: string | null }
  | { kind: 'retract' }
  | { kind: 'note'; text: string };

/** One thing a person did, until the server has it on disk. */
export interface Entry {
  /** the UUID that makes a replay harmless */
  id: string;
  seq: number;
  project: string;
  client: string;
  item: string;
  brief: string;
  at: number;
  op: Op;
  /** the item as it was shown, to show it again after an undo */
  card: Item | null;
  /** why the server did not take it; null while it waits */
  refused: string | null;
}

export type Reply = AnswerReply | UndoReply | { saved: true };
export type Stall = 'offline' | 'signin' | 'full' | 'missing' | 'trouble';
export type Outcome =
  | { ok: true; reply: Reply }
  | { ok: false; refused: string }
  | { ok: false; stall: Stall; message: string };

/** Where entries outlive the tab. */
export interface Keeper {
  all(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface Hooks {
  changed(): void;
  done(entry: Entry, reply: Reply, started: number): void;
  refused(entry: Entry): void;
}

export interface Clock {
  later(run: () => void, ms: number): () => void;
  /** a counter that only grows, to tell what happened first */
  tick(): number;
}

export const DELAYS: readonly number[] = [500, 1000, 2000, 4000, 8000, 15000];

/** Sends in the order typed, one at a time, the same UUID until it is confirmed. Nothing leaves it unseen. */
export class Outbox {
  entries: Entry[] = [];
  stall: { cause: Stall; message: string; until: number } | null = null;
  flying: string | null = null;
  #kept = new Map<string, Promise<void>>();
  /** what may have reached the server, though no reply came */
  #sent = new Set<string>();
  #tries = 0;
  #cancel: (() => void) | null = null;

  constructor(
    private keeper: Keeper,
    private send: (entry: Entry) => Promise<Outcome>,
    private hooks: Hooks,
    private clock: Clock,
  ) {}

  get waiting(): Entry[] {
    return this.entries.filter((entry) => entry.refused === null);
  }

  get refused(): Entry[] {
    return this.entries.filter((entry) => entry.refused !== null);
  }

  /** Items with an answer on its way: they must not be asked again. */
  get pending(): Set<string> {
    const items = new Set<string>();
    const undone = new Set(this.waiting.flatMap((e) => (e.op.kind === 'undo' && e.op.of ? [e.op.of] : [])));
    for (const entry of this.waiting) {
      if (entry.op.kind === 'answer' && !undone.has(entry.id)) items.add(entry.item);
      if (entry.op.kind === 'retract') items.delete(entry.item);
    }
    return items;
  }

  /** Takes over what an earlier tab, or this one before a reload, left behind. */
  adopt(found: Entry[]): void {
    const known = new Set(this.entries.map((entry) => entry.id));
    const added = found.filter((entry) => !known.has(entry.id));
    for (const entry of added) {
      this.#kept.set(entry.id, Promise.resolve());
      this.#sent.add(entry.id);
    }
    this.entries = [...this.entries, ...added].sort((a, b) => a.seq - b.seq);
    this.hooks.changed();
    void this.pump();
  }

  add(entry: Omit<Entry, 'seq' | 'refused'>): Entry {
    const seq = Math.max(entry.at, (this.entries.at(-1)?.seq ?? 0) + 1);
    const full: Entry = { ...entry, seq, refused: null };
    this.entries = [...this.entries, full];
    this.#kept.set(full.id, this.keeper.put(full).catch(() => undefined));
    this.hooks.changed();
    void this.pump();
    return full;
  }

  /** Removes the last answer if it never left; null when the server may have it and must take it back. */
  takeBack(): Entry | null {
    const last = this.waiting.filter((entry) => entry.op.kind !== 'note').at(-1);
    if (!last || last.op.kind !== 'answer' || this.#sent.has(last.id)) return null;
    this.drop(last.id);
    return last;
  }

  drop(id: string): void {
    this.entries = this.entries.filter((entry) => entry.id !== id);
    const kept = this.#kept.get(id) ?? Promise.resolve();
    this.#kept.delete(id);
    this.#sent.delete(id);
    if (!this.waiting.length) this.#calm();
    void kept.then(() => this.keeper.remove(id)).catch(() => undefined);
    this.hooks.changed();
  }

  /** Tries at once: the connection may be back. */
  retry(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#tries = 0;
    void this.pump();
  }

  /** With nothing left to send there is nothing to wait for. */
  #calm(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#tries = 0;
    this.stall = null;
  }

  async pump(): Promise<void> {
    if (this.flying || this.#cancel) return;
    for (let entry = this.waiting[0]; entry; entry = this.waiting[0]) {
      this.flying = entry.id;
      await this.#kept.get(entry.id);
      this.#sent.add(entry.id);
      const started = this.clock.tick();
      const outcome = await this.send(entry);
      this.flying = null;
      if (!this.#settle(entry, outcome, started)) return;
    }
  }

  #settle(entry: Entry, outcome: Outcome, started: number): boolean {
    if ('stall' in outcome) {
      this.#wait(outcome.stall, outcome.message);
      return false;
    }
    this.#tries = 0;
    this.stall = null;
    if (outcome.ok) {
      this.drop(entry.id);
      this.hooks.done(entry, outcome.reply, started);
    } else {
      this.#refuse(entry, outcome.refused);
    }
    return true;
  }

  #refuse(entry: Entry, why: string): void {
    const marked = { ...entry, refused: why };
    this.entries = this.entries.map((other) => (other.id === entry.id ? marked : other));
    void this.keeper.put(marked).catch(() => undefined);
    // an undo of an answer that never counted would take back another one
    for (const other of this.waiting) if (other.op.kind === 'undo' && other.op.of === entry.id) this.drop(other.id);
    this.hooks.refused(marked);
    this.hooks.changed();
  }

  #wait(cause: Stall, message: string): void {
    const ms = DELAYS[Math.min(this.#tries++, DELAYS.length - 1)]!;
    this.stall = { cause, message, until: Date.now() + ms };
    this.#cancel = this.clock.later(() => {
      this.#cancel = null;
      void this.pump();
    }, ms);
    this.hooks.changed();
  }
}
