/** How a files page is laid out: kept on this computer, since it tells nothing about machines. */

const KEY = 'patchbay.files';

export interface Look {
  /** The left side is shown. */
  hereShown: boolean;
  /** Percent of the width that it has. */
  share: number;
}

export function keptLook(): Look {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Look>;
    const share = Number(kept.share);
    return { hereShown: kept.hereShown !== false, share: share >= 20 && share <= 80 ? share : 50 };
  } catch {
    // Nothing kept that can be read: as on the first day.
    return { hereShown: true, share: 50 };
  }
}

export function keepLook(look: Look): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(look));
  } catch {
    // A full storage: it looks as usual next time.
  }
}
