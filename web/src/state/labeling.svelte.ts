import { ApiError, type Api } from '../api';
import { briefOf, capSeconds, median } from '../lib/format';
import { merge } from '../lib/merge';
import type { Entry, Reply } from '../lib/outbox';
import { Pictures } from './pictures.svelte';
import { uuid } from '../lib/uuid';
import type { AnswerBody, AnswerKind, AnswerReply, Item, Next, NothingLeft, UndoReply } from '../types';
import type { Live } from './live.svelte';
import { ofEntry, Recent } from './recent.svelte';
import type { Sender } from './sender.svelte';
import type { Toast } from './toast.svelte';

/** Items ready behind the one on screen. */
const AHEAD = 5;

export interface Parts {
  api: Api;
  live: Live;
  sender: Sender;
  toast: Toast;
}

/** The loop of asking: what is on screen, what comes next, what was said. */
export class Labeling {
  queue = $state.raw<Item[]>([]);
  nothing = $state.raw<NothingLeft | null>(null);
  loading = $state(true);
  ready = $state(false);
  /** false where the picture did not arrive: then only skip and undo are left */
  visible = $state(true);
  /** set while an earlier answer is looked at again: what was said then */
  again = $state.raw<{ item: string; said: string } | null>(null);
  seconds = $state.raw<number[]>([]);
  pressed = $state('');
  recent = new Recent();
  pictures = new Pictures();
  parts!: Parts;
  #history: Entry[] = [];
  #home = new Map<string, number>();
  #shownAt = 0;
  #filling = false;

  get current(): Item | null {
    return this.queue[0] ?? null;
  }

  get pace(): number | null {
    return median(this.seconds);
  }

