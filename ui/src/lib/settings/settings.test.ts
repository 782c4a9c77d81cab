import { beforeEach, expect, it } from 'vitest';
import { useHost } from '$lib/host';
import type { AppSettings } from '$lib/host';
import { DEFAULT_APP } from './defaults';
import { settings } from './settings.svelte';

let written: AppSettings[];
let answer: (given: AppSettings) => Promise<unknown>;

beforeEach(async () => {
  written = [];
  answer = (given) => Promise.resolve(given);
  useHost({
    call: (name, args) => {
      if (name === 'settings_get') return Promise.resolve(DEFAULT_APP);
      if (name === 'app_info') return Promise.resolve(null);
      const given = (args as { settings: AppSettings }).settings;
      written.push(given);
      return answer(given);
    },
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
  await settings.load();
  settings.dismissProblem();
});

it('shows a change at once and writes all of the settings', async () => {
  const done = settings.update({ terminal: { fontSize: 15 } });
  expect(settings.app.terminal.fontSize).toBe(15);
  expect(settings.saving).toBe(true);
  await done;
  expect(written).toEqual([
    { ...DEFAULT_APP, terminal: { ...DEFAULT_APP.terminal, fontSize: 15 } },
  ]);
  expect(settings.saving).toBe(false);
});

it('writes changes in their order and keeps what was typed last', async () => {
  void settings.update({ theme: 'light' });
  await settings.update({ terminal: { bell: 'off' } });
  expect(written.map((given) => given.terminal.bell)).toEqual(['visual', 'off']);
  expect(settings.app.terminal.bell).toBe('off');
});

it('takes back what could not be written, and says so', async () => {
  answer = () => Promise.reject(new Error('the disk is full'));
  await settings.update({ theme: 'dark' });
  expect(settings.app.theme).toBe('system');
  expect(settings.problem?.message).toBe('the disk is full');
});

it('what a field tries is shown once it is written, and said at the field if it is refused', async () => {
  answer = (given) =>
    given.editor === 'nosuch'
      ? Promise.reject({ code: 'invalid', message: 'No program nosuch is found.', nextStep: '' })
      : Promise.resolve(given);
  const refused = settings.tryUpdate({ editor: 'nosuch' });
  expect(settings.app.editor).toBe('');
  // Another setting is changed in the same moment: it is not refused along with it.
  const other = settings.update({ closing: 'keep' });
  expect(await refused).toMatchObject({ message: 'No program nosuch is found.' });
  await other;
  expect(settings.problem).toBeNull();
  expect(settings.app).toEqual({ ...DEFAULT_APP, closing: 'keep' });

  const kept = settings.tryUpdate({ editor: 'gedit' });
  const theme = settings.update({ theme: 'dark' });
  expect(await kept).toBeNull();
  await theme;
  expect(settings.app).toEqual({
    ...DEFAULT_APP,
    closing: 'keep',
    editor: 'gedit',
    theme: 'dark',
  });
});
