// Where the text of a snippet has holes. The core fills them; here they are only found while the text is being written.

const HOLE = /(\\?)\{\{((?:machine\.)?[A-Za-z_][A-Za-z0-9_-]*)\}\}/g;

/** What every text may ask of the machine it goes to. */
export const MACHINE_HOLES = ['machine.name', 'machine.address', 'machine.user'] as const;

/** The names of the holes, each once, in order; `\{{name}}` is none. */
export function holesIn(body: string): string[] {
  const names = [...body.matchAll(HOLE)].filter(([, escaped]) => escaped === '');
  return [...new Set(names.map(([, , name = '']) => name))];
}

/** Holes that stand for nothing yet. */
export function unknownHoles(body: string, parameters: readonly string[]): string[] {
  const known = new Set<string>([...parameters, ...MACHINE_HOLES]);
  return holesIn(body).filter((name) => !known.has(name));
}
