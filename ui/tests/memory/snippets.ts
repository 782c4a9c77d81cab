/** Snippets, and the little of filling in that screens need. */
import type { Args, Snippet, SnippetPreview } from '$lib/host';
import { problem } from './problem';

const parameter = {
  label: '',
  takes: { kind: 'text' as const },
  default: '',
  required: true,
  raw: false,
};

export class MemorySnippets {
  #next = 1;
  list: Snippet[] = [
    {
      id: 'snippet-disk',
      name: 'Free space',
      description: 'File systems and how full they are',
      body: 'df -h -x tmpfs',
      parameters: [],
      appendEnter: true,
    },
    {
      id: 'snippet-log',
      name: 'Follow a log',
      description: 'The journal of one unit, from a number of lines back',
      body: 'journalctl -n {{lines}} -fu {{unit}}',
      parameters: [
        {
          ...parameter,
          name: 'unit',
          label: 'Unit',
          takes: { kind: 'choice', options: ['nginx', 'postgresql', 'ssh'] },
          default: 'nginx',
        },
        {
          ...parameter,
          name: 'lines',
          label: 'Lines to begin with',
          takes: { kind: 'number', min: 0, max: 10_000 },
          default: '50',
        },
      ],
      appendEnter: true,
    },
    {
      id: 'snippet-password',
      name: 'Set a password',
      description: '',
      body: 'echo {{user}}:{{password}} | sudo chpasswd\necho done on {{machine.name}}',
      parameters: [
        { ...parameter, name: 'user' },
        { ...parameter, name: 'password', takes: { kind: 'secret' } },
      ],
      appendEnter: true,
    },
  ];

  save({ id, draft }: Args<'snippet_save'>): Snippet {
    if (draft.body.trim() === '')
      throw {
        ...problem('invalid', 'The text is empty.', 'Type what it is to run.'),
        field: 'body',
      };
    const saved = { id: id ?? `snippet-${this.#next++}`, ...draft };
    this.list = [...this.list.filter((other) => other.id !== saved.id), saved];
    return saved;
  }

  delete(id: string): void {
    this.list = this.list.filter((other) => other.id !== id);
  }

  preview({ id, values, session }: Args<'snippet_preview'>): SnippetPreview {
    const snippet = this.get(id);
    const missing = snippet.parameters.filter(
      ({ name, required }) => required && !(values[name] ?? ''),
    );
    let text = snippet.body;
    for (const { name, takes } of snippet.parameters) {
      const value = values[name] ?? '';
      if (value) text = text.replaceAll(`{{${name}}}`, takes.kind === 'secret' ? '••••••' : value);
    }
    if (session !== null) text = text.replaceAll('{{machine.name}}', 'db-primary');
    return {
      text,
      problems: missing.map(({ name }) => ({ name, message: 'Fill this in.' })),
    };
  }

  get(id: string): Snippet {
    const snippet = this.list.find((other) => other.id === id);
    if (!snippet) throw problem('notFound', 'This snippet is not there any more.');
    return snippet;
  }
}
