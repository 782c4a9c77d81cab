/**
 * Pictures of screens on the in-memory host, in both themes:
 *
 *   node tests/shot.mjs OUT [--state unlocked,locked] [--size 1280x800,2560x1440] [--theme dark] [--do FILE.mjs] [--axe]
 *
 * States that take steps to reach are in scenes.mjs. FILE.mjs exports `default async (page) => {}` and brings the screen into the wanted state, `name` names the picture.
 * --axe also looks for what is not accessible, contrast included, and fails if there is any.
 * Needs a Chromium of the system (CHROMIUM names another than /usr/bin/chromium).
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { scenes } from './scenes.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    state: { type: 'string', default: 'first-run,locked,empty,unlocked' },
    size: { type: 'string', default: '1280x800' },
    theme: { type: 'string', default: 'dark,light' },
    do: { type: 'string' },
    axe: { type: 'boolean', default: false },
  },
});
const out = positionals[0] ?? 'shots';
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const scene = values.do ? await import(pathToFileURL(resolve(values.do)).href) : {};

// Built, not served from source: what is seen is what ships, and neighbours may be editing meanwhile.
const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = await mkdtemp(join(tmpdir(), 'patchbay-shot-'));
await build({ root, mode: 'memory', logLevel: 'error', build: { outDir, emptyOutDir: true } });
const server = await preview({
  root,
  logLevel: 'error',
  build: { outDir },
  preview: { host: '127.0.0.1', port: 0, strictPort: false },
});
const base = server.resolvedUrls?.local[0] ?? '';
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
});
await mkdir(out, { recursive: true });
let failed = false;
for (const state of values.state.split(',')) {
  for (const size of values.size.split(',')) {
    const [width, height] = size.split('x').map(Number);
    for (const theme of values.theme.split(',')) {
      const page = await browser.newPage({
        viewport: { width, height },
        reducedMotion: 'reduce',
        // Before anybody is signed in there are no settings to say which.
        colorScheme: theme,
      });
      page.on('pageerror', (error) => {
        failed = true;
        console.error(`${state}: ${error.stack ?? error.message}`);
      });
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          console.error(`${state}: ${message.text()}`);
      });
      await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }));
      const { path = '', hash = '', steps } = scenes[state] ?? {};
      await page.goto(`${base}${path}?state=${state}&theme=${theme}${hash}`);
      await page.waitForSelector('#app > *', { state: 'attached' });
      await steps?.(page);
      await scene.default?.(page);
      await page.evaluate(() => document.fonts.ready);
      const file = join(out, `${scene.name ?? state}-${theme}-${size}.png`);
      await page.screenshot({ path: file });
      console.log(file);
      if (values.axe) failed = !(await accessible(page, file)) || failed;
      await page.close();
    }
  }
}
await browser.close();
await server.close();
await rm(outDir, { recursive: true });
process.exitCode = failed ? 1 : 0;

async function accessible(page, file) {
  await page.addScriptTag({ path: axePath });
  const violations = await page.evaluate(async () => {
    const found = await globalThis.axe.run(
      { exclude: ['.xterm'] },
      {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
        // A desktop window is no web page with landmarks for everything.
        rules: {
          region: { enabled: false },
          'page-has-heading-one': { enabled: false },
          // Experimental: wants every number of a tree row word for word in the row's name.
          'label-content-name-mismatch': { enabled: false },
        },
      },
    );
    return found.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes
        .slice(0, 4)
        .map(
          (node) =>
            `${node.html.slice(0, 160)}  ${node.any.map((check) => check.message).join(' ')}`,
        ),
    }));
  });
  for (const { id, help, nodes } of violations)
    console.error(`${file}: ${id}: ${help}\n  ${nodes.join('\n  ')}`);
  return violations.length === 0;
}
