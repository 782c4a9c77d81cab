import { expect, it } from 'vitest';
import { findSettings, sectionOf, sectionsHere, settingsHere } from './catalog';

const found = (query: string): string[] => findSettings(query).map((setting) => setting.id);

it('finds settings by any of their words', () => {
  expect(found('scroll')).toEqual(['scrollback']);
  expect(found('font')).toEqual(['font', 'fontSize']);
  expect(found('terminal theme')).toEqual(['terminalTheme']);
  expect(found('password')).toEqual(['passphrase']);
  expect(found('lock')).toEqual(['lockAfter', 'lockOnSleep', 'lockOnScreenLock']);
  expect(found('  ')).toEqual([]);
  expect(found('nonsense')).toEqual([]);
});

it('leaves no section without a setting and gives each setting its own name', () => {
  for (const section of sectionsHere())
    expect(settingsHere().some((setting) => setting.section === section.id)).toBe(true);
  expect(new Set(settingsHere().map((setting) => setting.id)).size).toBe(settingsHere().length);
});

it('opens the first section for an unknown name', () => {
  expect(sectionOf('vault')).toBe('vault');
  expect(sectionOf('gone')).toBe('appearance');
  expect(sectionOf(undefined)).toBe('appearance');
});
