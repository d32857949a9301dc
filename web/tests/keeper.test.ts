import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import { BrowserKeeper } from '../src/lib/keeper';
import type { Entry } from '../src/lib/outbox';

const entry = (id: string, project: string): Entry => ({
  id, project, seq: 1, client: 'c', item: '1', brief: '', at: 1, op: { kind: 'retract' }, card: null, refused: null,
});

it('keeps entries of each project apart, across openings, until they are removed', async () => {
  const mail = new BrowserKeeper('mail');
  await mail.put(entry('a', 'mail'));
  await mail.put(entry('b', 'films'));
  expect((await new BrowserKeeper('mail').all()).map((e) => e.id)).toEqual(['a']);
  await mail.put({ ...entry('a', 'mail'), refused: 'no' });
  expect((await mail.all())[0]?.refused).toBe('no');
  await mail.remove('a');
  expect(await new BrowserKeeper('mail').all()).toEqual([]);
  expect(await new BrowserKeeper('films').all()).toHaveLength(1);
});
