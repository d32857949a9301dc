// One project of the development server: everything in memory, shapes as in docs/http.md.
import { random } from './content.mjs';

const KEYS = [...'1234567890abcdefjklmopqrtvxy'];
const briefOf = ({ content: c }, id) => (c.type === 'text' ? c.text.replace(/\s+/g, ' ').slice(0, 90) : c.type === 'table' ? c.fields.slice(0, 3).map((f) => f.value).join(', ') : (c.name ?? `Item ${id}`));

export class MockProject {
  constructor({ id, name, kind, classes, items }) {
    Object.assign(this, { id, name, kind, version: 1, knows: 0, modelVersion: 0, modelState: 'starting', skippedAt: new Map(), leases: new Map(), replies: new Map(), answers: [], notes: new Map(), readOnly: null, listeners: new Set(), points: [], stop: false });
    this.classes = classes.map((c, index) => ({ name: c, key: null, index, description: index === 0 ? 'When in doubt, this one.' : '' }));
    this.rekey();
    this.dropped = new Map();
    this.items = items.map((item, i) => ({ ...item, id: String(i), kind: null, label: null, audit: random(i + 1)() < 0.3 }));
    for (const item of this.items) if (item.content.type === 'image') item.content.url = `/api/projects/${id}/items/${item.id}/content`;
  }

  rekey() {
    const all = this.classes.length <= KEYS.length;
    this.classes.forEach((c, i) => (c.key = all ? KEYS[i] : null));
    if (this.classes.every((c) => /^[0-9]$/.test(c.name))) this.classes.forEach((c) => (c.key = c.name));
  }

  get(id) {
    return this.items[Number(id)]?.id === id ? this.items[Number(id)] : null;
  }

  progress() {
    const by = (k) => this.items.filter((i) => i.kind === k).length;
    const labeled = by('label'), skipped = by('skip'), unsure = by('unsure');
    return { labeled, total: this.items.length, skipped, unsure, open: this.items.length - labeled - unsure, audit: this.items.filter((i) => i.audit && i.kind === 'label').length, answers: this.answers.length };
  }

  model() {
    const labels = this.progress().labeled;
    return { version: this.modelVersion, knows: this.knows, labels, state: this.modelState, learner: 'auto', restarts: 0, detail: this.modelState === 'failed' ? 'the worker ran out of memory' : '', at: Date.now() / 1000 };
  }

  estimate() {
    const n = this.progress().audit;
    if (n < 8) return null;
    const value = Math.min(0.97, 0.6 + 0.3 * (1 - Math.exp(-this.progress().labeled / 80))), half = 1 / Math.sqrt(n) / 1.6;
    return { value, low: Math.max(0, value - half), high: Math.min(1, value + half * 0.8), n, method: 'Wilson interval on audit items' };
  }

  advice() {
    const n = this.progress().labeled;
    if (n < 20) return null;
    const g = Math.max(0.002, 0.08 * Math.exp(-n / 120));
    return { stop: this.stop, gain: { value: g, low: g * 0.2, high: g * 2.1, n, method: 'forecast' }, reason: this.stop ? 'The next 100 labels would bring less than half a point.' : 'The curve still climbs: more labels pay.' };
  }

  classList(classes = this.classes) {
    const count = new Map(), guessed = new Map();
    for (const i of this.items) {
      if (i.label) count.set(i.label, (count.get(i.label) ?? 0) + 1);
      else guessed.set(i.truth, (guessed.get(i.truth) ?? 0) + 1);
    }
    return classes.map((c) => ({ ...c, count: count.get(c.name) ?? 0, predicted: this.modelVersion ? (guessed.get(c.name) ?? 0) : null }));
  }

  summary() {
    return { id: this.id, name: this.name, kind: this.kind, version: this.version, progress: this.progress(), classes: this.classList(), plan: { strategy: 'auto', learner: 'auto', audit: 0.3, seed: 0, representation: this.kind, representation_why: '' }, model: this.model(), estimate: this.estimate(), advice: this.advice(), skipped_files: 0, read_only: this.readOnly };
  }

