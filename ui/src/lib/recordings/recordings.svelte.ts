/** The recordings of the open vault, and which of them is being played. */

import { counted } from '$lib/files/format';
import { notices } from '$lib/frame/notices.svelte';
import {
  asApiError,
  call,
  onEvent,
  type ApiError,
  type RecordingId,
  type RecordingInfo,
} from '$lib/host';
import { settings } from '$lib/settings/settings.svelte';
import { keptWords } from './words';

/** A recording to play, and where to begin. */
export interface Playing {
  id: RecordingId;
  at: number;
  /** What was looked for when it was found. */
  find: string;
}

class RecordingsState {
  list = $state.raw<RecordingInfo[]>([]);
  loaded = $state(false);
  problem = $state.raw<ApiError | null>(null);
  playing = $state.raw<Playing | null>(null);

  // Not reactive: a player that goes away writes it while the page is being taken down.
  #left: { id: RecordingId; at: number } | null = null;

  readonly bytes = $derived(this.list.reduce((sum, each) => sum + each.bytes, 0));

  /** Follows them; the returned function stops. */
  start(): () => void {
    void this.load();
    return onEvent((event) => {
      if (event.kind === 'recordings') void this.load();
    });
  }

  /** Says when some were deleted by the vault's rule; the returned function stops and forgets everything. */
  hear(): () => void {
    const unlisten = onEvent((event) => {
      if (event.kind !== 'recordingsExpired') return;
      const { recordingsKept } = settings.vault;
      notices.say(`${counted(event.count, 'recording')} deleted: no longer kept.`, {
        detail: `${keptWords(recordingsKept)}.`,
      });
    });
    return () => {
      unlisten();
      this.forget();
    };
  }

  byId(id: RecordingId): RecordingInfo | undefined {
    return this.list.find((each) => each.id === id);
  }

  async load(): Promise<void> {
    try {
      this.list = await call('recording_list');
      this.loaded = true;
      this.problem = null;
    } catch (problem) {
      this.problem = asApiError(problem);
    }
  }

  play(id: RecordingId, at = 0, find = ''): void {
    this.#left = null;
    this.playing = { id, at, find };
  }

  /** The player went out of sight at this time. */
  left(id: RecordingId, at: number): void {
    this.#left = { id, at };
  }

  /** Where to go on with what is being played: where it was left by a look at another tab, or where it is to begin. */
  startOf({ id, at }: Playing): number {
    return this.#left?.id === id ? this.#left.at : at;
  }

  /** Throws what is wrong. */
  async rename(id: RecordingId, title: string): Promise<void> {
    const renamed = await call('recording_rename', { id, title });
    this.list = this.list.map((each) => (each.id === id ? renamed : each));
  }

  /** Throws what is wrong. */
  async remove(id: RecordingId): Promise<void> {
    await call('recording_delete', { id });
    this.list = this.list.filter((each) => each.id !== id);
    if (this.playing?.id === id) this.playing = null;
  }

  /** The vault is locked: nothing of it stays. */
  forget(): void {
    this.list = [];
    this.loaded = false;
    this.playing = null;
    this.#left = null;
  }
}

export const recordings = new RecordingsState();
