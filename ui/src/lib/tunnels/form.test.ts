import { describe, expect, it } from 'vitest';
import {
  emptyTunnel,
  endText,
  explained,
  formOfTunnel,
  parseEnd,
  tunnelErrors,
  tunnelOf,
  tunnelsError,
} from './form';

const local = (listen: string, to: string) => ({ ...emptyTunnel(), listen, to });

describe('ends of tunnels', () => {
  it('are read and written as people write them', () => {
    for (const text of ['8080', '*:8080', '127.0.0.1:1', '[::1]:8080', 'db:5432', '/run/x.sock']) {
      const end = parseEnd(text);
      expect(end && endText(end)).toBe(text);
    }
    for (const bad of ['', 'db', 'db:', ':80', '::1:80', 'a b:1', '99999', '1:2:3', '-1']) {
      expect(parseEnd(bad), bad).toBeNull();
    }
  });

  it('say what is missing, where it is missing', () => {
    expect(tunnelErrors(local('8080', 'db:5432'))).toEqual({});
    expect(tunnelErrors(local('', 'db:5432')).listen).toContain('port');
    expect(tunnelErrors(local('0', '5432')).to).toContain('db:5432');
    expect(tunnelErrors(local('0', 'db:0')).to).toBeDefined();
    expect(tunnelErrors({ ...local('1080', ''), kind: 'dynamic' })).toEqual({});
  });

  it('do not listen twice at the same place', () => {
    const one = local('8080', 'db:5432');
    expect(tunnelsError([one, local('8081', 'db:5432')])).toBeUndefined();
    expect(tunnelsError([one, { ...local('8080', 'db:1'), kind: 'remote' }])).toBeUndefined();
    expect(tunnelsError([local('0', 'db:1'), local('0', 'db:1')])).toBeUndefined();
    expect(tunnelsError([one, local('8080', 'db:1')])).toBe('Two tunnels listen at 8080.');
    expect(tunnelsError([one, local('', 'db:1')])).toContain('Tunnel 2');
  });

  it('survive being edited', () => {
    const form = { ...local('*:8080', '/run/x'), name: 'x', withSession: true };
    expect(formOfTunnel(tunnelOf(form))).toEqual(form);
    expect(tunnelOf({ ...form, kind: 'dynamic' }).to).toBeNull();
  });

  it('explain themselves, and who can connect', () => {
    expect(explained(local('8080', 'db:5432'), 'web-01')).toBe(
      'port 8080 of this computer leads to db:5432 as seen from web-01.',
    );
    expect(explained(local('*:8080', 'db:5432'), '')).toContain('Other computers');
  });
});
