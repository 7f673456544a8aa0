import { expect, it } from 'vitest';
import { gridTracks } from './table-features.ts';

it('gives a width of the window tracks for the columns that are shown there, and for no others', () => {
  const columns = [
    { width: '2fr', from: undefined },
    { width: '72px', from: 'md' },
    { width: '1fr', from: 'xl' },
    { width: '28px', from: undefined },
  ] as const;
  expect(gridTracks(columns, '16px')).toEqual({
    '--cols-sm': '16px 2fr 28px',
    '--cols-md': '16px 2fr 72px 28px',
    '--cols-lg': '16px 2fr 72px 28px',
    '--cols-xl': '16px 2fr 72px 1fr 28px',
  });
  expect(gridTracks(columns)).toMatchObject({ '--cols-sm': '2fr 28px' });
});
