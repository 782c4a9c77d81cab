import { describe, expect, it } from 'vitest';
import type { PduOutlet } from '$lib/host';
import { found, loadText, measured, outletActions } from './words';

const load = { amperes: 1.24, volts: 230.6, watts: 1286, kilowattHours: null };
const outlet: PduOutlet = {
  id: '1.7',
  name: 'PSU 1',
  state: 'on',
  load,
  feeds: [['node', 'pve-02']],
};

describe('outlets', () => {
  it('say what is measured, and nothing of what is not', () => {
    expect(loadText(load)).toBe('1,286 W, 1.2 A, 231 V');
    expect(loadText({ amperes: 0, volts: null, watts: null, kilowattHours: null })).toBe('0.0 A');
    expect(measured([outlet], 'kilowattHours')).toBe(false);
    expect(measured([outlet], 'watts')).toBe(true);
  });

  it('can be told what changes something', () => {
    expect(outletActions({ state: 'on' })).toEqual(['off', 'cycle']);
    expect(outletActions({ state: 'off' })).toEqual(['on']);
    expect(outletActions({ state: 'unknown' })).toHaveLength(3);
  });

  it('are found by place, name and machine', () => {
    expect(found(outlet, '')).toBe(true);
    expect(found(outlet, 'PVE psu')).toBe(true);
    expect(found(outlet, '1.8')).toBe(false);
  });
});
