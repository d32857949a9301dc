interface Named {
  id: string;
}

/**
 * The last answers, newest first, each once: what waits, what went home while the server was asked, what it had.
 * An answer may be with the server and still wait here for the reply; or be home, and too late for the server's list.
 */
export function recall<T extends Named>(waiting: readonly T[], had: readonly T[], before: readonly T[]): T[] {
  const seen = new Set<string>();
  return [...waiting, ...before, ...had].filter(({ id }) => !seen.has(id) && seen.add(id));
}
