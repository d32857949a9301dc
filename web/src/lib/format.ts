import type { Advice, Content, Estimate, Progress, Project } from '../types';

/** Random checks below which no accuracy is told: the interval would be wider than 30 points. */
export const CHECKS_NEEDED = 30;

const whole = new Intl.NumberFormat('en');

export const count = (n: number): string => whole.format(n);

export const percent = (p: number): string => `${Math.round(p * 100)} %`;

/** `82–93`, in percent. */
export const band = (e: { low: number; high: number }): string => `${Math.round(e.low * 100)}–${Math.round(e.high * 100)}`;

/** A fraction as points with a sign: 0.012 is `+1.2`. */
export function points(fraction: number): string {
  const value = Math.round(fraction * 1000) / 10;
  return (value > 0 ? '+' : value < 0 ? '−' : '') + Math.abs(value).toFixed(1);
}

export const plural = (n: number, one: string, many = one + 's'): string => `${count(n)} ${n === 1 ? one : many}`;

/** How many random checks are missing before accuracy can be told; 0 when it is known. */
export function checksMissing(estimate: Estimate | null, progress: Progress): number {
  const have = estimate?.n ?? progress.audit;
  if (estimate && have >= CHECKS_NEEDED) return 0;
  return Math.max(1, CHECKS_NEEDED - have);
}

/** Whether no further random check will come: none are asked here, or nothing is left to ask. */
export const noMoreChecks = (project: Pick<Project, 'plan' | 'progress'>): boolean => project.plan.audit === 0 || project.progress.open === 0;

/** Why there is no accuracy: checks are missing, or none will come. */
export const unknown = (missing: number, project: Pick<Project, 'plan' | 'progress'>): string =>
  noMoreChecks(project) ? 'not measured: no random checks' : `not known yet: ${plural(missing, 'more check')}`;

/** How the curve comes about, where there is none yet. */
export const aboutChecks = (project: Pick<Project, 'plan' | 'progress'>): string =>
  noMoreChecks(project)
    ? 'Accuracy is measured by random checks among the questions. None are asked here.'
    : `The curve starts when enough random checks are answered. About ${percent(project.plan.audit)} of the questions are such checks.`;

/** The gain of the next 100 labels, or null while nothing firm can be said. */
export function gainText(advice: Advice | null): string | null {
  const gain = advice?.gain;
  return gain ? `${points(gain.value)} (${points(gain.low)} to ${points(gain.high)})` : null;
}

/** One line of plain text that stands for an item. */
export function briefOf(content: Content, id: string): string {
  switch (content.type) {
    case 'text':
      return content.text.replace(/\s+/g, ' ').trim().slice(0, 80) || id;
    case 'table':
      return content.fields.slice(0, 3).map((field) => field.value).join(', ') || id;
    case 'image':
    case 'broken':
      return content.name || id;
    case 'vector':
      return `Item ${id}`;
  }
}

export function ago(at: number, now = Date.now() / 1000): string {
  const s = Math.max(0, now - at);
  if (s < 60) return 'just now';
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  return new Date(at * 1000).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}

export const clock = (at: number): string =>
  new Date(at * 1000).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false });

/** Seconds an answer took; a break of more than a minute is cut, so that pace stays honest. */
export const capSeconds = (seconds: number): number => Math.round(Math.min(60, Math.max(0, seconds)) * 10) / 10;

export function median(values: number[]): number | null {
  if (!values.length) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 ? sorted[mid]! : (sorted[mid - 1]! + sorted[mid]!) / 2;
}
