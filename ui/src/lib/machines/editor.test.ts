import { beforeEach, describe, expect, it } from 'vitest';
import { useHost } from '$lib/host';
import type { ApiError } from '$lib/host';
import { Editor } from './editor.svelte';
import { detail, entry } from './fixtures';

type Answer = (args: Record<string, unknown>) => unknown;
let calls: { name: string; args: Record<string, unknown> }[];
let answers: Record<string, Answer>;

const refusal = (field: string | null): ApiError => ({
  code: 'invalid',
  message: 'That user name is not allowed.',
  nextStep: 'Use another.',
  field,
  retryable: false,
});

beforeEach(() => {
  calls = [];
  answers = {
    node_get: () => detail(),
    node_new_detail: () => detail({ entry: null }),
    entry_save: () => entry,
  };
  useHost({
    call: async (name, args) => {
      calls.push({ name, args: args as Record<string, unknown> });
      return await answers[name]?.(args as Record<string, unknown>);
    },
    listen: () => Promise.resolve(() => undefined),
    socket: () => {
      throw new Error('no streams here');
    },
  });
});

async function open(): Promise<Editor> {
  const editor = new Editor({ nodeId: entry.id });
  await editor.load();
  return editor;
}

describe('the editor', () => {
  it('shows what is saved and has nothing to save', async () => {
    const editor = await open();
    expect(editor.form.address).toBe('192.0.2.42');
    expect(editor.parent).toBe('f-production');
    expect(editor.dirty).toBe(false);
  });

  it('complains about a field only once it was left, and at once after a try to save', async () => {
    const editor = await open();
    editor.form.port = 'x';
    expect(editor.errors).toEqual({});
    editor.leave('port');
    expect(Object.keys(editor.errors)).toEqual(['port']);
    editor.form.address = '';
    expect(await editor.save()).toEqual({ focus: 'address' });
    expect(Object.keys(editor.errors)).toEqual(['address', 'port']);
    expect(calls.some((made) => made.name === 'entry_save')).toBe(false);
  });

  it('saves into the folder it was opened for', async () => {
    const editor = new Editor({ parent: 'f-production' });
    await editor.load();
    editor.form.address = 'root@db:2222';
    editor.takeApart();
    expect(await editor.save()).toEqual({ saved: entry.id });
    const sent = calls.find((made) => made.name === 'entry_save')?.args;
    expect(sent).toMatchObject({
      parent: 'f-production',
      draft: { name: 'db', address: 'db', settings: { user: 'root', port: 2222 } },
    });
    expect(editor.dirty).toBe(false);
  });

  it('puts a refusal at its field until that is changed', async () => {
    const editor = await open();
    answers.entry_save = () => Promise.reject(refusal('settings.user'));
    editor.form.user = 'no way';
    expect(await editor.save()).toEqual({ focus: 'user' });
    expect(editor.errors.user).toBe('That user name is not allowed. Use another.');
    expect(editor.problem).toBeNull();
    editor.form.user = 'ops';
    expect(editor.errors.user).toBeUndefined();
  });

  it('keeps what was typed when nothing could be saved', async () => {
    const editor = await open();
    answers.entry_save = () => Promise.reject(refusal(null));
    editor.form.notes = 'long text';
    expect(await editor.save()).toEqual({ focus: undefined });
    expect(editor.problem?.message).toBe('That user name is not allowed.');
    expect(editor.form.notes).toBe('long text');
    expect(editor.dirty).toBe(true);
  });

  it('takes over a change from elsewhere, but never over what is being typed', async () => {
    const editor = await open();
    answers.node_get = () => detail({ entry: { ...entry, name: 'renamed' } });
    editor.form.notes = 'typing';
    await editor.load();
    expect(editor.form.name).toBe('db-replica-a');
    editor.revert();
    await editor.load();
    expect(editor.form.name).toBe('renamed');
  });

  it('keeps what was typed while a change from elsewhere was on its way', async () => {
    const editor = await open();
    const loading = editor.load();
    editor.form.notes = 'typing';
    await loading;
    expect(editor.form.notes).toBe('typing');
    expect(editor.dirty).toBe(true);
  });

  describe('when somebody else was faster', () => {
    const theirs = detail({ entry: { ...entry, name: 'renamed', notes: 'theirs' }, version: 'v2' });

    async function overtaken(): Promise<Editor> {
      const editor = await open();
      editor.form.notes = 'mine';
      answers.entry_save = ({ basedOn }) =>
        basedOn === 'v2' ? entry : Promise.reject({ ...refusal(null), code: 'conflict' });
      answers.node_get = () => theirs;
      expect(await editor.save()).toEqual({ focus: undefined });
      return editor;
    }

    it('says what differs, and loses nothing', async () => {
      const editor = await overtaken();
      expect(calls.find(({ name }) => name === 'entry_save')?.args.basedOn).toBe('v1');
      expect(editor.conflict?.differences).toEqual([
        { field: 'notes', label: 'Notes', theirs: 'theirs', mine: 'mine', by: 'both' },
        { field: 'name', label: 'Name', theirs: 'renamed', mine: 'db-replica-a', by: 'them' },
      ]);
      expect(editor.form.notes).toBe('mine');
      expect(editor.problem).toBeNull();
    });

    it('keeps mine over theirs, and theirs where I changed nothing', async () => {
      const editor = await overtaken();
      editor.keepMine();
      expect(editor.dirty).toBe(true);
      expect(await editor.save()).toEqual({ saved: entry.id });
      expect(calls.findLast(({ name }) => name === 'entry_save')?.args).toMatchObject({
        basedOn: 'v2',
        draft: { name: 'renamed', notes: 'mine' },
      });
    });

    it('takes theirs', async () => {
      const editor = await overtaken();
      editor.takeTheirs();
      expect(editor.form.notes).toBe('theirs');
      expect(editor.dirty).toBe(false);
    });

    it('asks again after going on', async () => {
      const editor = await overtaken();
      editor.conflict = null;
      await editor.save();
      expect(editor.conflict).not.toBeNull();
    });

    it('says so if it is another conflict', async () => {
      const editor = await open();
      editor.form.notes = 'mine';
      answers.entry_save = () => Promise.reject({ ...refusal(null), code: 'conflict' });
      await editor.save();
      expect(editor.conflict).toBeNull();
      expect(editor.problem?.code).toBe('conflict');
    });
  });

  it('says when the machine was deleted meanwhile, until that is taken back', async () => {
    const editor = await open();
    editor.form.notes = 'typing';
    answers.node_get = () => Promise.reject({ ...refusal(null), code: 'notFound' });
    await editor.load();
    expect(editor.gone).toBe(true);
    answers.node_get = () => detail();
    await editor.load();
    expect(editor.gone).toBe(false);
    expect(editor.problem).toBeNull();
    expect(editor.form.notes).toBe('typing');
  });
});
