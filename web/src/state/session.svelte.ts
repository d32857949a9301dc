import { getContext, setContext } from 'svelte';
import { Api } from '../api';
import { assignKeys } from '../lib/keys';
import { Tab } from '../lib/tabs';
import type { Class } from '../types';
import { Labeling } from './labeling.svelte';
import { Live } from './live.svelte';
import { Sender } from './sender.svelte';
import { Toast } from './toast.svelte';

const KEY = Symbol('session');

/** One project in one tab: everything the pages share. */
export class Session {
  readonly tab = new Tab();
  readonly api: Api;
  readonly live: Live;
  readonly sender: Sender;
  readonly labeling = new Labeling();
  readonly toast = new Toast();
  /** the person closed the sign-in dialog; the notice opens it again */
  signInClosed = $state(false);

  constructor(readonly id: string) {
    this.api = new Api(id, () => this.tab.id);
    this.live = new Live(this.api);
    const { done, refused } = this.labeling;
    this.sender = new Sender(this.api, id, this.tab, { done, refused });
    this.labeling.parts = { api: this.api, live: this.live, sender: this.sender, toast: this.toast };
  }

  get classes(): Class[] {
    return this.live.project?.classes ?? [];
  }

  /** class name to key, or null with more classes than keys */
  get keys(): Map<string, string> | null {
    return assignKeys(this.classes);
  }

  async start(): Promise<void> {
    addEventListener('pagehide', this.#leave);
    addEventListener('pageshow', this.#return);
    await this.tab.join();
    this.live.onBack = () => this.#back();
    this.live.onModel = () => this.#learned();
    this.live.onClasses = () => void this.#recall();
    const kept = this.sender.start();
    await Promise.all([this.live.load(), this.labeling.refill()]);
    this.live.listen();
    await kept;
    this.labeling.recheck();
    await this.#recall();
  }

  stop(): void {
    removeEventListener('pagehide', this.#leave);
    removeEventListener('pageshow', this.#return);
    this.#leave();
    this.live.stop();
    this.sender.stop();
    this.tab.close();
  }

  #leave = (): void => this.api.leave();

  /** Restored from the browser's memory: what was released is asked for again. */
  #return = (event: PageTransitionEvent): void => {
    if (event.persisted) void this.labeling.refill();
  };

  #back(): void {
    this.sender.retry();
    this.labeling.pictures.retry();
    if (!this.labeling.current) void this.labeling.refill();
  }

  /** Renamed classes change what was said. */
  #recall(): Promise<void> {
    return this.labeling.recent.load(this.api, () => [...this.sender.waiting, ...this.sender.refused]);
  }

  #learned(): void {
    if (!this.labeling.current) void this.labeling.refill();
  }
}

export const share = (session: Session): Session => setContext(KEY, session);
export const useSession = (): Session => getContext<Session>(KEY);
