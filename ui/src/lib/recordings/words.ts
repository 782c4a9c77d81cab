/** Recordings in words. */

import type { RecordingInfo, RecordingsKept, RecordMode } from '$lib/host';

/** "0:07", "12:34", "1:02:03". */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (part: number): string => String(part).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** What there is to know beside its name; empty for one that is whole. */
export function stateWords({ state }: Pick<RecordingInfo, 'state'>): string {
  switch (state) {
    case 'running':
      return 'recording';
    case 'interrupted':
      return 'ended with Patchbay';
    case 'damaged':
      return 'file damaged or missing';
    case 'whole':
      return '';
  }
}

/** The choices of the editor and of the settings. */
export const RECORD_CHOICES: readonly { value: RecordMode; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'output', label: 'Output' },
  { value: 'outputAndKeys', label: 'Output and typed lines' },
];

/** The same for a desktop, of which nothing typed is recorded. */
export const DESKTOP_RECORD_CHOICES: readonly { value: RecordMode; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'output', label: 'What it shows' },
];

/** "Deleted 30 days after they ended". */
export function keptWords(kept: RecordingsKept): string {
  switch (kept.kind) {
    case 'forever':
      return 'Kept until you delete them';
    case 'days':
      return `Deleted ${kept.days === 1 ? 'a day' : `${kept.days} days`} after they ended`;
    case 'size':
      return `At most ${kept.gib} GiB: the oldest are deleted first`;
  }
}

export function recordWords(what: RecordMode, desktop = false): string {
  if (desktop && what !== 'off') return DESKTOP_RECORD_CHOICES[1]?.label ?? what;
  return RECORD_CHOICES.find((choice) => choice.value === what)?.label ?? what;
}

/** A name for the file it is exported to. */
export function fileName({
  title,
  started,
  desktop,
}: Pick<RecordingInfo, 'title' | 'started' | 'desktop'>): string {
  const name = title.replace(/[\x00-\x1f\\/:*?"<>|]/g, '-').trim() || 'recording';
  // The Swedish way to write a day is that of ISO 8601.
  return `${name} ${new Date(started).toLocaleDateString('sv-SE')}.${desktop ? 'png' : 'cast'}`;
}
