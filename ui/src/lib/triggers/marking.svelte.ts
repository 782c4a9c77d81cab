/** Whether anything is to be marked in terminals. In a file of its own, so that terminals need not know triggers. */

class Marking {
  on = $state(false);
  /** Counts up when there are other triggers. */
  version = $state(0);

  set(on: boolean): void {
    this.on = on;
    this.version += 1;
  }
}

export const marking = new Marking();
