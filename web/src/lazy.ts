import type { Component } from 'svelte';
import type { ApiError } from './api';
import type { VectorContent } from './types';

type Load<P extends Record<string, unknown>> = () => Promise<{ default: Component<P> }>;
type Closing = { onclose: () => void };
type Plain = Record<string, never>;

/** What the first screen does not need. Fetched while nobody waits, so that it opens without the server, too. */
export const pages: Record<'overview' | 'items' | 'classes' | 'export', Load<Plain>> = {
  overview: () => import('./pages/Overview.svelte'),
  items: () => import('./pages/Items.svelte'),
  classes: () => import('./pages/Classes.svelte'),
  export: () => import('./pages/Export.svelte'),
};

export const keysDialog: Load<Closing> = () => import('./label/KeysDialog.svelte');
export const refused: Load<Closing> = () => import('./shell/Refused.svelte');
export const signIn: Load<Plain> = () => import('./shell/SignIn.svelte');
export const banner: Load<Plain> = () => import('./shell/Banner.svelte');
export const quality: Load<Plain> = () => import('./label/Quality.svelte');
export const guide: Load<Plain> = () => import('./label/Guide.svelte');
export const details: Load<Plain> = () => import('./label/Details.svelte');
export const noteBox: Load<Plain> = () => import('./label/NoteBox.svelte');
export const vector: Load<{ content: VectorContent; id: string }> = () => import('./widgets/Vector.svelte');
export const classFilter: Load<Plain> = () => import('./label/ClassFilter.svelte');
export const classSheet: Load<Plain> = () => import('./label/ClassSheet.svelte');
export const lost: Load<{ error: ApiError }> = () => import('./shell/Lost.svelte');
export const projects: Load<Plain> = () => import('./shell/Projects.svelte');
export const unknown: Load<Plain> = () => import('./shell/Unknown.svelte');
export const nothing: Load<Plain> = () => import('./label/Nothing.svelte');

export function preload(): void {
  const all: (() => Promise<unknown>)[] = [banner, signIn, lost, refused, nothing, keysDialog, noteBox, guide, details, classSheet, ...Object.values(pages)];
  for (const load of all) load().catch(() => undefined);
}
