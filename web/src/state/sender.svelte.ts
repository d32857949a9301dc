import type { Api } from '../api';
import { deliver } from '../lib/deliver';
import { BrowserKeeper } from '../lib/keeper';
import { Outbox, type Entry, type Hooks, type Op, type Stall } from '../lib/outbox';
import type { Tab } from '../lib/tabs';
import { uuid } from '../lib/uuid';
import { briefOf } from '../lib/format';
import type { Item } from '../types';

/** The outbox as the page sees it. */
export class Sender {
  waiting = $state.raw<Entry[]>([]);
  refused = $state.raw<Entry[]>([]);
  stall = $state.raw<{ cause: Stall; message: string; until: number } | null>(null);
  /** false where this browser keeps nothing: then closing the tab loses what waits */
  keeps = $state(true);
  ticks = 0;
  #box: Outbox;
  #keeper: BrowserKeeper;

  constructor(
    api: Api,
    private project: string,
    private tab: Tab,
    hooks: Omit<Hooks, 'changed'>,
  ) {
    this.#keeper = new BrowserKeeper(project);
    const clock = {
      later: (run: () => void, ms: number) => {
        const timer = setTimeout(run, ms);
        return () => clearTimeout(timer);
      },
      tick: () => ++this.ticks,
    };
    this.#box = new Outbox(this.#keeper, (e) => deliver(api, e), { ...hooks, changed: () => this.#sync() }, clock);
  }

  get pending(): Set<string> {
    return this.#box.pending;
  }

  /** Takes up what was left: by this tab before a reload, or by one that is gone. */
  async start(): Promise<void> {
    try {
      const [found] = await Promise.all([this.#keeper.all(), this.tab.settled]);
      this.#box.adopt(found.filter((e) => e.client === this.tab.id || !this.tab.alive.has(e.client)));
    } catch {
      this.keeps = false;
    }
    addEventListener('online', this.retry);
    addEventListener('beforeunload', this.#warn);
  }

  stop(): void {
    removeEventListener('online', this.retry);
    removeEventListener('beforeunload', this.#warn);
  }

  add(op: Op, card: Item | null, item: string, brief = card ? briefOf(card.content, item) : item): Entry {
    const id = op.kind === 'answer' ? op.body.key : uuid();
    return this.#box.add({ id, project: this.project, client: this.tab.id, item, brief, at: Date.now(), op, card });
  }

  takeBack = (): Entry | null => this.#box.takeBack();
  drop = (id: string): void => this.#box.drop(id);
  retry = (): void => this.#box.retry();

  #sync(): void {
    this.waiting = this.#box.waiting;
    this.refused = this.#box.refused;
    this.stall = this.#box.stall;
  }

  #warn = (event: BeforeUnloadEvent): void => {
    if (this.waiting.length) event.preventDefault();
  };
}
