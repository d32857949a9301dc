import { describe, expect, it } from 'vitest';
import { href, parse, withoutToken } from '../src/lib/routes';

describe('parse', () => {
  it.each([
    ['/p/digits', 'digits', 'label'],
    ['/p/digits/', 'digits', 'label'],
    ['/p/my%20mail/overview', 'my mail', 'overview'],
    ['/p/a%2Fb/items', 'a/b', 'items'],
    ['/p/x/classes', 'x', 'classes'],
    ['/p/x/export', 'x', 'export'],
  ])('%s', (path, project, page) => {
    expect(parse(path)).toMatchObject({ project, page });
  });

  it.each(['/p/x/label', '/p/x/nope', '/p/x/items/3', '/q/x'])('%s leads nowhere', (path) => {
    expect(parse(path).page).toBe('unknown');
  });

  it('shows the projects at the root', () => {
    expect(parse('/').page).toBe('projects');
    expect(parse('/p').page).toBe('projects');
  });

  it('survives a broken escape', () => {
    expect(parse('/p/%E0%A4%A').project).toBe('%E0%A4%A');
  });
});

describe('href', () => {
  it('comes back through parse', () => {
    for (const name of ['digits', 'a/b', 'ü & ?', '100 %']) {
      for (const page of ['label', 'overview', 'items', 'classes', 'export'] as const) {
        expect(parse(href(name, page))).toMatchObject({ project: name, page });
      }
    }
  });

  it('leaves empty parameters out', () => {
    expect(href('x', 'items', { q: 'a b', label: '' })).toBe('/p/x/items?q=a+b');
  });
});

it('takes the token out of the address', () => {
  expect(withoutToken('?token=secret')).toBe('');
  expect(withoutToken('?item=3&token=secret')).toBe('?item=3');
});
