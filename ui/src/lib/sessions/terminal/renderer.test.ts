import { describe, expect, it, vi } from 'vitest';
import { choose } from './renderer';

describe('the choice of the renderer', () => {
  it.each([
    ['NVIDIA GeForce RTX 3060/PCIe/SSE2', 40, 'webgl'],
    ['Mesa Intel(R) UHD Graphics 620', 2, 'webgl'],
    ['llvmpipe (LLVM 15.0.6, 256 bits)', 1, 'dom'],
    ['ANGLE (Google, Vulkan (SwiftShader Device))', 1, 'dom'],
    ['Microsoft Basic Render Driver', 1, 'dom'],
    ['Apple GPU', 3, 'webgl'],
    ['', 3, 'webgl'],
    ['', 300, 'dom'],
  ])('with “%s” filling in %d ms is %s', (name, fillMs, renderer) => {
    expect(choose(null, () => ({ name, fillMs })).renderer).toBe(renderer);
  });

  it('is elements without WebGL 2', () => {
    expect(choose(null, () => null)).toEqual({ renderer: 'dom', why: 'no WebGL 2' });
  });

  it('is what the person says, without looking', () => {
    const look = vi.fn();
    expect(choose('webgl', look).renderer).toBe('webgl');
    expect(look).not.toHaveBeenCalled();
  });
});
