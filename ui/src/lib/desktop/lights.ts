/** The lock keys of two keyboards: where they differ, what is typed looks wrong. */

import type { Leds } from './codec';

/** What a key or pointer event says of the lights of the keyboard here. */
export function lightsOf(event: Pick<KeyboardEvent, 'getModifierState'>): Leds {
  return {
    caps: event.getModifierState('CapsLock'),
    num: event.getModifierState('NumLock'),
    scroll: event.getModifierState('ScrollLock'),
  };
}

/** How the desktop's keyboard differs from the one here, in words; empty if it does not, or if that is not known. */
export function lightsDiffer(here: Leds | null, there: Leds | null): string {
  if (!here || !there) return '';
  const keys = [
    { name: 'Caps Lock', here: here.caps, there: there.caps },
    { name: 'Num Lock', here: here.num, there: there.num },
  ];
  return keys
    .filter((key) => key.here !== key.there)
    .map(({ name, there: on }) => `${name} is ${on ? 'on there and off' : 'off there and on'} here`)
    .join(', ');
}
