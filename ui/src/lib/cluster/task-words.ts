/** How a task of a cluster stands, in words. */

import { inWords, type ClusterTask } from '$lib/host';

/** "under way, 40%", "done", "failed: no space left". */
export function taskText({ state, done }: ClusterTask): string {
  switch (state.kind) {
    case 'running':
      return done === null ? 'under way' : `under way, ${Math.floor(done * 100)}%`;
    case 'done':
      return state.warnings ? 'done, with warnings' : 'done';
    case 'cancelled':
      return 'cancelled';
    case 'failed':
      return inWords(state.error);
  }
}
