// Tells the last argument what axe finds: the rule and where. Landmarks and headings are for documents, not for a window of a program.
const done = arguments[arguments.length - 1];
const off = ['region', 'page-has-heading-one', 'label-content-name-mismatch'];
const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
// What fades or changes its colour is looked at as it will be, and not on the way.
const still = new CSSStyleSheet();
still.replaceSync('*, ::before, ::after { transition: none !important; animation: none !important; }');
document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
globalThis.axe
  .run({ exclude: [['.xterm']] }, { rules })
  .then((result) => done(result.violations.map((found) => [found.id, found.nodes.map((node) => node.html)])))
  .catch((error) => done(String(error)))
  .finally(() => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== still);
  });
