import { ApiError, type Api } from '../api';
import type { Entry, Outcome, Reply } from './outbox';

const REFUSALS = new Set([400, 404, 409, 413, 415, 422]);

function post(api: Api, entry: Entry): Promise<Reply> {
  switch (entry.op.kind) {
    case 'answer':
      return api.answer(entry.op.body);
    case 'undo':
      return api.undo(entry.id);
    case 'retract':
      return api.retract(entry.item);
    case 'note':
      return api.note(entry.item, entry.op.text);
  }
}

/** A 404 of a whole project is no reason to give up an answer: another server may have taken the port. */
async function projectGone(api: Api): Promise<boolean> {
  try {
    await api.project();
    return false;
  } catch (error) {
    return !(error instanceof ApiError) || error.status !== 200;
  }
}

/** Sends one entry and says whether it is saved, refused for good, or has to wait. */
export async function deliver(api: Api, entry: Entry): Promise<Outcome> {
  try {
    return { ok: true, reply: await post(api, entry) };
  } catch (error) {
    if (!(error instanceof ApiError)) return { ok: false, stall: 'trouble', message: String(error) };
    const { status, message } = error;
    if (status === 0) return { ok: false, stall: 'offline', message };
    if (status === 401) return { ok: false, stall: 'signin', message };
    if (status === 507) return { ok: false, stall: 'full', message };
    if (status === 404 && (await projectGone(api))) return { ok: false, stall: 'missing', message };
    if (REFUSALS.has(status)) return { ok: false, refused: message };
    return { ok: false, stall: 'trouble', message };
  }
}
