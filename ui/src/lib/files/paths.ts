/** Paths of machines, always with `/`, and of this computer, which may be a Windows. */

import { displayName } from './names';

export type PathStyle = 'unix' | 'windows';

/** The part of a path that leads to a folder, and what it is called. */
export interface Crumb {
  name: string;
  path: string;
}

const DRIVE = /^[A-Za-z]:\\?/;
const SHARE = /^\\\\[^\\]+\\[^\\]+/;

/** How a path of this computer is written. */
export function styleOf(path: string): PathStyle {
  return DRIVE.test(path) || path.startsWith('\\\\') ? 'windows' : 'unix';
}

const separator = (style: PathStyle): string => (style === 'windows' ? '\\' : '/');

/** The path of something in a folder. */
export function joinPath(folder: string, name: string, style: PathStyle): string {
  const sign = separator(style);
  return folder.endsWith(sign) ? folder + name : folder + sign + name;
}

/** The name of the thing in `folder` that leads to `path`, or is it; nothing if the path is elsewhere. */
export function childOn(folder: string, path: string, style: PathStyle): string | undefined {
  const inside = joinPath(folder, '', style);
  if (!path.startsWith(inside)) return undefined;
  return path.slice(inside.length).split(separator(style))[0] || undefined;
}

/** The folders on the way to a path. Those above the home folder are left out if it is in there. */
export function crumbs(path: string, home: string, style: PathStyle): Crumb[] {
  if (path === '') return [];
  const sign = separator(style);
  const inHome = home.length > 1 && (path === home || path.startsWith(joinPath(home, '', style)));
  const top = inHome ? home : topOf(path, style);
  const found: Crumb[] = [{ name: inHome ? '~' : displayName(top), path: top }];
  let at = top;
  for (const name of path.slice(top.length).split(sign)) {
    if (name === '') continue;
    at = joinPath(at, name, style);
    found.push({ name: displayName(name), path: at });
  }
  return found;
}

function topOf(path: string, style: PathStyle): string {
  if (style === 'unix') return '/';
  return (SHARE.exec(path) ?? DRIVE.exec(path))?.[0] ?? path;
}

/** The path that a person typed, made whole: `~` is the home folder, and others start where they are. */
export function typedPath(typed: string, here: string, home: string, style: PathStyle): string {
  const text = typed.trim();
  if (text === '' || text === '~') return home;
  if (/^~[\\/]/.test(text)) return joinPath(home, text.slice(2), style);
  const whole = style === 'windows' ? DRIVE.test(text) || text.startsWith('\\\\') : text[0] === '/';
  return whole ? text : joinPath(here, text, style);
}

/** What is wrong with a name for a file or folder; nothing if it will do. */
export function nameProblem(name: string, style: PathStyle): string | null {
  if (name.trim() === '') return 'Type a name.';
  if (name === '.' || name === '..')
    return `“${name}” has a meaning of its own: type another name.`;
  if (name.includes('/') || (style === 'windows' && name.includes('\\')))
    return 'A name cannot hold a slash: go to the folder first.';
  return null;
}
