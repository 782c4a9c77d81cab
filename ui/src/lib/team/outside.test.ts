import { afterEach, expect, it } from 'vitest';
import { cameBack } from './outside';

afterEach(() => sessionStorage.clear());

it('brings back what the page kept, once', () => {
  sessionStorage.setItem('patchbay.provider', 'sealed');
  const search = '?code=c%2F1&state=link.abc&iss=https%3A%2F%2Fid.example';
  expect(cameBack(search)).toEqual({
    what: 'link',
    body: { ticket: 'sealed', code: 'c/1', state: 'link.abc', iss: 'https://id.example' },
    refused: null,
  });
  expect(cameBack(search).body).toBeNull();
});

it('has nothing to tell of what another site sends here, or of a no', () => {
  expect(cameBack('?code=c&state=in.x')).toEqual({ what: 'in', body: null, refused: null });
  sessionStorage.setItem('patchbay.provider', 'sealed');
  const refused = cameBack('?error=access_denied&state=in.x');
  expect(refused).toEqual({ what: 'in', body: null, refused: 'access_denied' });
});