  suggestion(item) {
    if (!this.modelVersion || item.audit || !this.classes.length) return null;
    const r = random(Number(item.id) * 31 + this.modelVersion);
    const w = this.classes.map((c) => (c.name === item.truth ? 2.2 : 0) + r() * 1.9);
    const e = w.map((x) => Math.exp(x * 1.6)), sum = e.reduce((a, b) => a + b);
    const probabilities = Object.fromEntries(this.classes.map((c, i) => [c.name, e[i] / sum]));
    const [best, p] = Object.entries(probabilities).sort((a, b) => b[1] - a[1])[0];
    return { class: best, probability: p, probabilities, model_version: this.modelVersion };
  }

  reason(item, s) {
    if (item.audit) return { kind: 'audit', text: 'Drawn at random: measures how good the model is.', numbers: {} };
    if (!s) return { kind: 'start', text: 'One of the first, chosen for variety.', numbers: {} };
    const top = Object.entries(s.probabilities).sort((a, b) => b[1] - a[1]);
    if (Number(item.id) % 5 === 1) return { kind: 'unlike', text: `Unlike anything labeled: ${3 + (Number(item.id) % 60)} others are like it.`, numbers: { distance: 0.71 } };
    if (top.length < 2) return { kind: 'typical', text: 'A typical one of a group with no label yet.', numbers: {} };
    return { kind: 'uncertain', text: `Torn between ${top[0][0]} and ${top[1][0]}, ${Math.round(top[0][1] * 100)} to ${Math.round(top[1][1] * 100)}.`, numbers: { margin: top[0][1] - top[1][1] } };
  }

  view(item) {
    const suggestion = this.suggestion(item);
    return { item: item.id, content: item.content, reason: this.reason(item, suggestion), suggestion, audit: item.audit };
  }

  leave(client) {
    for (const [id, lease] of this.leases) if (lease.client === client) this.leases.delete(id);
    return { progress: this.progress() };
  }

  next(client, n) {
    const now = Date.now(), free = [];
    for (const item of this.items) {
      if (free.length >= n) break;
      if (item.kind === 'label' || item.kind === 'unsure') continue;
      if (item.kind === 'skip' && this.answers.length - this.skippedAt.get(item.id) < 20) continue;
      const lease = this.leases.get(item.id);
      if (lease && lease.client !== client && lease.until > now) continue;
      this.leases.set(item.id, { client, until: now + 600_000 });
      free.push(item);
    }
    const p = this.progress();
    const nothing = free.length ? null : p.open === 0 ? 'all_labeled' : p.skipped >= p.open ? 'only_skipped' : 'leased';
    return { items: free.map((i) => this.view(i)), progress: p, model: this.model(), nothing_left: nothing };
  }

  answer(client, body) {
    const known = this.replies.get(body.key);
    if (known) return known.payload === JSON.stringify([body.item, body.value, body.kind]) ? known.reply : fail(409, 'key_reused', `Key ${body.key} was already used for another answer; make a new key.`);
    const item = this.get(body.item);
    if (!item) return fail(404, 'unknown_item', `Unknown item '${body.item}'. Valid are 0 to ${this.items.length - 1}.`);
    if (body.value !== null && !this.classes.some((c) => c.name === body.value)) return fail(422, 'unknown_class', `Unknown class '${body.value}'. Valid are ${this.classes.map((c) => c.name).slice(0, 6).join(', ')}.`);
    if (this.readOnly) return fail(507, 'read_only', `Nothing was written: ${this.readOnly}. Free space and send it again.`);
    this.version++;
    const kind = body.kind ?? (body.value === null ? 'skip' : 'label');
    this.answers.push({ item: item.id, key: body.key, kind, value: body.value, suggested: body.suggested ?? null, annotator: 'you', at: Date.now() / 1000, seconds: body.seconds ?? null, version: this.version, audit: item.audit, note: body.note ?? null, brief: briefOf(item, item.id), thumb: this.thumb(item) });
    this.settle(item);
    if (kind === 'skip') this.skippedAt.set(item.id, this.answers.length);
    this.learn();
    const reply = { saved: true, version: this.version, next: this.next(client, body.n ?? 5).items, progress: this.progress(), model: this.model() };
    this.replies.set(body.key, { payload: JSON.stringify([body.item, body.value, body.kind]), reply });
    return reply;
  }

  settle(item) {
    const last = this.answers.findLast((a) => a.item === item.id);
    item.kind = last?.kind ?? null;
    item.label = last?.kind === 'label' ? last.value : null;
  }

