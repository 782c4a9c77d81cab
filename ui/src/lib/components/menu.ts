import type { IconComponent } from './Icon.svelte';

/** One line of a menu. */
export interface MenuItem {
  label: string;
  icon?: IconComponent;
  /** Shown only; the action registry makes it work. */
  shortcut?: string;
  danger?: boolean;
  disabled?: boolean;
  /** Drawn with a check mark. */
  checked?: boolean;
  run: () => void;
}

/** What a menu shows; `null` is a line between groups. */
export type MenuItems = readonly (MenuItem | null)[];

/** A place on the screen that a menu opens at. */
export interface Anchor {
  x: number;
  y: number;
}

/** Where a `contextmenu` event wants its menu: at the pointer, or below the element if it came from the keyboard. */
export function anchorOf(event: MouseEvent, element: Element): Anchor {
  if (event.clientX || event.clientY) return { x: event.clientX, y: event.clientY };
  const box = element.getBoundingClientRect();
  return { x: box.left + 24, y: box.bottom };
}
