/** How good a picture is wanted, and how a link is, in words. */

import type { PictureQuality } from '$lib/host';

export const QUALITY_WORDS: Record<PictureQuality, string> = {
  auto: 'Automatic',
  lowTraffic: 'Low traffic',
  balanced: 'Balanced',
  sharp: 'Sharp',
  lossless: 'Lossless',
};

export const QUALITIES = (['auto', 'lowTraffic', 'balanced', 'sharp', 'lossless'] as const).map(
  (value) => ({ value, label: QUALITY_WORDS[value] }),
);

/** From 1 to 4; 0 if nothing is known. */
export function linkBars(latency: number | null): number {
  if (latency === null) return 0;
  return latency < 40 ? 4 : latency < 100 ? 3 : latency < 250 ? 2 : 1;
}

export function linkWords(latency: number | null): string {
  const words = ['not measured', 'slow', 'fair', 'good', 'very good'][linkBars(latency)];
  return latency === null ? (words ?? '') : `${words ?? ''}, ${String(latency)} ms`;
}
