/** The sound of desktops. What comes too late is left out: it belongs to a picture that is gone. */

/** Behind this, sound is caught up with. */
const MOST_AHEAD_S = 0.4;
/** A little ahead, so that a piece that comes late leaves no gap. */
const AHEAD_S = 0.06;

export class Sound {
  #context: AudioContext | undefined;
  #next = 0;

  play(rate: number, channels: number, samples: DataView): void {
    const frames = Math.floor(samples.byteLength / 2 / channels);
    if (frames === 0 || rate < 3_000 || rate > 192_000 || typeof AudioContext === 'undefined')
      return;
    const context = (this.#context ??= new AudioContext());
    if (this.#next > context.currentTime + MOST_AHEAD_S) return;
    const buffer = context.createBuffer(channels, frames, rate);
    for (let channel = 0; channel < channels; channel += 1) {
      const out = buffer.getChannelData(channel);
      for (let at = 0; at < frames; at += 1)
        out[at] = samples.getInt16((at * channels + channel) * 2, true) / 0x8000;
    }
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    const start = Math.max(this.#next, context.currentTime + AHEAD_S);
    source.start(start);
    this.#next = start + frames / rate;
  }

  stop(): void {
    void this.#context?.close();
    this.#context = undefined;
    this.#next = 0;
  }
}
