import { describe, expect, it } from 'vitest';
import type { BmcSensor } from '../host/bindings';
import {
  agoText,
  chartOf,
  firstFew,
  isTile,
  logText,
  ofLevel,
  rangeText,
  shownText,
  spanText,
  valueText,
  wrongCounts,
} from './format';

const sensor = (more: Partial<BmcSensor> = {}): BmcSensor => ({
  name: 'CPU 1',
  kind: 'temperature',
  value: 58,
  unit: '°C',
  states: [],
  severity: 'good',
  lower: [null, null, null],
  upper: [null, null, null],
  history: [],
  ...more,
});
const points = (...values: (number | null)[]) =>
  values.map((value, at) => ({ at: at * 60_000, value }));

describe('sensors', () => {
  it('show as many digits as tell something', () => {
    expect(valueText({ value: 8640, unit: 'rpm' })).toBe('8,640');
    expect(valueText({ value: 24.53, unit: '°C' })).toBe('24.5');
    expect(valueText({ value: 3.024, unit: 'V' })).toBe('3.02');
    expect(valueText({ value: 230.7, unit: 'V' })).toBe('231');
    expect(shownText(sensor({ value: null, states: ['no input'] }))).toBe('no input');
    expect(shownText(sensor({ value: null }))).toBe('no reading');
  });

  it('are tiles where they measure, or where something is wrong', () => {
    expect(isTile(sensor())).toBe(true);
    expect(isTile(sensor({ kind: 'state', value: null, states: ['closed'] }))).toBe(false);
    expect(isTile(sensor({ kind: 'state', value: null, severity: 'critical' }))).toBe(true);
  });

  it('are cut to a few without losing what is wrong, in their order', () => {
    const all = ['a', 'b', 'c', 'd'].map((name) =>
      sensor({ name, severity: name === 'd' ? 'critical' : 'good' }),
    );
    expect(firstFew(all, 2).map(({ name }) => name)).toEqual(['a', 'd']);
    expect(firstFew(all, 9)).toHaveLength(4);
    expect(wrongCounts(all)).toEqual([{ severity: 'critical', text: '1 critical' }]);
  });

  it('are drawn in their box, with gaps and the nearest threshold', () => {
    const chart = chartOf(
      sensor({ history: points(60, 65, null, 69), upper: [70, 80, 90] }),
      120,
      36,
    );
    expect(chart.line.match(/M/g)).toHaveLength(2);
    expect(chart.end?.x).toBe(120);
    const numbers = [...chart.line.matchAll(/[ML]([\d.]+) ([\d.]+)/g)];
    for (const [, x, y] of numbers) {
      expect(Number(x)).toBeLessThanOrEqual(120);
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y)).toBeLessThanOrEqual(36);
    }
    expect(chart.threshold).toBeLessThan(chart.end?.y ?? 0);
    // One that is far away would make a line of what is measured.
    expect(chartOf(sensor({ history: points(20, 20), upper: [90, 95, 99] }), 9, 9).threshold).toBe(
      null,
    );
    expect(chartOf(sensor(), 120, 36).end).toBeNull();
    // What stopped answering ends before the edge.
    expect(chartOf(sensor({ history: points(5, 5, null) }), 120, 36).end?.x).toBe(60);
  });

  it('say in words what the chart shows', () => {
    expect(rangeText(sensor({ history: points(24, null, 26) }))).toBe('24 to 26 °C');
    expect(rangeText(sensor({ history: points(24) }))).toBe('24 °C');
    expect(rangeText(sensor())).toBe('nothing was read yet');
    expect(spanText([sensor({ history: points(1) })], 12 * 60_000)).toBe('last 12 min');
    expect(spanText([sensor({ history: points(1) })], 360 * 60_000)).toBe('last 6 hours');
    expect(agoText(1000, 5000)).toBe('4 s ago');
    expect(agoText(0, 180_000)).toBe('3 min ago');
  });
});

describe('the event log', () => {
  const entry = { id: '1', at: 0, source: 'PSU 2', message: 'Input lost', raw: null };
  const entries = (['good', 'warning', 'critical'] as const).map((severity) => ({
    ...entry,
    severity,
  }));

  it('is filtered by level, and copied as a table', () => {
    expect(ofLevel(entries, 'all')).toHaveLength(3);
    expect(ofLevel(entries, 'warning').map(({ severity }) => severity)).toEqual([
      'warning',
      'critical',
    ]);
    expect(ofLevel(entries, 'critical')).toHaveLength(1);
    expect(logText(ofLevel(entries, 'critical'))).toBe(
      '1970-01-01T00:00:00.000Z\tcritical\tPSU 2\tInput lost\n',
    );
    expect(logText([{ ...entry, at: null, severity: 'good' }])).toMatch(/^\tgood/);
  });
});
