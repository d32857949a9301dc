/** What a person prefers on this device. */

export type Theme = 'system' | 'light' | 'dark';

interface Settings {
  theme: Theme;
  /** guesses of the model are shown */
  guesses: boolean;
  /** single keys answer (WCAG 2.1.4 wants a way to switch them off) */
  keys: boolean;
  /** items as a grid of pictures */
  grid: boolean;
}

const NAME = 'quandary-settings';
const USUAL: Settings = { theme: 'system', guesses: true, keys: true, grid: true };

function load(): Settings {
  try {
    return { ...USUAL, ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Settings>) };
  } catch {
    return { ...USUAL };
  }
}

export const settings = $state(load());

function apply(): void {
  const root = document.documentElement;
  if (settings.theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = settings.theme;
}

export function change<K extends keyof Settings>(name: K, value: Settings[K]): void {
  settings[name] = value;
  apply();
  try {
    localStorage.setItem(NAME, JSON.stringify(settings));
  } catch {
    // a browser without storage forgets; nothing else suffers
  }
}

export function nextTheme(): Theme {
  const order: Theme[] = ['system', 'light', 'dark'];
  return order[(order.indexOf(settings.theme) + 1) % order.length]!;
}

apply();
