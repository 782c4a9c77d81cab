import { describe, expect, it } from 'vitest';
import type { Snippet } from '$lib/host';
import {
  formErrors,
  newParameter,
  newSnippet,
  snippetDirty,
  snippetDraft,
  snippetForm,
} from './draft';

const snippet: Snippet = {
  id: 's1',
  name: 'Tail',
  description: '',
  body: 'tail -n {{n}} {{file}} {{pw}}',
  appendEnter: true,
  parameters: [
    {
      name: 'n',
      label: 'Lines',
      takes: { kind: 'number', min: 1, max: null },
      default: '50',
      required: true,
      raw: false,
    },
    {
      name: 'file',
      label: '',
      takes: { kind: 'choice', options: ['a', 'b'] },
      default: 'a',
      required: false,
      raw: true,
    },
    { name: 'pw', label: '', takes: { kind: 'secret' }, default: '', required: true, raw: false },
  ],
};

describe('the form of a snippet', () => {
  it('becomes the same draft again', () => {
    const { id: _, ...draft } = snippet;
    expect(snippetDraft(snippetForm(snippet))).toEqual(draft);
    expect(snippetDirty(snippetForm(snippet), snippetForm(snippet))).toBe(false);
  });

  it('knows what was changed', () => {
    const form = snippetForm(snippet);
    form.parameters.push(newParameter('x'));
    expect(snippetDirty(form, snippetForm(snippet))).toBe(true);
    expect(snippetDirty({ ...newSnippet(), body: 'x' }, newSnippet())).toBe(true);
  });

  it('keeps no default of a secret and refuses limits that are none', () => {
    const form = snippetForm(snippet);
    for (const parameter of form.parameters) parameter.default = 'x';
    expect(snippetDraft(form).parameters[2]?.default).toBe('');
    expect(formErrors(form)).toEqual({});
    const [first] = form.parameters;
    if (first) first.max = 'many';
    expect(Object.keys(formErrors(form))).toEqual(['parameters.0.takes']);
  });
});
