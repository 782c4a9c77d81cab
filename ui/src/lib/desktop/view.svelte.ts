/**
 * The desktop of one session: its picture, its stream, and what the page around it needs to know.
 *
 * It lives outside of components, so that moving it between tabs and panes keeps everything. While it is nowhere on the
 * screen the core sends no pixels. Deliberately absent: the states of a session that is not open, which are pages of
 * their own, and what a person presses (`keyboard.ts`, `pointer.ts`).
 */

import {
  call,
  type NodeId,
  type PictureQuality,
  type SessionDesktop,
  type SessionId,
} from '$lib/host';
import { ringBell } from '$lib/sessions/terminal/bell';
import { rendererChoice } from '$lib/sessions/terminal/renderer';
import { settings } from '$lib/settings/settings.svelte';
import { untrack } from 'svelte';
import { SharedClipboard } from './clipboard';
import * as codec from './codec';
import { cssCursor } from './cursor';
import { keepChoice, keptChoice } from './kept';
import { Keyboard, pressTogether, typeText, type Chord } from './keyboard';
import { lightsDiffer } from './lights';
import { place, wantedSize, type Extent, type Scaling } from './scaling';
import { Sound } from './sound';
import { DesktopStream } from './stream';

/** What the level of each quality is; the core knows the same. */
const LEVEL: Record<PictureQuality, number | null> = {
  auto: null,
  lowTraffic: 1,
  balanced: 5,
  sharp: 8,
  lossless: 9,
};

/** A tab that is being resized asks for one size, and not for each it passes. */
const SETTLES_MS = 250;
/** How long the display of how it goes looks back. */
const MEASURED_MS = 1000;

/** Fingers make the original size at most so many times larger. */
const MOST_ZOOM = 6;

/** How it goes. */
export interface Pace {
  /** Frames shown in the last second. */
  frames: number;
  /** Bytes a second from the core. */
  rate: number;
}

/**
 * What is drawn on. Where there is no graphics card the canvas has to lie in memory, or each part goes through an
 * imitation of a card and back.
 */
function paper(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
  const willReadFrequently = rendererChoice().renderer === 'dom';
  return canvas.getContext('2d', { alpha: false, willReadFrequently });
}

export class DesktopView {
  readonly canvas = document.createElement('canvas');
  readonly keyboard: Keyboard;
  /** What it is; nothing is known before the session is. */
  facts = $state.raw<SessionDesktop | null>(null);
  size = $state.raw<Extent>({ width: 0, height: 0 });
  /** The room there is for it, in CSS pixels. */
  area = $state.raw<Extent>({ width: 0, height: 0 });
  scaling = $state<Scaling>('fit');
  /** How much larger than its original size it is shown, when it is shown in that. */
  zoom = $state(1);
  viewOnly = $state(false);
  quality = $state<PictureQuality>('auto');
  /** What decides how the picture looks, as the engine says it. */
  qualityText = $state('');
  /** A round trip to the machine, in milliseconds. */
  latency = $state<number | null>(null);
  pace = $state.raw<Pace>({ frames: 0, rate: 0 });
  title = $state('');
  abilities = $state.raw({ resize: false, text: false, clipboard: false, files: false });
  /** The screens it consists of, and which of them is shown; `null` is all of them. */
  monitors = $state.raw<readonly codec.Monitor[]>([]);
  monitor = $state<number | null>(null);
  /** The far end moved the pointer here, and nobody has moved it since. */
  remotePointer = $state.raw<{ x: number; y: number } | null>(null);
  /** The pointer of this computer is over the picture. */
  over = $state(false);
  /** The bell rang since the desktop last had the keyboard. */
  rang = $state(false);
  /** The keyboard is the desktop's. */
  captured = $state(false);
  /** It fills the screen. */
  full = $state(false);
  cursor = $state.raw<codec.Cursor>({ form: 'usual' });
  /** Pixels of the screen that a CSS pixel has, for machines that draw for it. */
  density = $state(1);

  /** The lights of the keyboard here, and of the one there. */
  #here = $state.raw<codec.Leds | null>(null);
  #there = $state.raw<codec.Leds | null>(null);

