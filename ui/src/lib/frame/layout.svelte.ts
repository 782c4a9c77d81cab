/** Which parts of the window are shown and how wide: kept on this computer, since it tells nothing about machines. */

const KEY = 'patchbay.frame';
export const SIDE = { least: 200, usual: 284, most: 520 };

interface Kept {
  side: number;
  sideShown: boolean;
  inspector: boolean;
}

class FrameLayout {
  side = $state(SIDE.usual);
  sideShown = $state(true);
  inspector = $state(false);

  constructor() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Kept>;
      this.side = clamp(kept.side ?? SIDE.usual);
      this.sideShown = kept.sideShown ?? true;
      this.inspector = kept.inspector ?? false;
    } catch {
      // Nothing kept that can be read: as on the first day.
    }
  }

  resize(width: number): void {
    this.side = clamp(width);
    this.#keep();
  }

  toggleSide(): void {
    this.sideShown = !this.sideShown;
    this.#keep();
  }

  toggleInspector(): void {
    this.inspector = !this.inspector;
    this.#keep();
  }

  #keep(): void {
    const kept: Kept = { side: this.side, sideShown: this.sideShown, inspector: this.inspector };
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // A full storage: the window looks as usual next time.
    }
  }
}

const clamp = (width: number) => Math.round(Math.max(SIDE.least, Math.min(SIDE.most, width)));

export const frame = new FrameLayout();
