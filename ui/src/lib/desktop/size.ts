/** How large a desktop that is about to be opened will be. */

import type { Protocol, TerminalSize } from '$lib/host';
import { wantedSize } from './scaling';

/** The machine bar above it. */
const BAR = 32;

/** The room of the pane in front, as a desktop of it would be asked for. */
export function expectedDesktop(size: TerminalSize, protocol: Protocol): TerminalSize {
  const pane =
    document.querySelector<HTMLElement>('[data-pane]:focus-within') ??
    document.querySelector<HTMLElement>('[data-pane]') ??
    document.querySelector('main');
  const width = pane?.clientWidth ?? 0;
  const height = (pane?.clientHeight ?? 0) - BAR;
  if (width < 200 || height < 200) return { ...size, width: 0, height: 0 };
  const wanted = wantedSize({ width, height }, densityOf(protocol));
  return { ...size, width: wanted.width, height: wanted.height };
}

/** RDP draws larger where pixels are small; VNC knows nothing of it. */
export function densityOf(protocol: Protocol | null): number {
  return protocol === 'rdp' ? devicePixelRatio : 1;
}
