import { describe, expect, it } from 'vitest';
import type { SwitchPort } from '$lib/host';
import { secondsLeft } from './changes.svelte';
import { portsOf } from './rows';
import { trafficOf } from './switches.svelte';
import { formOf, parseVlans, portErrors, wishesOf } from './wishes';
import { bitsText, errorsText, portDot, rangesText, ratesText, vlansText } from './words';

const NO_RATES = { bitsIn: null, bitsOut: null, errorsIn: null, errorsOut: null };
const port = (more: Partial<SwitchPort> = {}): SwitchPort => ({
  index: 7,
  name: 'ge-0/0/7',
  alias: 'web-01',
  kind: 'Ethernet',
  physical: true,
  speed: 1_000_000_000,
  up: true,
  state: 'up',
  mac: null,
  switched: true,
  native: 20,
  tagged: [],
  poe: null,
  neighbour: null,
  stations: 1,
  rates: NO_RATES,
  machines: [],
  ...more,
});

describe('the words for ports', () => {
  it('are short', () => {
    expect(bitsText(0)).toBe('0 bit/s');
    expect(bitsText(12_400_000)).toBe('12.4 Mbit/s');
    expect(bitsText(999_700)).toBe('1.0 Mbit/s');
    expect(bitsText(1_000_000_000)).toBe('1 Gbit/s');
    expect(rangesText([5, 3, 4, 1, 4])).toBe('1, 3-5');
    expect(vlansText(port())).toBe('20');
    expect(vlansText(port({ native: 1, tagged: [20, 21, 22] }))).toBe('1 + 20-22 tagged');
    expect(vlansText(port({ native: null, tagged: [9] }))).toBe('9 tagged');
    expect(vlansText(port({ switched: false }))).toBe('');
    expect(ratesText({ ...NO_RATES, bitsIn: 0, bitsOut: 1000 })).toBe('in 0 bit/s, out 1 kbit/s');
    expect(ratesText(NO_RATES)).toBe('');
  });

  it('raise no alarm for an empty socket', () => {
    expect(portDot(port({ state: 'down' }))).toBe('down');
    expect(portDot(port({ state: 'down', alias: '' }))).toBe('unknown');
    expect(portDot(port({ state: 'disabled' }))).toBe('unknown');
  });

  it('tell what is not known from none', () => {
    expect(errorsText(NO_RATES)).toBe('');
    expect(errorsText({ ...NO_RATES, errorsIn: 0 })).toBe('0');
    expect(errorsText({ ...NO_RATES, errorsIn: 0.01, errorsOut: 0 })).toBe('0.1 /s');
    expect(errorsText({ ...NO_RATES, errorsOut: 30.4 })).toBe('30 /s');
  });
});

describe('the ports that are shown', () => {
  const ports = [
    port(),
    port({ index: 8, name: 'ge-0/0/8', state: 'disabled', up: false, alias: '' }),
    port({ index: 500, name: 'vlan.20', physical: false }),
    port({ index: 9, name: 'ge-0/0/9', rates: { ...NO_RATES, errorsIn: 2 } }),
  ];
  const shown = (text: string, show: Parameters<typeof portsOf>[1]['show']) =>
    portsOf(ports, { text, show }).map(({ index }) => index);

  it('are those looked for', () => {
    expect(shown('', 'sockets')).toEqual([7, 8, 9]);
    expect(shown('', 'all')).toHaveLength(4);
    expect(shown('', 'disabled')).toEqual([8]);
    expect(shown('', 'errors')).toEqual([9]);
    expect(shown('WEB 0/7', 'all')).toEqual([7]);
  });
});

describe('what is wanted of a port', () => {
  it('is nothing until something differs', () => {
    expect(wishesOf(formOf(port()), port())).toEqual([]);
    const trunk = port({ native: 1, tagged: [22, 20] });
    expect(wishesOf(formOf(trunk), trunk)).toEqual([]);
  });

  it('is only what differs, with the port going down last', () => {
    const form = { ...formOf(port()), up: false, alias: 'spare', vlan: '30' };
    expect(wishesOf(form, port())).toEqual([
      { kind: 'alias', port: 7, alias: 'spare' },
      { kind: 'access', port: 7, vlan: 30 },
      { kind: 'up', port: 7, up: false },
    ]);
  });

  it('makes a trunk of an access port, and the other way round', () => {
    const form = { ...formOf(port()), mode: 'trunk' as const, native: '', tagged: '20-21' };
    expect(wishesOf(form, port())).toEqual([
      { kind: 'trunk', port: 7, native: null, tagged: [20, 21] },
    ]);
    const trunk = port({ native: 20, tagged: [30] });
    expect(wishesOf({ ...formOf(trunk), mode: 'access' }, trunk)).toEqual([
      { kind: 'access', port: 7, vlan: 20 },
    ]);
  });

  it('reads lists of VLANs', () => {
    expect(parseVlans('20-22, 5 5')).toEqual([5, 20, 21, 22]);
    expect(parseVlans('')).toEqual([]);
    for (const bad of ['0', '4095', '9-3', 'x', '1-', '1-99999'])
      expect(parseVlans(bad)).toBeNull();
  });

  it('says what is wrong', () => {
    const vlans = [{ id: 1 }, { id: 20 }];
    const trunk = { ...formOf(port()), mode: 'trunk' as const };
    expect(portErrors({ ...trunk, tagged: 'x' }, vlans).tagged).toMatch(/1 to 4094/);
    expect(portErrors({ ...trunk, tagged: '' }, vlans).tagged).toMatch(/at least/);
    expect(portErrors({ ...trunk, tagged: '30-31' }, vlans).tagged).toBe(
      'There is no VLAN 30-31 here.',
    );
    expect(portErrors({ ...trunk, native: '20', tagged: '20' }, vlans).tagged).toMatch(/without/);
    expect(portErrors({ ...trunk, native: '1', tagged: '20' }, vlans)).toEqual({});
    expect(portErrors({ ...formOf(port()), vlan: '' }, vlans)).toHaveProperty('vlan');
  });
});

describe('the time until a change is taken back', () => {
  it('is counted in whole seconds and never below 0', () => {
    expect(secondsLeft(60_000, 0)).toBe(60);
    expect(secondsLeft(60_000, 59_100)).toBe(1);
    expect(secondsLeft(60_000, 61_000)).toBe(0);
  });
});

describe('the traffic of a port', () => {
  it('is a series each, with gaps where nothing is known', () => {
    const rates = { bitsIn: 8, bitsOut: null, errorsIn: 1, errorsOut: null };
    expect(
      trafficOf({
        points: [
          [1, NO_RATES],
          [2, rates],
        ],
      }),
    ).toEqual({
      times: [1, 2],
      bitsIn: [null, 8],
      bitsOut: [null, null],
      errors: [null, 1],
    });
  });
});
