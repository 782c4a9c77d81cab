import { expect, it } from 'vitest';
import { reportText } from './report';

it('says what, where and why, line by line', () => {
  const remarks = [
    { file: 'a.csv', line: 3, text: ' web ', reason: 'No address.' },
    { file: '', line: 0, text: 'db', reason: 'Why not.' },
  ];
  expect(reportText('Imported 1 machine.', remarks)).toBe(
    'Imported 1 machine.\na.csv:3: web: No address.\ndb: Why not.\n',
  );
});
