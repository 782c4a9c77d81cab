/** Invented recordings, with what was shown in them. */
import type {
  Args,
  RecordingHit,
  RecordingInfo,
  RecordingMoment,
  RecordingPart,
  RecordingPlay,
  RecordingSearch,
} from '$lib/host';
import { problem } from './problem';

const LINES = [
  '\x1b[32mops@db-primary\x1b[0m:~$ systemctl status postgresql\r\n',
  '\x1b[1;32m●\x1b[0m postgresql.service - PostgreSQL RDBMS\r\n     Active: \x1b[32mactive (exited)\x1b[0m\r\n',
  '\x1b[32mops@db-primary\x1b[0m:~$ df -h /srv\r\n',
  'Filesystem      Size  Used Avail Use% Mounted on\r\n/dev/vdb1       200G  171G   30G  86% /srv\r\n',
];

function recording(id: string, over: Partial<RecordingInfo>): RecordingInfo {
  return {
    id,
    title: 'db-primary',
    subtitle: 'ops@192.0.2.41',
    machine: 'node-db-primary',
    started: Date.UTC(2026, 10, 21, 22, 41),
    length: 42_000,
    bytes: 18_432,
    desktop: false,
    cols: 100,
    rows: 28,
    keys: false,
    state: 'whole',
    organisation: null,
    who: null,
    ...over,
  };
}

export class MemoryRecordings {
  list: RecordingInfo[] = [
    recording('recording-1', {}),
    recording('recording-2', {
      title: 'Upgrade of lb-fra-01',
      subtitle: 'ops@198.51.100.7',
      started: Date.UTC(2026, 10, 20, 9, 12),
      state: 'interrupted',
      bytes: 1_204_000,
    }),
    recording('recording-3', {
      title: 'kiosk-lobby',
      subtitle: '192.0.2.80:5900',
      machine: 'node-kiosk-lobby',
      started: Date.UTC(2026, 10, 19, 15, 30),
      desktop: true,
      cols: 640,
      rows: 400,
      length: 60_000,
      bytes: 2_400_000,
    }),
  ];

  /** Something changes at the beginning, and again after most of a minute. */
  play(id: string): RecordingPlay {
    const { length } = this.#one(id);
    return { player: `player-${id}`, length, pausesFrom: [2_000], pausesTo: [50_000] };
  }

  show(at: number): RecordingMoment {
    const next = [2_000, 50_000, 60_000].find((time) => time > at) ?? null;
    return { next, length: 60_000, broken: null };
  }

  read(id: string, from: number): RecordingPart {
    this.#one(id);
    const half = LINES.length / 2;
    const times = LINES.map((_, at) => (at + 1) * 10_000).slice(from, from + half);
    return {
      times,
      codes: 'o'.repeat(times.length),
      data: LINES.slice(from, from + half),
      next: from === 0 ? half : null,
      broken:
        from > 0 && id === 'recording-2'
          ? 'Patchbay was stopped at 0:00:40, before the recording was finished.'
          : null,
    };
  }

  search({ text, id }: Args<'recording_search'>): RecordingSearch {
    const hits = this.list
      .filter((each) => !each.desktop && (id == null || each.id === id))
      .flatMap((each) =>
        LINES.flatMap((lines, at) =>
          lines.split('\r\n').flatMap((line) => hitsIn(each.id, line, at, text)),
        ),
      );
    return { hits, next: null, kilobytes: 1, unreadable: [] };
  }

  rename(id: string, title: string): RecordingInfo {
    const renamed = { ...this.#one(id), title };
    this.list = this.list.map((each) => (each.id === id ? renamed : each));
    return renamed;
  }

  remove(id: string): void {
    this.#one(id);
    this.list = this.list.filter((each) => each.id !== id);
  }

  #one(id: string): RecordingInfo {
    const found = this.list.find((each) => each.id === id);
    if (!found) throw problem('notFound', 'This recording is not there any more.');
    return found;
  }
}

function hitsIn(id: string, written: string, at: number, text: string): RecordingHit[] {
  const line = written.replace(/\x1b\[[0-9;]*m/g, '').trimEnd();
  const start = line.toLowerCase().indexOf(text.toLowerCase());
  return start < 0 ? [] : [{ id, at: (at + 1) * 10_000, line, start, end: start + text.length }];
}
