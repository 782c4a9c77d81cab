import { Terminal } from '@xterm/xterm';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TriggerMark } from '$lib/host';
import { Highlighter } from './highlight';

let terminal: Terminal;
let marks: Highlighter;
let asked: string[][];
let answer: (lines: string[]) => Promise<TriggerMark[]>;

/** What the core would say of /error/. */
const errors = (lines: string[]): TriggerMark[] =>
  lines.flatMap((line, at) =>
    [...line.matchAll(/error/gu)].map(({ index }) => ({
      line: at,
      start: index,
      end: index + 5,
      color: 'red' as const,
    })),
  );
const write = (text: string) => new Promise<void>((done) => terminal.write(text, done));
const settled = () => vi.advanceTimersByTimeAsync(1000);
const asks = () => asked.flat();
const places = () => marks.marked.map(({ row, x, width }) => [row, x, width]);

beforeEach(() => {
  terminal = new Terminal({ allowProposedApi: true, cols: 20, rows: 6, scrollback: 50 });
  asked = [];
  answer = (lines) => Promise.resolve(errors(lines));
  marks = new Highlighter();
  marks.attach(
    terminal,
    (lines) => {
      asked.push(lines);
      return answer(lines);
    },
    () => ({ background: '#330000', ruler: '#ff0000' }),
  );
});
afterEach(() => {
  vi.useRealTimers();
  marks.dispose();
  terminal.dispose();
});

async function start(text: string): Promise<void> {
  await write(text);
  vi.useFakeTimers();
  marks.want(true);
  marks.show(true);
  await settled();
}
async function more(text: string): Promise<void> {
  terminal.write(text);
  await settled();
}

it('marks whole lines, those from before too, and looks at each once', async () => {
  await start('an error here\r\nnothing\r\nerror in the line of the cursor');
  expect(places()).toEqual([[0, 3, 5]]);
  expect(asks()).toEqual(['an error here', 'nothing']);
  await more('\r\nlast\r\n');
  expect(asks()).toEqual(['an error here', 'nothing', 'error in the line of the cursor', 'last']);
  expect(places()).toEqual([
    [0, 3, 5],
    [2, 0, 5],
  ]);
});

it('follows a line over the edge, and counts wide signs as they are drawn', async () => {
  await start('12345678901234567error\r\n日本 error e\u0301 error\r\n');
  expect(places()).toEqual([
    [0, 17, 3],
    [1, 0, 2],
    [2, 5, 5],
    [2, 13, 5],
  ]);
});

it('costs nothing while it is out of sight or nothing is to be marked', async () => {
  await write('error\r\n');
  vi.useFakeTimers();
  marks.want(true);
  await settled();
  marks.show(true);
  marks.want(false);
  await settled();
  expect(asked).toEqual([]);
  marks.want(true);
  await settled();
  expect(places()).toHaveLength(1);
  marks.want(false);
  expect(places()).toEqual([]);
});

it('what moves while the core is asked is marked where it went', async () => {
  let letGo: () => void = () => undefined;
  answer = (lines) => new Promise((done) => (letGo = () => done(errors(lines))));
  await start('error\r\n');
  vi.useRealTimers();
  await write('1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n');
  answer = () => Promise.resolve([]);
  letGo();
  await vi.waitFor(() => expect(places()).toEqual([[0, 0, 5]]));
});

it('what is written over is looked at again, and old marks go', async () => {
  await start('one error\r\ntwo\r\n');
  expect(places()).toEqual([[0, 4, 5]]);
  await more('\x1b[2A\x1b[2Kdone\r\nerror 2\r\n');
  expect(places()).toEqual([[1, 0, 5]]);
});

it('leaves full-screen programs alone', async () => {
  await start('\x1b[?1049herror\r\nerror\r\n');
  expect(asked).toEqual([]);
});

it('keeps no more marks than anybody can look through', async () => {
  terminal.options.scrollback = 5000;
  await start('error error\r\n'.repeat(900));
  await vi.advanceTimersByTimeAsync(5000);
  expect(asks()).toHaveLength(1);
  expect(places()).toHaveLength(1000);
  expect(places().at(-1)).toEqual([899, 6, 5]);
});

it('a core that refuses is asked again with the next output', async () => {
  answer = () => Promise.reject(new Error('locked'));
  await start('error\r\n');
  expect(places()).toEqual([]);
  answer = (lines) => Promise.resolve(errors(lines));
  await more('error\r\n');
  expect(places()).toEqual([
    [0, 0, 5],
    [1, 0, 5],
  ]);
});
