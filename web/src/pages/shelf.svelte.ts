import { ApiError, type Api } from '../api';
import type { ItemLine, ItemQuery } from '../types';

export const CHUNK = 60;

export const USUAL: ItemQuery = { q: '', label: '', kind: 'any', predicted: '', sort: 'position' };

export function queryOf(params: URLSearchParams): ItemQuery {
  const get = (name: keyof ItemQuery): string => params.get(name) ?? USUAL[name];
  return { q: get('q'), label: get('label'), kind: get('kind'), predicted: get('predicted'), sort: get('sort') };
}

/** What of a query differs from the usual one: this much is worth showing in the address. */
export function spoken(query: ItemQuery): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== USUAL[name as keyof ItemQuery]));
}

/** The list of items, fetched in pieces as they come into view. */
export class Shelf {
  total = $state<number | null>(null);
  problem = $state('');
  #lines = $state.raw<ReadonlyMap<number, ItemLine[]>>(new Map());
  #asked = new Set<number>();
  #round = 0;
  #query: ItemQuery = USUAL;

  constructor(private api: Api) {}

  line(at: number): ItemLine | null {
    return this.#lines.get(Math.floor(at / CHUNK))?.[at % CHUNK] ?? null;
  }

  /** Starts anew with another question; the old lines stay until the first new ones are there. */
  ask(query: ItemQuery): void {
    this.#round += 1;
    this.#query = query;
    this.#asked = new Set();
    void this.#fetch(0, true);
  }

  need(first: number, last: number): void {
    if (this.total === null) return;
    const end = Math.min(last, this.total);
    for (let c = Math.floor(first / CHUNK); c * CHUNK < end; c++) if (!this.#asked.has(c)) void this.#fetch(c, false);
  }

  /** Shows a change at once, before the list is asked again. */
  change(item: string, part: Partial<ItemLine>): void {
    const swap = (line: ItemLine): ItemLine => (line.item === item ? { ...line, ...part } : line);
    this.#lines = new Map([...this.#lines].map(([c, lines]) => [c, lines.map(swap)]));
  }

  async #fetch(chunk: number, fresh: boolean): Promise<void> {
    this.#asked.add(chunk);
    const round = this.#round;
    try {
      const { total, items } = await this.api.items(this.#query, chunk * CHUNK, CHUNK);
      if (round !== this.#round) return;
      this.total = total;
      this.problem = '';
      this.#lines = new Map([...(fresh ? [] : this.#lines), [chunk, items]]);
    } catch (error) {
      if (round !== this.#round) return;
      this.#asked.delete(chunk);
      this.problem = error instanceof ApiError ? error.message : String(error);
    }
  }
}
