/**
 * Which renderer draws terminals: WebGL where a graphics card does the work, plain elements
 * elsewhere. WebGL that runs on the processor is slower than elements, so it is told apart: by the
 * name of the renderer, and where the webview hides that, by a short measurement.
 *
 * `localStorage['patchbay.terminal-renderer']` set to `webgl` or `dom` overrides the choice, so that
 * both can be measured; the choice is on the terminal's element as `data-renderer`.
 */

export type Renderer = 'webgl' | 'dom';

/** The choice, and why it was made. */
export interface RendererChoice {
  renderer: Renderer;
  why: string;
}

const OVERRIDE = 'patchbay.terminal-renderer';
const SOFTWARE = /llvmpipe|softpipe|swiftshader|software|basic render|lavapipe/i;
const HIDDEN = /^(apple gpu|webkit webgl|mozilla|)$/i;
/** A card fills this many screens far quicker than this; a processor does not. */
const FILLS = 24;
const FILLS_LIMIT_MS = 12;

let choice: RendererChoice | undefined;

/** The choice for this window; made once. */
export function rendererChoice(): RendererChoice {
  choice ??= choose(override(), () => probe());
  return choice;
}

/** WebGL failed in use: elements from now on. */
export function avoidWebgl(why: string): void {
  choice = { renderer: 'dom', why };
}

/** What a probe of WebGL found. */
export interface Probe {
  name: string;
  fillMs: number;
}

/** The rule, apart from the webview. */
export function choose(wish: Renderer | null, look: () => Probe | null): RendererChoice {
  if (wish) return { renderer: wish, why: 'chosen by hand' };
  const found = look();
  if (!found) return { renderer: 'dom', why: 'no WebGL 2' };
  if (SOFTWARE.test(found.name))
    return { renderer: 'dom', why: `WebGL runs on the processor (${found.name})` };
  if (HIDDEN.test(found.name) && found.fillMs > FILLS_LIMIT_MS) {
    return { renderer: 'dom', why: `WebGL is slow (${Math.round(found.fillMs)} ms)` };
  }
  return { renderer: 'webgl', why: found.name || 'WebGL is fast' };
}

function override(): Renderer | null {
  try {
    const wish = localStorage.getItem(OVERRIDE);
    return wish === 'webgl' || wish === 'dom' ? wish : null;
  } catch {
    return null;
  }
}

function probe(): Probe | null {
  const canvas = document.createElement('canvas');
  canvas.width = 1024;
  canvas.height = 768;
  const gl = canvas.getContext('webgl2', { antialias: false, depth: false });
  if (!gl) return null;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '';
  const pixel = new Uint8Array(4);
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  const started = performance.now();
  for (let fill = 0; fill < FILLS; fill += 1) {
    gl.clearColor(fill / FILLS, 0.5, 0.5, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    // Reading back makes it finish.
    gl.readPixels(fill, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
  }
  const fillMs = performance.now() - started;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return { name: typeof name === 'string' ? name : '', fillMs };
}
