import { ApiError, type Api } from '../api';
import { differ } from '../lib/classes';
import type { Advice, Class, Curve, Estimate, Model, Progress, Project } from '../types';

/** `model` comes with what follows from it. */
type ModelEvent = Model & { estimate: Estimate | null; advice: Advice | null; progress: Progress };

const RETRY = 3000;

/** The project as the server last told it: one load, then its events. */
export class Live {
  project = $state.raw<Project | null>(null);
  failure = $state.raw<ApiError | null>(null);
  lost = $state(false);
  curve = $state.raw<Curve | null>(null);
  /** when the buttons changed under the person's hands (ms), 0: never */
  classesChanged = $state(0);
  onModel: () => void = () => undefined;
  onClasses: () => void = () => undefined;
  onBack: () => void = () => undefined;
  #events: EventSource | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #reload: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(private api: Api) {}

  async load(): Promise<void> {
    try {
      this.project = await this.api.project();
      this.failure = null;
    } catch (error) {
      if (error instanceof ApiError) this.failure = error;
    }
  }

  /** Counts of classes come with the project only; asked for at most every two seconds. */
  refreshSoon(): void {
    this.#reload ??= setTimeout(() => {
      this.#reload = undefined;
      void this.load();
      if (this.curve) void this.loadCurve();
    }, 2000);
  }

  async loadCurve(): Promise<void> {
    try {
      this.curve = await this.api.curve();
    } catch {
      // the old curve stays; the status bar already says that the server is away
    }
  }

  update(part: Partial<Project>): void {
    if (this.project) this.project = { ...this.project, ...part };
  }

  setClasses(classes: Class[]): void {
    if (!this.project) return;
    const changed = differ(this.project.classes, classes);
    if (changed) this.classesChanged = Date.now();
    this.update({ classes });
    if (changed) this.onClasses();
  }

  listen(): void {
    if (this.#ended) return;
    this.#events?.close();
    const events = new EventSource(`${this.api.base}/events`);
    this.#events = events;
    const on = <T>(name: string, run: (data: T) => void) =>
      events.addEventListener(name, (event) => run(JSON.parse((event as MessageEvent<string>).data) as T));
    events.onopen = () => this.#opened();
    events.onerror = () => this.#broke(events);
    on<ModelEvent>('model', ({ estimate, advice, progress, ...model }) => {
      this.update({ model, estimate, advice, progress });
      this.onModel();
      this.refreshSoon();
    });
    on<Progress>('progress', (progress) => this.update({ progress }));
    on<{ classes: Class[] }>('classes', ({ classes }) => this.setClasses(classes));
    on<{ read_only: string | null }>('read_only', ({ read_only }) => this.update({ read_only }));
  }

  /** Listens again at once: the person says that the server is back. */
  relisten(): void {
    clearTimeout(this.#timer);
    this.#events?.close();
    void this.#probe();
  }

  stop(): void {
    this.#ended = true;
    this.#events?.close();
    clearTimeout(this.#timer);
    clearTimeout(this.#reload);
  }

  /** The stream says nothing of why it broke; a plain question does (gone, or a new token). */
  async #probe(): Promise<void> {
    await this.load();
    if (this.#ended) return;
    if (this.failure) this.#timer = setTimeout(() => void this.#probe(), RETRY);
    else this.listen();
  }

  #opened(): void {
    const back = this.lost;
    this.lost = false;
    if (back) this.onBack();
  }

  #broke(events: EventSource): void {
    this.lost = true;
    events.close();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#probe(), RETRY);
  }
}
