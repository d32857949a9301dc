import { beforeEach, describe, expect, it } from 'vitest';
import { Outbox, type Entry, type Keeper, type Outcome, type Reply } from '../src/lib/outbox';
import { uuid } from '../src/lib/uuid';

const saved = { ok: true, reply: { saved: true } } as Outcome;
const offline: Outcome = { ok: false, stall: 'offline', message: 'away' };

/** A server that remembers keys, as the real one does, and can go away before or after it has written. */
class Server {
  log: string[] = [];
  seen = new Set<string>();
  mode: 'up' | 'down' | 'lost-reply' = 'up';
  refuse = new Set<string>();

  send = (entry: Entry): Promise<Outcome> => {
    if (this.mode === 'down') return Promise.resolve(offline);
    if (this.refuse.has(entry.item)) return Promise.resolve({ ok: false, refused: 'Unknown class' });
    if (!this.seen.has(entry.id)) this.log.push(`${entry.op.kind}:${entry.item}`);
    this.seen.add(entry.id);
    return Promise.resolve(this.mode === 'lost-reply' ? offline : saved);
  };
}

class Disk implements Keeper {
  kept = new Map<string, Entry>();
  broken = false;
  all = (): Promise<Entry[]> => Promise.resolve([...this.kept.values()]);
  put = async (entry: Entry): Promise<void> => {
    if (this.broken) throw new Error('no space');
    for (let i = 0; i < 5; i++) await Promise.resolve();
    this.kept.set(entry.id, structuredClone(entry));
  };
  remove = (id: string): Promise<void> => {
    this.kept.delete(id);
    return Promise.resolve();
  };
}

let server: Server;
let disk: Disk;
let timers: (() => void)[];
let done: [Entry, Reply][];
let refused: Entry[];
let time = 1000;

function open(): Outbox {
  let tick = 0;
  const clock = {
    later: (run: () => void) => {
      timers.push(run);
      return () => (timers = timers.filter((other) => other !== run));
    },
    tick: () => ++tick,
  };
  const hooks = { changed: () => undefined, done: (e: Entry, r: Reply) => void done.push([e, r]), refused: (e: Entry) => void refused.push(e) };
  return new Outbox(disk, server.send, hooks, clock);
}

function say(box: Outbox, item: string, value = 'cat'): Entry {
  const key = uuid();
  const op = { kind: 'answer' as const, body: { key, item, value, kind: 'label' as const } };
  return box.add({ id: key, project: 'p', client: 'c', item, brief: item, at: time++, op, card: null });
}

const undo = (box: Outbox, of: Entry): Entry =>
  box.add({ id: uuid(), project: 'p', client: 'c', item: of.item, brief: '', at: time++, op: { kind: 'undo', of: of.id }, card: null });

async function settle(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}

async function later(): Promise<void> {
  const due = timers;
  timers = [];
  for (const run of due) run();
  await settle();
}

beforeEach(() => {
  server = new Server();
  disk = new Disk();
  timers = [];
  done = [];
  refused = [];
});

describe('Outbox', () => {
  it('sends in the order typed and forgets what is confirmed', async () => {
    const box = open();
    for (const item of ['1', '2', '3']) say(box, item);
    expect(box.pending).toEqual(new Set(['1', '2', '3']));
    await settle();
    expect(server.log).toEqual(['answer:1', 'answer:2', 'answer:3']);
    expect(box.waiting).toEqual([]);
    expect(disk.kept.size).toBe(0);
    expect(done.map(([entry]) => entry.item)).toEqual(['1', '2', '3']);
  });

  it('has an answer on disk before it leaves', async () => {
    const onDisk: boolean[] = [];
    const send = server.send;
    server.send = (entry) => {
      onDisk.push(disk.kept.has(entry.id));
      return send(entry);
    };
    say(open(), '1');
    await settle();
    expect(onDisk).toEqual([true]);
  });

  it('keeps what is typed while the server is away and sends it once, in order', async () => {
    server.mode = 'down';
    const box = open();
    for (const item of ['1', '2', '3']) say(box, item);
    await settle();
    expect(box.stall?.cause).toBe('offline');
    expect(disk.kept.size).toBe(3);
    server.mode = 'up';
    await later();
    expect(server.log).toEqual(['answer:1', 'answer:2', 'answer:3']);
    expect(box.stall).toBeNull();
  });

  it('does not double an answer whose reply was lost', async () => {
    server.mode = 'lost-reply';
    const box = open();
    say(box, '1');
    await settle();
    await later();
    await later();
    server.mode = 'up';
    await later();
    expect(server.log).toEqual(['answer:1']);
    expect(box.waiting).toEqual([]);
  });

  it('goes on after the tab was closed', async () => {
    server.mode = 'down';
    const first = open();
    for (const item of ['1', '2']) say(first, item);
    await settle();
    timers = [];
    server.mode = 'up';
    const second = open();
    second.adopt((await disk.all()).reverse());
    expect(second.pending).toEqual(new Set(['1', '2']));
    await settle();
    expect(server.log).toEqual(['answer:1', 'answer:2']);
    expect(disk.kept.size).toBe(0);
  });

  it('takes back an answer that has not left', async () => {
    server.mode = 'down';
    const box = open();
    say(box, '1');
    const last = say(box, '2');
    await settle();
    expect(box.takeBack()?.id).toBe(last.id);
    server.mode = 'up';
    await later();
    expect(server.log).toEqual(['answer:1']);
  });

  it('leaves one on its way to an undo behind it', async () => {
    let land: (outcome: Outcome) => void = () => undefined;
    server.send = () => new Promise((resolve) => (land = resolve));
    const box = open();
    const entry = say(box, '1');
    await settle();
    expect(box.flying).toBe(entry.id);
    expect(box.takeBack()).toBeNull();
    undo(box, entry);
    expect(box.pending).toEqual(new Set());
    land(saved);
    await settle();
    expect(box.waiting.map((e) => e.op.kind)).toEqual(['undo']);
  });

  it('shows what the server refuses, goes on with the rest, and drops the undo that belonged to it', async () => {
    server.mode = 'down';
    const box = open();
    const bad = say(box, 'bad');
    await settle();
    box.flying = bad.id; // as if it were under way when the person pressed undo
    undo(box, bad);
    box.flying = null;
    say(box, '2');
    server.refuse.add('bad');
    server.mode = 'up';
    await later();
    expect(server.log).toEqual(['answer:2']);
    expect(box.refused.map((entry) => [entry.item, entry.refused])).toEqual([['bad', 'Unknown class']]);
    expect(refused).toHaveLength(1);
    expect([...disk.kept.values()].map((entry) => entry.refused)).toEqual(['Unknown class']);
    box.drop(bad.id);
    await settle();
    expect(disk.kept.size).toBe(0);
  });

  it('still sends where the browser keeps nothing', async () => {
    disk.broken = true;
    const box = open();
    say(box, '1');
    await settle();
    expect(server.log).toEqual(['answer:1']);
  });

  it('tries at once when asked', async () => {
    server.mode = 'down';
    const box = open();
    say(box, '1');
    await settle();
    server.mode = 'up';
    box.retry();
    await settle();
    expect(server.log).toEqual(['answer:1']);
    expect(timers).toEqual([]);
  });
});
