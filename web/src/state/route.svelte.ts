import { parse, withoutToken, type Route } from '../lib/routes';

const now = (): Route => parse(location.pathname, location.search);

class Router {
  at = $state.raw<Route>(now());

  start(): void {
    const clean = withoutToken(location.search);
    if (clean !== location.search) history.replaceState(null, '', location.pathname + clean + location.hash);
    addEventListener('popstate', () => (this.at = now()));
    document.addEventListener('click', (event) => this.#follow(event));
  }

  go(href: string, replace = false): void {
    if (replace) history.replaceState(null, '', href);
    else history.pushState(null, '', href);
    const from = this.at.page;
    this.at = now();
    if (this.at.page !== from) scrollTo(0, 0);
  }

  #follow(event: MouseEvent): void {
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (link.origin !== location.origin || link.target || link.hasAttribute('download')) return;
    if (link.pathname !== '/' && !link.pathname.startsWith('/p/')) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const router = new Router();
