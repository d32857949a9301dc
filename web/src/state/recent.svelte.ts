import type { Api } from '../api';
import { briefOf } from '../lib/format';
import type { Entry } from '../lib/outbox';
import { recall } from '../lib/recall';
import type { Answer, AnswerKind, Content, Item } from '../types';

export interface Said {
  id: string;
  item: string;
  brief: string;
  thumb: string | null;
  kind: AnswerKind;
  value: string | null;
  suggested: string | null;
  state: 'waiting' | 'saved' | 'refused';
  card: Item | null;
}

export const SHOWN = 8;

const thumbOf = (content: Content): string | null =>
  content.type === 'image' ? content.url.replace(/\/content(\?.*)?$/, '/thumb?size=160') : null;

function ofServer(answer: Answer): Said {
  const { item, key, brief, thumb, kind, value, suggested } = answer;
  return { id: key ?? `v${answer.version}`, item, brief, thumb, kind, value, suggested, state: 'saved', card: null };
}

export function ofEntry(entry: Entry): Said | null {
  if (entry.op.kind !== 'answer') return null;
  const { value, kind, suggested } = entry.op.body;
  const content = entry.card?.content;
  return {
    id: entry.id, item: entry.item, kind, value, suggested: suggested ?? null, card: entry.card,
    brief: content ? briefOf(content, entry.item) : entry.brief,
    thumb: content ? thumbOf(content) : null,
    state: entry.refused === null ? 'waiting' : 'refused',
  };
}

/** The last answers of this person: newest first. */
export class Recent {
  list = $state.raw<Said[]>([]);

  /** What the server has, and above it what still waits. */
  async load(api: Api, waiting: () => readonly Entry[]): Promise<void> {
    const here = (): Said[] => waiting().map(ofEntry).filter((said) => said !== null).reverse();
    const before = here();
    this.list = recall(before, this.list, []);
    try {
      const { answers } = await api.answers(SHOWN * 2);
      const shown = new Set(this.list.map((said) => said.id));
      const left = before.filter((said) => shown.has(said.id));
      this.list = recall(here(), answers.map(ofServer), left);
    } catch {
      // what is shown stays
    }
  }

  push(said: Said): void {
    this.list = [said, ...this.list].slice(0, 200);
  }

  mark(id: string, state: Said['state']): void {
    this.list = this.list.map((said) => (said.id === id ? { ...said, state } : said));
  }

  remove(id: string): void {
    this.list = this.list.filter((said) => said.id !== id);
  }

  /** Takes out the newest answer to an item; used when only the server knows what was undone. */
  removeItem(item: string): void {
    const at = this.list.findIndex((said) => said.item === item);
    if (at >= 0) this.list = this.list.toSpliced(at, 1);
  }
}
