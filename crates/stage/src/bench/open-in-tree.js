// Opens a machine in the tree and tells the last argument the milliseconds from the click to the frame after its guests were drawn.
const [machine, guests, done] = arguments;
const tree = document.querySelector('[data-testid=tree]');
const rows = () => [...tree.querySelectorAll('[data-testid=tree-row]')];
const called = (name) => rows().find((row) => row.getAttribute('aria-label').startsWith(name));
const frame = () => new Promise(requestAnimationFrame);
const twist = () =>
  called(`${machine},`)
    .querySelector('[data-twist]')
    .dispatchEvent(new PointerEvent('pointerdown', { bubbles: true, button: 0 }));
/** All rows are there, and those in sight are drawn. */
const drawn = () => tree.scrollHeight > guests * 26 && called('vm-');

(async () => {
  const start = performance.now();
  twist();
  while (!drawn()) {
    if (performance.now() - start > 20_000) return done(rows().map((row) => row.ariaLabel).join());
    await frame();
  }
  // The task after the next animation frame's own work runs once that frame was handed to the compositor.
  await frame();
  await new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  });
  const took = performance.now() - start;
  twist();
  while (called('vm-')) await frame();
  done(took);
})();