  undo(client, { key }) {
    if (this.replies.has(key)) return this.replies.get(key).reply;
    const last = this.answers.pop();
    if (last) {
      this.settle(this.get(last.item));
      this.leases.set(last.item, { client, until: Date.now() + 600_000 });
    }
    this.version++;
    this.learn();
    const reply = { saved: true, version: this.version, undone: last ? { item: last.item, value: last.value, kind: last.kind } : null, item: last ? this.view(this.get(last.item)) : null, progress: this.progress() };
    this.replies.set(key, { reply });
    return reply;
  }

  retract(id) {
    const item = this.get(id);
    if (!item) return fail(404, 'unknown_item', `Unknown item '${id}'.`);
    this.answers = this.answers.filter((a) => a.item !== id);
    this.settle(item);
    this.version++;
    this.learn();
    return { saved: true, version: this.version, progress: this.progress() };
  }

  thumb(item) {
    return item.content.type === 'image' ? `/api/projects/${this.id}/items/${item.id}/thumb?size=160` : null;
  }

  line(item, full) {
    const s = this.suggestion(item);
    const base = { item: item.id, brief: briefOf(item, item.id), thumb: this.thumb(item), label: item.label, kind: item.kind, note: this.notes.get(item.id) ?? null, suggestion: s && { class: s.class, probability: s.probability } };
    return full ? { ...base, content: item.content } : base;
  }

  list(q) {
    const words = (q.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean), kind = q.get('kind') ?? 'any', label = q.get('label'), predicted = q.get('predicted');
    const is = { any: () => true, labeled: (i) => i.kind === 'label', open: (i) => !i.kind || i.kind === 'skip', skipped: (i) => i.kind === 'skip', unsure: (i) => i.kind === 'unsure', noted: (i) => this.notes.has(i.id), audit: (i) => i.audit }[kind];
    let found = this.items.filter((i) => is(i) && (!label || i.label === label) && (!predicted || this.suggestion(i)?.class === predicted) && words.every((w) => JSON.stringify(i.content).toLowerCase().includes(w)));
    if (q.get('sort') === 'recent') found = [...new Set(this.answers.map((a) => a.item).reverse())].map((id) => this.get(id)).filter((i) => found.includes(i)).concat(found.filter((i) => !i.kind));
    const offset = Number(q.get('offset') ?? 0), limit = Number(q.get('limit') ?? 50);
    return { total: found.length, items: found.slice(offset, offset + limit).map((i) => this.line(i, q.get('content') === '1')) };
  }

  full(id) {
    const item = this.get(id);
    if (!item) return fail(404, 'unknown_item', `Unknown item '${id}'.`);
    return { ...this.view(item), label: item.label, kind: item.kind, note: this.notes.get(id) ?? null, answers: this.answers.filter((a) => a.item === id).reverse(), position: Number(id) };
  }

  note(id, text) {
    if (!this.get(id)) return fail(404, 'unknown_item', `Unknown item '${id}'.`);
    if (text) this.notes.set(id, text);
    else this.notes.delete(id);
    return { saved: true };
  }

  change(body) {
    const { action, name, to, description } = body;
    const at = this.classes.findIndex((c) => c.name === name);
    if (action !== 'add' && action !== 'restore' && at < 0) return fail(422, 'unknown_class', `Unknown class '${name}'.`);
    if (action === 'add' && (at >= 0 || !name.trim())) return fail(422, 'class_exists', `Class '${name}' exists already; choose another name.`);
    if (action === 'rename' && this.classes.some((c) => c.name === to)) return fail(422, 'class_exists', `Class '${to}' exists already; merge '${name}' into it instead.`);
    const affected = ['add', 'describe'].includes(action) ? 0 : this.items.filter((i) => i.label === name).length;
    let classes = this.classes.map((c) => ({ ...c }));
    const fresh = () => Math.max(-1, ...classes.map((c) => c.index), ...[...this.dropped.values()].map((d) => d.entry.index)) + 1;
    if (action === 'add') classes.push({ name, key: null, index: fresh(), description: description ?? '' });
    if (action === 'rename') classes[at].name = to;
    if (action === 'describe') classes[at].description = description ?? '';
    if (action === 'merge' || action === 'delete') classes.splice(at, 1);
    if (action === 'restore') classes.push(this.dropped.get(name)?.entry ?? { name, key: null, index: fresh(), description: '' });
    if (body.preview) {
      const moved = (c) => (action === 'merge' && c.name === to ? affected : action === 'rename' && c.name === to ? 0 : 0);
      const counts = new Map(this.classList().map((c) => [c.name, c]));
      return { affected, classes: classes.map((c) => ({ ...c, count: (counts.get(c.name)?.count ?? (action === 'rename' ? affected : 0)) + moved(c), predicted: counts.get(c.name)?.predicted ?? null })) };
    }
    this.apply(action, name, to, this.classes[at]);
    this.classes = classes;
    this.rekey();
    this.version++;
    this.emit('classes', { classes: this.classList() });
    return { saved: true, version: this.version, classes: this.classList(), progress: this.progress() };
  }

