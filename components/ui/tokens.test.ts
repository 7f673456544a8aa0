import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

type Rgb = [number, number, number];

/** OKLCH → linear sRGB (CSS Color 4 §9.3, matrices of Björn Ottosson), clipped to the gamut as screens do. */
function toLinear(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number): number => Math.min(1, Math.max(0, value));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** WCAG 2.2 relative luminance. */
const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const css = readFileSync(join(import.meta.dirname, 'tokens.css'), 'utf8');
const token = /--([\w-]+): light-dark\(oklch\(([\d.]+) ([\d.]+) ([\d.]+)\), oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)\)/g;
const themes = { light: new Map<string, Rgb>(), dark: new Map<string, Rgb>() };
for (const [, name = '', ...numbers] of css.matchAll(token)) {
  const [l1 = 0, c1 = 0, h1 = 0, l2 = 0, c2 = 0, h2 = 0] = numbers.map(Number);
  themes.light.set(name, toLinear(l1, c1, h1));
  themes.dark.set(name, toLinear(l2, c2, h2));
}

const surfaces = ['surface-0', 'surface-1', 'surface-2', 'hover'];
const washes = ['lagoon-wash', 'bad-wash', 'warn-wash'];

/** Every pair that components use: text needs 4.5 : 1, marks and edges of controls 3 : 1 (WCAG 2.2 1.4.3, 1.4.11). */
const pairs: [front: string, back: string, least: number][] = [
  ...['text-1', 'text-2'].flatMap((text) =>
    [...surfaces, ...washes].map((back) => [text, back, 4.5] as [string, string, number]),
  ),
  ...['text-3', 'lagoon', 'bad'].flatMap((text) =>
    surfaces.map((back) => [text, back, 4.5] as [string, string, number]),
  ),
  ['text-3', 'lagoon-wash', 4.5],
  ['on-lagoon', 'lagoon', 4.5],
  ['on-bad', 'bad', 4.5],
  ...['ok', 'warn', 'bad', 'lagoon', 'line-strong'].flatMap((mark) =>
    [...surfaces, 'lagoon-wash'].map((back) => [mark, back, 3] as [string, string, number]),
  ),
  ['bad', 'bad-wash', 3],
  ['warn', 'warn-wash', 3],
];

describe.each(['light', 'dark'] as const)('the %s tokens', (theme) => {
  it.each(pairs)('%s on %s has at least %f : 1', (front, back, least) => {
    const [one, other] = [themes[theme].get(front), themes[theme].get(back)];
    if (!one || !other) throw new Error(`tokens.css lacks ${front} or ${back}`);
    expect(contrast(one, other)).toBeGreaterThanOrEqual(least);
  });
});

it('measures black on white as 21 : 1', () => {
  expect(contrast(toLinear(0, 0, 0), toLinear(1, 0, 0))).toBeCloseTo(21, 5);
});
