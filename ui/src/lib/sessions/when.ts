/** Points in time as people say them. */

const DAY = 24 * 60 * 60 * 1000;

/** "today 01:40", "yesterday 18:20", "4 Mar 2025, 09:12". */
export function when(timestamp: number, now = Date.now()): string {
  const date = new Date(timestamp);
  const time = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const days = Math.round((midnight(now) - midnight(timestamp)) / DAY);
  if (days === 0) return `today ${time}`;
  if (days === 1) return `yesterday ${time}`;
  return `${day(timestamp)}, ${time}`;
}

/** "4 Mar 2025". */
export function day(timestamp: number): string {
  return new Date(timestamp).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** Starts a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function midnight(timestamp: number): number {
  return new Date(timestamp).setHours(0, 0, 0, 0);
}
