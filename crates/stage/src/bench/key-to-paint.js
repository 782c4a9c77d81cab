// Types each query a key at a time into the tree's filter and into a plain list, in turn, and tells the last argument the milliseconds from
// each key to the frame after it was drawn.
const [queries, names, done] = arguments;
const field = document.querySelector('[data-testid=find]');
const setValue = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;

// The task after the next animation frame's own work runs once that frame was handed to the compositor.
const painted = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      channel.port2.postMessage(null);
    });
  });

const list = document.createElement('ul');
list.style.cssText = 'position:fixed;inset:0 auto auto 300px;width:300px;height:600px;overflow:auto;z-index:9';
document.body.append(list);

/** As long as a quick typist takes from key to key: a frame before is not still being put on the screen. */
const rest = () => new Promise((resolve) => setTimeout(resolve, 60));

async function ours(text) {
  await rest();
  const start = performance.now();
  setValue.call(field, text);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  await painted();
  return performance.now() - start;
}

async function peer(text) {
  await rest();
  const start = performance.now();
  const hits = names.filter((name) => name.toLowerCase().includes(text.toLowerCase()));
  list.replaceChildren(
    ...hits.slice(0, 100).map((name) => {
      const item = document.createElement('li');
      item.textContent = name;
      return item;
    }),
  );
  await painted();
  return performance.now() - start;
}

const result = { ours: [], peer: [] };
for (const query of queries) {
  for (let length = 1; length <= query.length; length++) {
    result.ours.push(await ours(query.slice(0, length)));
    result.peer.push(await peer(query.slice(0, length)));
  }
  await ours('');
  await peer('');
}
list.remove();
done(result);
