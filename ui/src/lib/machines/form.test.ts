import { describe, expect, it } from 'vitest';
import { entry } from './fixtures';
import { emptyForm, entryDraft, folderDraft, formOf, inheritAgain, isDirty, isOwn } from './form';

describe('the form of a machine', () => {
  it('survives the way from an entry to a draft unchanged', () => {
    expect(entry).toEqual({ id: entry.id, parent: entry.parent, ...entryDraft(formOf(entry)) });
  });

  it('takes an emptied field as inherited', () => {
    const form = formOf(entry);
    expect(isOwn(form, 'port')).toBe(true);
    expect(entryDraft({ ...form, port: '  ' }).settings.port).toBeNull();
    expect(isOwn(inheritAgain(form, 'port'), 'port')).toBe(false);
  });

  it('keeps false and an empty list as values of their own', () => {
    const draft = entryDraft({ ...formOf(entry), compression: false, identities: [] });
    expect(draft.settings.compression).toBe(false);
    expect(draft.settings.identities).toEqual([]);
  });

  it('calls a machine without a name by its address', () => {
    expect(entryDraft({ ...emptyForm(), address: ' db.example.net ' }).name).toBe('db.example.net');
  });

  it('drops the brackets of a lone IPv6 address and writes a MAC the usual way', () => {
    const draft = entryDraft({
      ...emptyForm(),
      address: '[2001:db8::1]',
      mac: 'AA-BB-CC-DD-EE-0F',
    });
    expect(draft.address).toBe('2001:db8::1');
    expect(draft.mac).toBe('aa:bb:cc:dd:ee:0f');
  });

  it('knows whether something was changed', () => {
    const loaded = formOf(entry);
    expect(isDirty(formOf(entry), loaded)).toBe(false);
    expect(isDirty({ ...loaded, tags: ['replica', 'eu'] }, loaded)).toBe(true);
    expect(isDirty({ ...loaded, jump: { kind: 'direct' } }, loaded)).toBe(true);
  });

  it('makes a folder draft without an address', () => {
    expect(folderDraft({ ...emptyForm(), name: ' Edge ', port: '2222' })).toMatchObject({
      name: 'Edge',
      settings: { port: 2222 },
    });
  });
});
