/** The window without a title bar of the system: what moves it and what its buttons do. */
import { call, can } from '$lib/host';

type WindowAction = 'minimize' | 'maximize' | 'close' | 'drag';

export function windowDo(action: WindowAction): void {
  // The window is gone, or there is none: nothing is left to tell that to.
  call('host_window', { action }).catch(() => undefined);
}

const CONTROLS = 'button, a, input, select, textarea, [role="tab"], [role="menu"], [tabindex]';

/** Makes the empty parts of an element move the window, and a double click on them maximise it. */
export function dragRegion(element: HTMLElement): () => void {
  if (!can('windows')) return () => undefined;
  const onEmpty = (event: MouseEvent): boolean => {
    const control = event.target instanceof Element ? event.target.closest(CONTROLS) : null;
    return event.button === 0 && (!control || !element.contains(control));
  };
  // The second press of a double click must not start a drag, which would swallow the click.
  const press = (event: MouseEvent): void => {
    if (!onEmpty(event)) return;
    if (event.detail === 1) windowDo('drag');
    else if (event.detail === 2) windowDo('maximize');
  };
  element.addEventListener('mousedown', press);
  return () => element.removeEventListener('mousedown', press);
}
