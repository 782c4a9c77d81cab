// What the editor of a snippet holds, and how that becomes a draft.

import type { ParameterKind, Snippet, SnippetDraft, SnippetParameter } from '$lib/host';

export type ParameterKindName = ParameterKind['kind'];

export interface ParameterForm {
  /** Tells rows apart while names change. */
  key: number;
  name: string;
  label: string;
  kind: ParameterKindName;
  min: string;
  max: string;
  /** One a line. */
  options: string;
  default: string;
  required: boolean;
  quoted: boolean;
}

export interface SnippetForm {
  name: string;
  description: string;
  body: string;
  appendEnter: boolean;
  parameters: ParameterForm[];
}

/** By the name the core gives a field: `body`, `parameters.0.name`. */
export type SnippetErrors = Record<string, string>;

let keys = 0;

export function newParameter(name = ''): ParameterForm {
  keys += 1;
  return {
    key: keys,
    name,
    label: '',
    kind: 'text',
    min: '',
    max: '',
    options: '',
    default: '',
    required: true,
    quoted: true,
  };
}

export function newSnippet(): SnippetForm {
  return { name: '', description: '', body: '', appendEnter: true, parameters: [] };
}

export function snippetForm(snippet: Snippet): SnippetForm {
  const { name, description, body, appendEnter } = snippet;
  return { name, description, body, appendEnter, parameters: snippet.parameters.map(asForm) };
}

function asForm({ takes, raw, ...rest }: SnippetParameter): ParameterForm {
  const form = { ...newParameter(), ...rest, kind: takes.kind, quoted: !raw };
  if (takes.kind === 'number') {
    form.min = takes.min === null ? '' : String(takes.min);
    form.max = takes.max === null ? '' : String(takes.max);
  }
  if (takes.kind === 'choice') form.options = takes.options.join('\n');
  return form;
}

export function snippetDraft(form: SnippetForm): SnippetDraft {
  return {
    name: form.name,
    description: form.description,
    body: form.body,
    appendEnter: form.appendEnter,
    parameters: form.parameters.map((parameter) => ({
      name: parameter.name.trim(),
      label: parameter.label,
      takes: takes(parameter),
      default: parameter.kind === 'secret' ? '' : parameter.default,
      required: parameter.required,
      raw: !parameter.quoted,
    })),
  };
}

function takes({ kind, min, max, options }: ParameterForm): ParameterKind {
  switch (kind) {
    case 'number':
      return { kind, min: wholeNumber(min), max: wholeNumber(max) };
    case 'choice':
      return { kind, options: lines(options) };
    case 'text':
    case 'secret':
      return { kind };
  }
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

const isNumber = (text: string): boolean => /^-?\d{1,9}$/.test(text.trim());

function wholeNumber(text: string): number | null {
  return isNumber(text) ? Number(text.trim()) : null;
}

/** What the core could not say: a limit that is no number would not reach it. */
export function formErrors(form: SnippetForm): SnippetErrors {
  const errors: SnippetErrors = {};
  form.parameters.forEach(({ kind, min, max }, at) => {
    const bad = [min, max].some((limit) => limit.trim() !== '' && !isNumber(limit));
    if (kind === 'number' && bad)
      errors[`parameters.${at}.takes`] = 'A limit is a whole number of up to nine digits.';
  });
  return errors;
}

/** Whether anything differs from what was loaded. */
export function snippetDirty(now: SnippetForm, loaded: SnippetForm): boolean {
  const plain = (form: SnippetForm) =>
    JSON.stringify(snippetDraft(form)) + JSON.stringify(limits(form));
  return plain(now) !== plain(loaded);
}

const limits = (form: SnippetForm) => form.parameters.map(({ min, max }) => [min, max]);
