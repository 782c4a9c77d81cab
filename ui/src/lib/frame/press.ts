// What is pressed must not move away under the pointer: a press that ends elsewhere is no click, and the person who
// pressed Save believes that it is saved.

let pressed = false;
const waiting: (() => void)[] = [];

function release(): void {
  pressed = false;
  // The click itself comes after the pointer is up.
  setTimeout(() => waiting.splice(0).forEach((go) => go()));
}

addEventListener('pointerdown', () => (pressed = true), { capture: true });
for (const end of ['pointerup', 'pointercancel', 'blur'])
  addEventListener(end, release, { capture: true });

/** Waits until nothing is pressed. For what changes the layout because a field was left: that may be by pressing a button. */
export function unpressed(): Promise<void> {
  return pressed ? new Promise((go) => waiting.push(go)) : Promise.resolve();
}
