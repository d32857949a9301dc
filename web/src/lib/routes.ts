/** Addresses of the page: /p/{project} asks; the rest look at the project. */

export const PAGES = ['label', 'overview', 'items', 'classes', 'export'] as const;
export type Page = (typeof PAGES)[number];

export interface Route {
  project: string | null;
  page: Page | 'projects' | 'unknown';
  params: URLSearchParams;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parse(pathname: string, search = ''): Route {
  const params = new URLSearchParams(search);
  const parts = pathname.split('/').filter(Boolean);
  if (parts.length < 2 && (parts.length === 0 || parts[0] === 'p')) return { project: null, page: 'projects', params };
  if (parts[0] !== 'p' || parts.length > 3) return { project: null, page: 'unknown', params };
  const project = decode(parts[1]!);
  const page = parts[2] ?? 'label';
  // `label` has no address of its own: /p/x is it
  const known = (PAGES as readonly string[]).includes(page) && parts[2] !== 'label';
  return { project, page: parts[2] === undefined || known ? (page as Page) : 'unknown', params };
}

export function href(project: string, page: Page, params: Record<string, string> = {}): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '')).toString();
  const path = `/p/${encodeURIComponent(project)}${page === 'label' ? '' : `/${page}`}`;
  return query ? `${path}?${query}` : path;
}

/** The search part without the access token, which has no business in the address bar or the history. */
export function withoutToken(search: string): string {
  const params = new URLSearchParams(search);
  params.delete('token');
  const rest = params.toString();
  return rest ? `?${rest}` : '';
}
