import type * as T from './types';

/** A refusal of the server, or none at all (`status` 0: it could not be reached). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly kind: string,
    message: string,
  ) {
    super(message);
  }
}

const PATIENCE = 20_000;

async function explain(response: Response): Promise<ApiError> {
  const fallback = `The server answered ${response.status} ${response.statusText}`.trim();
  try {
    const body = (await response.json()) as { error?: { kind?: string; message?: string } };
    return new ApiError(response.status, body.error?.kind ?? '', body.error?.message ?? fallback);
  } catch {
    return new ApiError(response.status, '', fallback);
  }
}

async function call<R>(client: string, method: string, url: string, body?: unknown): Promise<R> {
  const headers: Record<string, string> = { 'X-Quandary-Client': client };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response: Response;
  try {
    const init: RequestInit = { method, headers, credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE) };
    response = await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) });
  } catch {
    throw new ApiError(0, 'offline', 'The server cannot be reached.');
  }
  if (!response.ok) throw await explain(response);
  try {
    return (await response.json()) as R;
  } catch {
    throw new ApiError(0, 'offline', 'The answer of the server broke off.');
  }
}

export const projects = (): Promise<{ projects: T.ProjectLine[] }> => call('page', 'GET', '/api/projects');

/** Trades a token for the cookie, without leaving the page. */
export async function signIn(project: string, token: string): Promise<void> {
  await fetch(`/p/${encodeURIComponent(project)}?token=${encodeURIComponent(token)}`, { credentials: 'same-origin' });
}

/** The routes of one project, as one caller. */
export class Api {
  readonly base: string;

  constructor(
    project: string,
    private client: () => string,
  ) {
    this.base = `/api/projects/${encodeURIComponent(project)}`;
  }

  #get<R>(path: string): Promise<R> {
    return call<R>(this.client(), 'GET', this.base + path);
  }

  #send<R>(method: string, path: string, body?: unknown): Promise<R> {
    return call<R>(this.client(), method, this.base + path, body);
  }

  project = (): Promise<T.Project> => this.#get('');
  next = (n: number): Promise<T.Next> => this.#get(`/next?n=${n}`);
  /** Says that this tab is gone; sent also while the page closes. */
  leave(): void {
    const init: RequestInit = { method: 'DELETE', headers: { 'X-Quandary-Client': this.client() }, credentials: 'same-origin', keepalive: true };
    fetch(`${this.base}/leases`, init).catch(() => {}); // then the leases run out by themselves
  }

  answer = (body: T.AnswerBody): Promise<T.AnswerReply> => this.#send('POST', '/answers', body);
  undo = (key: string): Promise<T.UndoReply> => this.#send('POST', '/undo', { key });
  retract = (item: string): Promise<{ saved: true }> => this.#send('DELETE', `/answers/${encodeURIComponent(item)}`);
  answers = (limit: number): Promise<{ answers: T.Answer[] }> => this.#get(`/answers?limit=${limit}`);
  item = (id: string): Promise<T.ItemFull> => this.#get(`/items/${encodeURIComponent(id)}`);
  note = (id: string, text: string): Promise<{ saved: true }> =>
    this.#send('PUT', `/items/${encodeURIComponent(id)}/note`, { text });
  curve = (): Promise<T.Curve> => this.#get('/curve');
  exports = (): Promise<T.Exports> => this.#get('/exports');

  items(query: T.ItemQuery, offset: number, limit: number): Promise<{ total: number; items: T.ItemLine[] }> {
    const filters = Object.entries(query).filter(([, value]) => value !== '');
    const params = new URLSearchParams([...filters, ['offset', String(offset)], ['limit', String(limit)]]);
    return this.#get(`/items?${params.toString()}`);
  }

  previewClasses = (change: T.ClassChange): Promise<T.ClassPreview> =>
    this.#send('POST', '/classes', { ...change, preview: true });
  changeClasses = (change: T.ClassChange): Promise<{ classes: T.Class[]; progress: T.Progress }> =>
    this.#send('POST', '/classes', change);

  exportUrl = (format: string): string => `${this.base}/export?format=${encodeURIComponent(format)}`;
}
