import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const onlyInHost = {
  patterns: [
    {
      group: ['@tauri-apps/*'],
      message: 'Only lib/host talks to the shell: use call() from $lib/host.',
    },
  ],
};

export default ts.config(
  { ignores: ['dist/', 'node_modules/', 'src/lib/host/bindings.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      'no-undef': 'off',
      'no-alert': 'error',
      'no-console': 'error',
      'no-restricted-imports': ['error', onlyInHost],
      'max-lines': ['error', 800],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // A terminal is made of control characters.
      'no-control-regex': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    rules: {
      'max-lines': ['error', 300],
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      // Big sets and maps are replaced whole: a reactive one over 100,000 rows costs more than drawing them.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: ['**/*.svelte.ts', '**/*.test.ts'], rules: { 'max-lines': ['error', 800] } },
  {
    files: ['**/*.test.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-loss-of-precision': 'off' },
  },
  { files: ['src/lib/host/**'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['tests/**', '*.ts', '*.js'],
    languageOptions: { globals: { ...globals.node } },
    rules: { 'no-console': 'off' },
  },
);