  async refill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const started = ++this.parts.sender.ticks;
    try {
      this.#take(await this.parts.api.next(this.#wanted()), started);
    } catch (error) {
      if (error instanceof ApiError && !this.parts.live.project) this.parts.live.failure = error;
    } finally {
      this.#filling = false;
      this.loading = false;
    }
  }

  /** Called by the widget once the item is on screen; keys count from now. */
  painted = (visible = true): void => {
    this.visible = visible;
    if (this.ready) return;
    this.ready = true;
    this.#shownAt = performance.now();
    const item = this.current;
    if (!item) return;
    const check = item.audit ? 'Random check. ' : '';
    this.parts.toast.say(`${check}${briefOf(item.content, item.item)}. ${item.reason?.text ?? ''}`);
  };

  answer(value: string | null, kind: AnswerKind, suggested: string | null): void {
    const card = this.current;
    if (!card || !this.ready) return;
    const seconds = capSeconds((performance.now() - this.#shownAt) / 1000);
    this.seconds = [...this.seconds, seconds].slice(-15);
    const body: AnswerBody = { key: uuid(), item: card.item, value, kind, seconds, n: this.#wanted() + 1 };
    if (suggested !== null) body.suggested = suggested;
    this.#flash(value);
    this.record(card, body);
    this.#advance(this.queue.slice(1));
    this.again = null;
    if (this.queue.length < 2 && !this.parts.sender.waiting.length) void this.refill();
  }

  /** Leaves out what an earlier tab answered and could not send: known only after the first load. */
  recheck(): void {
    const pending = this.parts.sender.pending;
    if (this.queue.some((item) => pending.has(item.item))) {
      this.#advance(this.queue.filter((item) => !pending.has(item.item)));
    }
  }

  /** Puts an answer on its way; also used from the list of items. */
  record(card: Item, body: AnswerBody): void {
    const entry = this.parts.sender.add({ kind: 'answer', body }, card, card.item);
    this.#history.push(entry);
    this.recent.push(ofEntry(entry)!);
  }

  undo(): void {
    const { sender, toast } = this.parts;
    const taken = sender.takeBack();
    const last = this.#history.at(-1) ?? null;
    const back = taken ?? last;
    if (last && back?.id === last.id) this.#history.pop();
    if (!taken) sender.add({ kind: 'undo', of: last?.id ?? null }, null, last?.item ?? '', last?.brief ?? 'the last answer');
    if (!back) return toast.show('Taking back your last answer…');
    this.recent.remove(back.id);
    this.#home.delete(back.item);
    if (back.card) this.show(back.card);
    toast.show(`Undone: ${back.brief}. Answer it again.`);
  }

  /** Brings an item to the front; the one on screen waits behind it. */
  show(card: Item): void {
    this.#advance([card, ...this.queue.filter((item) => item.item !== card.item)]);
  }

  async revisit(item: string, said: string, card: Item | null): Promise<void> {
    try {
      const full = card ?? (await this.parts.api.item(item));
      this.show(full);
      this.again = { item, said };
    } catch (error) {
      this.parts.toast.show(error instanceof Error ? error.message : 'This item cannot be opened now.');
    }
  }

  leaveAgain(): void {
    if (!this.again) return;
    this.again = null;
    this.#advance(this.queue.slice(1));
    if (!this.queue.length) void this.refill();
  }

  done = (entry: Entry, reply: Reply, started: number): void => {
    this.#home.set(entry.item, ++this.parts.sender.ticks);
    if (entry.op.kind === 'answer') this.#saved(entry, reply as AnswerReply, started);
    if (entry.op.kind === 'undo') this.#undone(entry, reply as UndoReply);
    if (entry.op.kind === 'retract') this.recent.removeItem(entry.item);
    if (entry.op.kind === 'undo' || entry.op.kind === 'retract') this.#home.delete(entry.item);
  };

  refused = (entry: Entry): void => {
    this.recent.mark(entry.id, 'refused');
    this.#history = this.#history.filter((other) => other.id !== entry.id);
    this.parts.toast.show(`Not accepted: ${entry.refused ?? ''}`);
  };

  #wanted(): number {
    return Math.min(100, 1 + AHEAD + this.parts.sender.pending.size);
  }

  #saved(entry: Entry, reply: AnswerReply, started: number): void {
    this.recent.mark(entry.id, 'saved');
    this.parts.live.update({ progress: reply.progress, model: reply.model, version: reply.version });
    const next = reply.next ?? [];
    this.#take({ items: next, progress: reply.progress, model: reply.model, nothing_left: null }, started);
    if (!this.queue.length) void this.refill();
  }

  #undone(entry: Entry, reply: UndoReply): void {
    const { live, toast } = this.parts;
    live.update({ progress: reply.progress, version: reply.version });
    const undone = reply.undone;
    if (!undone) return toast.show('Nothing to undo.');
    const expected = entry.op.kind === 'undo' && entry.op.of !== null ? entry.item : null;
    if (undone.item === expected) return;
    this.recent.removeItem(undone.item);
    if (reply.item) this.show(reply.item);
    const said = undone.value ?? undone.kind;
    toast.show(`Undone: ${said}. Answer it again.`);
  }

  #take(next: Next, started: number): void {
    const { sender, live } = this.parts;
    live.update({ progress: next.progress, model: next.model });
    const before = this.current;
    this.queue = merge(before, next.items, started, sender.pending, this.#home);
    this.nothing = this.queue.length ? null : next.nothing_left;
    this.#prefetch();
    if (this.current !== before) this.#enter();
  }

  #advance(queue: Item[]): void {
    this.queue = queue;
    this.#enter();
    this.#prefetch();
  }

  #enter(): void {
    this.ready = false;
    if (this.current) this.nothing = null;
  }

  #prefetch(): void {
    const images = this.queue.flatMap((item) => (item.content.type === 'image' ? [item.content.url] : []));
    this.pictures.keep(images);
  }

  #flash(value: string | null): void {
    if (value === null) return;
    this.pressed = value;
    setTimeout(() => (this.pressed = ''), 70);
  }
}
