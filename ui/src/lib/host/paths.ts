/** A path as people write it: `~` for the home folder. */
export function shortPath(path: string, home: string | undefined): string {
  if (home && path === home) return '~';
  const inside = home && path.startsWith(home) ? path.slice(home.length) : '';
  return inside.startsWith('/') || inside.startsWith('\\') ? `~${inside}` : path;
}
