// The development server's API. POST /__dev {"mode": "offline"|"401"|"500"|"507"|"", "project", "play", "stop", "failed"} bends it.
import { contents, drawing } from './content.mjs';
import { fail, MockProject } from './project.mjs';

async function bodyOf(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return text ? JSON.parse(text) : {};
}

function json(res, data) {
  res.writeHead(data.status ?? 200, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(data.error ? { error: data.error } : data));
}

function routes(p, client) {
  return {
    'GET ': () => p.summary(),
    'GET next': ({ query }) => p.next(client, Number(query.get('n') ?? 5)),
    'DELETE leases': () => p.leave(client),
    'POST answers': ({ body }) => p.answer(client, body),
    'POST undo': ({ body }) => p.undo(client, body),
    'GET answers': ({ query }) => ({ answers: p.answers.slice(-Number(query.get('limit') ?? 20)).reverse() }),
    'DELETE answers/*': ({ id }) => p.retract(id),
    'GET items': ({ query }) => p.list(query),
    'GET items/*': ({ id }) => p.full(id),
    'PUT items/*/note': ({ id, body }) => p.note(id, body.text),
    'POST classes': ({ body }) => p.change(body),
    'GET curve': () => ({ points: p.points, metric: 'accuracy', balance: [] }),
    'GET exports': () => p.exports(),
  };
}

function stream(p, req, res) {
  res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  res.write(': hello\n\n');
  p.listeners.add(res);
  req.on('close', () => p.listeners.delete(res));
}

function picture(p, id, res, small) {
  const item = p.get(id);
  res.writeHead(item ? 200 : 404, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'max-age=600' });
  res.end(item ? drawing(p.id, Number(id), item.truth, small) : '');
}

export function createMock() {
  const projects = new Map(contents().map((c) => [c.id, new MockProject(c)]));
  const state = { mode: '', ignoreHeld: false };

  async function bend(req, res) {
    const b = await bodyOf(req);
    if ('mode' in b) {
      state.mode = b.mode;
      if (b.mode === 'offline' || b.mode === '401') for (const p of projects.values()) for (const s of p.listeners) s.destroy();
    }
    const p = projects.get(b.project);
    if (p && b.play) p.play(b.play);
    if (p && 'stop' in b) p.stop = b.stop;
    if (p && 'failed' in b) p.modelState = b.failed ? 'failed' : 'idle';
    if (p && 'readOnly' in b) p.readOnly = b.readOnly;
    if (p) { p.emit('model', p.modelEvent()); p.emit('read_only', { read_only: p.readOnly }); }
    if (p && b.change) p.change(b.change);
    json(res, { ok: true, answers: p?.answers.map((a) => [a.item, a.kind, a.value]), replies: p?.replies.size });
  }

  return async (req, res, next) => {
    const url = new URL(req.url, 'http://x');
    if (url.pathname === '/__dev') return bend(req, res);
    if (!url.pathname.startsWith('/api/')) return next();
    if (state.mode === 'offline') return req.socket.destroy();
    if (state.mode === '401') return json(res, fail(401, 'unauthorized', 'Missing or wrong token; open the address that the terminal printed.'));
    if (state.mode === '500' && req.method !== 'GET') return json(res, fail(503, 'restarting', 'The server is starting again.'));
    if (url.pathname === '/api/projects') return json(res, { projects: [...projects.values()].map((p) => ({ id: p.id, name: p.name, kind: p.kind, labeled: p.progress().labeled, total: p.items.length, open: p.progress().open })) });
    const [, , , name, ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const p = projects.get(name);
    if (!p) return json(res, fail(404, 'unknown_project', `Unknown project '${name}'. Valid are ${[...projects.keys()].join(', ')}.`));
    if (rest[0] === 'events') return stream(p, req, res);
    if (rest[0] === 'items' && ['content', 'thumb'].includes(rest[2])) return picture(p, rest[1], res, rest[2] === 'thumb');
    if (rest[0] === 'export') { res.writeHead(200, { 'Content-Type': 'text/csv', 'Content-Disposition': `attachment; filename="${p.id}.csv"` }); return res.end('id,label\n'); }
    const path = rest.length > 1 ? [rest[0], '*', ...rest.slice(2)].join('/') : (rest[0] ?? '');
    const route = routes(p, req.headers['x-quandary-client'] ?? 'none')[`${req.method} ${path}`];
    if (!route) return json(res, fail(404, 'unknown_route', `No route ${req.method} ${url.pathname}.`));
    json(res, route({ id: rest[1], query: url.searchParams, body: req.method === 'GET' ? {} : await bodyOf(req) }));
  };
}
