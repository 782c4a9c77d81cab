// What floats above the window and has the keyboard for itself: dialogs and menus.

/** Any of them, also one that is drawn while it goes away. */
export const OVERLAY = ':is([role="dialog"], [role="alertdialog"], [role="menu"])';

/** One that is open. */
export const OPEN_OVERLAY = `${OVERLAY}:not([data-state="closed"])`;