  apply(action, name, to, entry) {
    const items = this.items.filter((i) => i.label === name);
    if (action === 'merge' || action === 'delete') this.dropped.set(name, { entry, items });
    if (action === 'restore') for (const i of this.dropped.get(name)?.items ?? []) Object.assign(i, { label: name, kind: 'label' });
    for (const i of items) {
      if (action === 'rename' || action === 'merge') i.label = to;
      if (action === 'delete') Object.assign(i, { label: null, kind: null });
    }
    for (const a of this.answers) if (a.value === name && (action === 'rename' || action === 'merge')) a.value = to;
  }

  /** Learns a little later, as a real worker would. */
  learn() {
    clearTimeout(this.timer);
    if (this.modelState === 'failed') return;
    const labels = this.progress().labeled;
    if (labels < 4) return;
    if (this.modelVersion) this.modelState = 'training';
    this.emit('model', this.modelEvent());
    this.timer = setTimeout(() => {
      this.knows = this.progress().labeled;
      this.modelVersion++;
      this.modelState = 'idle';
      const e = this.estimate();
      if (e) this.points.push({ labels: this.knows, value: e.value, low: e.low, high: e.high, n: e.n });
      this.emit('model', this.modelEvent());
    }, 500);
  }

  modelEvent() {
    return { ...this.model(), estimate: this.estimate(), advice: this.advice(), progress: this.progress() };
  }

  emit(event, data) {
    for (const res of this.listeners) res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  exports() {
    const f = (name, title, suffix, loses, available = true, install = null) => ({ name, title, suffix, loses, available, install });
    return {
      formats: [f('csv', 'Spreadsheet (CSV)', '.csv', 'Nested columns become text; skipped items are left out.'), f('jsonl', 'JSON lines', '.jsonl', 'Nothing.'), f('parquet', 'Parquet', '.parquet', 'Nothing.', false, 'pip install "quandary[parquet]"'), f('folders', 'Images by class (zip)', '.zip', 'Who, when and why asked: file names and classes only.')],
      preview: { columns: ['id', 'label', 'annotator', 'answered_at', 'seconds', 'reason', 'strategy', 'model_version'], rows: this.answers.filter((a) => a.kind === 'label').slice(-5).map((a) => [a.item, a.value, 'you', new Date(a.at * 1000).toISOString(), a.seconds, 'uncertain', 'auto', this.modelVersion]) },
    };
  }

  /** Answers `n` items as a person would, for screenshots. */
  play(n) {
    for (let k = 0; k < n; k++) {
      const [item] = this.next('play', 1).items;
      if (!item) return;
      const it = this.get(item.item);
      const broken = it.content.type === 'broken';
      this.answer('play', { key: `play-${this.version}-${k}`, item: item.item, value: broken ? null : it.truth, kind: broken || k % 23 === 9 ? (broken ? 'skip' : 'label') : 'label', seconds: 2.4, suggested: item.suggestion?.class ?? undefined });
      if (k % 8 === 7 && this.progress().labeled > 4) {
        this.knows = this.progress().labeled;
        this.modelVersion++;
        const e = this.estimate();
        if (e) this.points.push({ labels: this.knows, value: e.value, low: e.low, high: e.high, n: e.n });
      }
    }
    clearTimeout(this.timer);
    this.leases.clear();
    this.knows = this.progress().labeled;
    this.modelState = 'idle';
  }
}

export function fail(status, kind, message) {
  return { status, error: { kind, message } };
}
