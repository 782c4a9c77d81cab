/** The bell as a sound: short, quiet, and not more often than four times a second. */

const APART_MS = 250;

let context: AudioContext | undefined;
let last = -Infinity;

export function ringBell(now = performance.now()): void {
  if (now - last < APART_MS || typeof AudioContext === 'undefined') return;
  last = now;
  context ??= new AudioContext();
  const start = context.currentTime;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0.08, start);
  gain.gain.exponentialRampToValueAtTime(0.001, start + 0.12);
  gain.connect(context.destination);
  const tone = context.createOscillator();
  tone.frequency.value = 880;
  tone.connect(gain);
  tone.start(start);
  tone.stop(start + 0.12);
}
