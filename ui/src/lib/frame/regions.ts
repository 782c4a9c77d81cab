/** F6 goes from part to part of the window, so that the keyboard finds a way into and out of everything. */

/** The parts in order; an element names its part with `data-region`. */
const ORDER = ['side', 'tabs', 'view', 'tasks', 'inspector', 'status'] as const;
export type Region = (typeof ORDER)[number];

const FOCUSABLE =
  '[data-autofocus], [role="tree"], [role="tab"][tabindex="0"], .xterm-helper-textarea, button:not(:disabled), input, [tabindex="0"]';

export function focusRegion(name: Region): boolean {
  const region = document.querySelector<HTMLElement>(`[data-region="${name}"]`);
  if (!region) return false;
  const preferred = FOCUSABLE.split(', ')
    .map((selector) => region.querySelector<HTMLElement>(selector))
    .find((element) => element !== null && element.offsetParent !== null);
  preferred?.focus();
  return preferred != null;
}

export function nextRegion(by: 1 | -1): void {
  const here = document.activeElement?.closest<HTMLElement>('[data-region]')?.dataset.region;
  const at = ORDER.findIndex((name) => name === here);
  for (let step = 1; step <= ORDER.length; step++) {
    const name = ORDER[(at + by * step + 2 * ORDER.length) % ORDER.length];
    if (name && focusRegion(name)) return;
  }
}