  /** What of the desktop is shown. */
  readonly part = $derived(partOf(this.size, this.monitors, this.monitor));
  readonly #zoomed = $derived(this.scaling === 'original' ? this.zoom : 1);
  readonly place = $derived(place(this.scaling, this.part, this.area, this.density / this.#zoomed));
  readonly cssCursor = $derived(
    this.viewOnly ? 'default' : cssCursor(this.cursor, this.place.scale),
  );
  readonly hasPicture = $derived(this.size.width > 0);
  /** How the lock keys there differ from those here, in words. */
  readonly lightsDiffer = $derived(lightsDiffer(this.#here, this.#there));

  readonly #stream: DesktopStream;
  readonly #sound = new Sound();
  readonly #clipboard: SharedClipboard;
  #machine = '';
  #entry: NodeId | null = null;
  #lightsTold = false;
  #accepts = false;
  #mounted: HTMLElement | null = null;
  #parts: { rect: codec.Rect; pixels: Uint8ClampedArray<ArrayBuffer> }[] = [];
  #frames = 0;
  #measured = { frames: 0, bytes: 0 };
  #settling: ReturnType<typeof setTimeout> | undefined;
  readonly #measuring = setInterval(() => this.#measure(), MEASURED_MS);
  #context: CanvasRenderingContext2D | null = null;
  readonly #visible = () => this.#stream.show(this.#isSeen());
  /** Gives the keyboard back; the pane says where to. */
  onrelease: () => void = () => undefined;

  constructor(readonly id: SessionId) {
    this.canvas.className = 'desktop-canvas';
    this.canvas.dataset['testid'] = 'desktop';
    this.keyboard = new Keyboard({
      key: (sym, code, down) => this.#do(codec.key(sym, code, down)),
      release: () => this.onrelease(),
    });
    this.#clipboard = new SharedClipboard(
      id,
      () => this.#machine,
      (message) => this.#do(message),
    );
    this.#stream = new DesktopStream(
      () => call('session_attach', { id }),
      (message) => this.#hear(message),
      () => this.#greet(),
      false,
    );
    document.addEventListener('visibilitychange', this.#visible);
  }

  /** What the session says of it, whenever it changes. */
  know(
    machine: string,
    facts: SessionDesktop,
    open: boolean,
    density: number,
    entry: NodeId | null = null,
  ): void {
    this.#machine = machine;
    this.#entry = entry;
    const first = this.facts === null;
    const other = this.facts !== null && JSON.stringify(this.facts) !== JSON.stringify(facts);
    this.facts = facts;
    this.density = density;
    if (first || other) {
      this.viewOnly = facts.viewOnly;
      const kept = keptChoice(entry);
      this.quality = facts.qualityChosen ? facts.quality : (kept.quality ?? facts.quality);
      this.scaling = scalingOf(facts, kept.scaling);
    }
    if (open && !this.#accepts) {
      this.#accepts = true;
      this.#greet();
    } else if (!open && this.#accepts) {
      this.#accepts = false;
      this.keyboard.clear();
      this.latency = null;
      this.remotePointer = null;
      this.#there = null;
      this.#clipboard.forget();
    }
  }

  mount(container: HTMLElement): void {
    this.#mounted = container;
    container.append(this.canvas);
    this.#stream.show(this.#isSeen());
  }

  unmount(container: HTMLElement): void {
    if (this.#mounted !== container) return;
    this.#mounted = null;
    this.canvas.remove();
    this.#stream.show(false);
  }

  /** The room in the pane; called whenever it changes. */
  room(area: Extent): void {
    if (area.width === 0 || area.height === 0) return;
    this.area = area;
    if (this.scaling !== 'follow') return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#ask(), SETTLES_MS);
  }

  scale(scaling: Scaling): void {
    this.scaling = scaling;
    this.zoom = 1;
    keepChoice(this.#entry, { scaling });
    clearTimeout(this.#settling);
    if (scaling === 'follow') this.#ask();
    else this.#stream.leaveSize();
  }

  /** Makes the original size so many times larger; says what came of it. */
  magnify(factor: number): number {
    const before = this.zoom;
    this.zoom = Math.max(1, Math.min(MOST_ZOOM, before * factor));
    return this.zoom / before;
  }

  setQuality(quality: PictureQuality): void {
    this.quality = quality;
    keepChoice(this.#entry, { quality });
    this.#stream.send(codec.quality(LEVEL[quality]));
  }

  setViewOnly(only: boolean): void {
    if (only) this.keyboard.clear();
    this.viewOnly = only;
  }

  /** The keyboard came, or went somewhere else. */
  focus(has: boolean): void {
    if (!has) this.keyboard.clear();
    this.captured = has;
    this.#lightsTold = false;
    if (has) this.rang = false;
    if (!this.#accepts) return;
    this.#stream.send(codec.focus(has));
    if (has && !this.viewOnly && this.facts?.clipboard) void this.#clipboard.offer();
  }

  /** The lights of the keyboard here, which browsers tell with keys and clicks: passed on once, when the keyboard came. */
  lights(leds: codec.Leds): void {
    const { caps, num, scroll } = this.#here ?? {};
    if (caps !== leds.caps || num !== leds.num || scroll !== leds.scroll) this.#here = leds;
    if (this.#lightsTold || !this.captured) return;
    this.#lightsTold = true;
    this.#do(codec.leds(leds));
  }

  /** Shows one screen only; `null` shows all of them. */
  showMonitor(id: number | null): void {
    this.monitor = id;
  }

  pointer(x: number, y: number, buttons: number): void {
    this.remotePointer = null;
    this.#do(codec.pointer(x, y, buttons));
  }

  wheel(x: number, y: number, across: number, down: number): void {
    this.#do(codec.wheel(x, y, across, down));
  }

  press(keys: readonly Chord[]): void {
    pressTogether({ key: (sym, code, down) => this.#do(codec.key(sym, code, down)) }, keys);
  }

  /** Types text: as text where the machine takes that, by its keys elsewhere. */
  type(text: string): void {
    if (this.abilities.text) this.#do(codec.typed(text));
    else typeText({ key: (sym, code, down) => this.#do(codec.key(sym, code, down)) }, text);
  }

  /** Everything is drawn anew. */
  refresh(): void {
    this.#stream.send(codec.again());
  }

  /** What is shown, as a PNG. */
  async picture(): Promise<Blob | null> {
    if (!this.hasPicture) return null;
    return new Promise((done) => this.canvas.toBlob(done, 'image/png'));
  }

  /** For good. */
  dispose(): void {
    clearTimeout(this.#settling);
    clearInterval(this.#measuring);
    document.removeEventListener('visibilitychange', this.#visible);
    this.#stream.close();
    this.#sound.stop();
    this.canvas.remove();
  }

  /** Sends what a person did, if it may go. */
  #do(message: Uint8Array<ArrayBuffer>): void {
    if (this.#accepts && !this.viewOnly) this.#stream.send(message);
  }

  #isSeen(): boolean {
    return this.#mounted !== null && document.visibilityState !== 'hidden';
  }

  /** What another connection, of the page or to the machine, has to be told. */
  #greet(): void {
    if (!this.#accepts) return;
    if (this.facts && this.quality !== this.facts.quality)
      this.#stream.send(codec.quality(LEVEL[this.quality]));
    if (this.scaling === 'follow') {
      this.#ask();
      this.#stream.tellSize();
    }
    if (this.captured) this.focus(true);
  }

  #ask(): void {
    if (this.area.width === 0) return;
    const { width, height, scale } = wantedSize(this.area, this.density);
    this.#stream.resize(width, height, scale);
  }

  #hear(message: codec.FromCore): void {
    switch (message.kind) {
      case 'resized':
        this.#parts = [];
        this.canvas.width = message.width;
        this.canvas.height = message.height;
        this.size = { width: message.width, height: message.height };
        break;
      case 'frame':
        this.#parts.push(message);
        break;
      case 'frameEnd':
        this.#draw(message.id);
        break;
      case 'cursor':
        this.cursor = message.cursor;
        break;
      case 'clipboard':
        if (this.facts?.clipboard && this.#mounted) void this.#clipboard.take(message.text);
        break;
      case 'audio':
        this.#sound.play(message.rate, message.channels, message.samples);
        break;
      case 'bell':
        if (settings.app.terminal.bell === 'sound') ringBell();
        if (settings.app.terminal.bell === 'visual' && !this.captured) this.rang = true;
        break;
      case 'picture':
        if (this.facts?.clipboard && this.#mounted) void this.#clipboard.takePicture();
        break;
      case 'monitors':
        this.monitors = message.monitors;
        break;
      case 'title':
        this.title = message.text;
        break;
      case 'latency':
        this.latency = message.ms;
        break;
      case 'quality':
        this.qualityText = message.text;
        break;
      case 'abilities':
        this.abilities = message;
        break;
      case 'pointerMoved':
        // A page cannot move the pointer of this computer: it is drawn where that is elsewhere.
        this.remotePointer = { x: message.x, y: message.y };
        break;
      case 'leds':
        this.#there = message.leds;
        break;
      case 'thumbnail':
      case 'end':
        break;
    }
  }

  /** All of a frame at once, or halves of two would be seen. */
  #draw(id: number): void {
    const context = (this.#context ??= paper(this.canvas));
    for (const { rect, pixels } of this.#parts)
      context?.putImageData(new ImageData(pixels, rect.width, rect.height), rect.x, rect.y);
    this.#parts = [];
    this.#frames += 1;
    this.canvas.dataset['frame'] = String(id);
    // The next but one is sent when this one is on the screen, so there are never more than a screen shows.
    const seen = () => this.#stream.send(codec.seen(id));
    if (this.#isSeen()) requestAnimationFrame(seen);
    else seen();
  }

  #measure(): void {
    if (!this.#mounted) return;
    const bytes = this.#stream.received;
    const now = {
      frames: this.#frames - this.#measured.frames,
      rate: bytes - this.#measured.bytes,
    };
    this.#measured = { frames: this.#frames, bytes };
    const { frames, rate } = untrack(() => this.pace);
    if (frames !== now.frames || rate !== now.rate) this.pace = now;
  }
}

/** Where the machine's settings do not say that it follows the tab, or does not, what was chosen last counts. */
function scalingOf(facts: SessionDesktop, kept: Scaling | undefined): Scaling {
  const usual = facts.size.kind === 'tab' ? 'follow' : 'fit';
  if (!facts.sizeChosen) return kept ?? usual;
  return usual === 'follow' || kept === 'follow' ? usual : (kept ?? usual);
}

/** The part of the desktop that a screen is; all of it if there is no such screen any more. */
function partOf(size: Extent, monitors: readonly codec.Monitor[], id: number | null): codec.Rect {
  const area = monitors.find((monitor) => monitor.id === id)?.area;
  const whole = { x: 0, y: 0, ...size };
  if (!area) return whole;
  const width = Math.min(area.width, size.width - area.x);
  const height = Math.min(area.height, size.height - area.y);
  return width > 0 && height > 0 ? { x: area.x, y: area.y, width, height } : whole;
}
