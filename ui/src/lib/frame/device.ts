// What the person used last. Styles ask it for the focus ring where the webview does not know (styles/base.css).

/** Marks the document while it is worked with by keys; call once. */
export function followDevice(root: HTMLElement = document.documentElement): void {
  addEventListener('keydown', () => root.toggleAttribute('data-keys', true), { capture: true });
  addEventListener('pointerdown', () => root.toggleAttribute('data-keys', false), {
    capture: true,
  });
}
