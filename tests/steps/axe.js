// Tells the last argument what axe finds: the rule and where. Landmarks and headings are for documents, not for a window of a program.
const done = arguments[arguments.length - 1];
const off = ['region', 'page-has-heading-one', 'label-content-name-mismatch'];
const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
// What fades or changes its colour is not looked at on the way.
const endless = (each) => each.effect?.getComputedTiming().iterations === Infinity;
const changing = document.getAnimations().filter((each) => !endless(each) && each.playState === 'running');
Promise.allSettled(changing.map((each) => each.finished))
  .then(() => globalThis.axe.run({ exclude: [['.xterm']] }, { rules }))
  .then((result) => done(result.violations.map((found) => [found.id, found.nodes.map((node) => node.html)])))
  .catch((error) => done(String(error)));
