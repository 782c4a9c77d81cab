// Feeds xterm.js, loaded from its package and drawn by the same renderer as the session's, a log like the probe's from memory, in pieces
// like those a session sends and with as much pending as a session may have. The last argument is told the milliseconds.
const [mebibytes, done] = arguments;
const session = document.querySelector('[data-renderer]');
const pane = session.getBoundingClientRect();
const seat = document.createElement('div');
seat.style.cssText = `position:fixed;left:${pane.left}px;top:${pane.top}px;width:${pane.width}px;height:${pane.height}px;z-index:9999`;
document.body.append(seat);
const peer = new globalThis.Terminal({ scrollback: 20000, fontFamily: 'JetBrains Mono', fontSize: 13 });
peer.open(seat);
if (session.dataset.renderer === 'webgl') peer.loadAddon(new globalThis.WebglAddon.WebglAddon());
const cell = peer._core._renderService.dimensions.css.cell;
peer.resize(Math.floor(pane.width / cell.width) || 80, Math.floor(pane.height / cell.height) || 24);

let text = '';
for (let n = 1; text.length < 1024 * 1024; n++) {
  const second = String(n % 60).padStart(2, '0');
  text += `2026-01-02T03:04:${second} host app[${1000 + (n % 9)}]: \x1b[32mINFO\x1b[0m request ${n} handled in ${n % 250} ms path=/srv/orders/${n}\r\n`;
}
const bytes = new TextEncoder().encode(text);
const PIECE = 32 * 1024;
const PENDING = 384 * 1024;
let left = mebibytes * bytes.length;
let at = 0;
let pending = 0;
const start = performance.now();
function feed() {
  while (left > 0 && pending < PENDING) {
    const piece = bytes.subarray(at, at + PIECE);
    at = at + PIECE >= bytes.length ? 0 : at + PIECE;
    left -= piece.length;
    pending += piece.length;
    peer.write(piece, () => {
      pending -= piece.length;
      if (left > 0) return feed();
      if (pending === 0) finish();
    });
  }
}
function finish() {
  const elapsed = performance.now() - start;
  peer.dispose();
  seat.remove();
  done(elapsed);
}
feed();
