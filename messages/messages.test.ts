import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTranslator } from 'next-intl';
import { describe, expect, it } from 'vitest';
import en from './en.json' with { type: 'json' };
import { icuArguments } from './icu-arguments.ts';
import { type UsedKey, usedKeys } from './used-keys.ts';
import zhCN from './zh-CN.json' with { type: 'json' };

const root = join(import.meta.dirname, '..');

function flatten(node: object, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

const english = flatten(en);
const chinese = flatten(zhCN);

const uses: (UsedKey & { file: string })[] = ['app', 'components'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const path = join(folder, file);
      return usedKeys(readFileSync(join(root, path), 'utf8')).map((use) => ({ ...use, file: path }));
    }),
);

const argumentsOf = (text: string): string[] => {
  const { values, tags } = icuArguments(text);
  return [...values, ...tags].sort();
};

describe('messages', () => {
  it('says the same things in every language', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('wants the same arguments in every language', () => {
    const differing = [...english].filter(
      ([key, text]) => argumentsOf(text).join() !== argumentsOf(chinese.get(key) ?? '').join(),
    );
    expect(differing).toEqual([]);
  });

  it('is ICU that the formatter of the console can read', () => {
    const errors: string[] = [];
    for (const [locale, messages] of [
      ['en', en],
      ['zh-CN', zhCN],
    ] as const) {
      const t = createTranslator({ locale, messages, onError: (error) => errors.push(error.message) });
      for (const [key, text] of english) {
        const { values, tags } = icuArguments(text);
        const filled = [...values].map((name) => [name, 1] as const);
        const drawn = [...tags].map((name) => [name, (chunks: unknown) => chunks] as const);
        void t.rich(key as Parameters<typeof t>[0], Object.fromEntries([...filled, ...drawn]));
      }
    }
    expect(errors).toEqual([]);
  });

  it('has every text that the code writes out', () => {
    const missing = uses.filter(
      ({ literal, pattern }) => literal && ![...english.keys()].some((key) => pattern.test(key)),
    );
    expect(missing.map(({ file, source }) => `${file}: ${source}`)).toEqual([]);
  });

  it('has a text for every key that the code makes up', () => {
    const missing = uses.filter(
      ({ literal, pattern }) => !literal && ![...english.keys()].some((key) => pattern.test(key)),
    );
    expect(missing.map(({ file, source }) => `${file}: ${source}`)).toEqual([]);
  });

  it('has no text that nobody uses', () => {
    const unused = [...english.keys()].filter((key) => !uses.some(({ pattern }) => pattern.test(key)));
    expect(unused).toEqual([]);
  });

  it('gets the arguments that it wants', () => {
    const wrong: string[] = [];
    for (const { file, source, pattern, literal, values } of uses) {
      if (!values) continue;
      for (const [key, text] of english) {
        if (!pattern.test(key)) continue;
        const wanted = argumentsOf(text);
        const lacking = wanted.filter((name) => !values.has(name));
        const surplus = literal ? [...values].filter((name) => !wanted.includes(name)) : [];
        if (lacking.length + surplus.length > 0) wrong.push(`${file}: ${source} wants ${wanted}, gets ${[...values]}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('the reader of ICU', () => {
  it('finds arguments, also inside plurals, and tags', () => {
    const { values, tags } = icuArguments("{n, plural, one {# for {who}} other {<b>{n}</b> it''s '{not}'}}");
    expect([...values].sort()).toEqual(['n', 'who']);
    expect([...tags]).toEqual(['b']);
  });

  it.each(['{a', 'a}', '{n, plural, one {x}}'])('refuses %s', (text) => {
    expect(() => icuArguments(text)).toThrow();
  });
});

describe('the reader of code', () => {
  it('follows bindings from one to the next', () => {
    const source =
      "const t = useTranslations('a');\nt('x');\nconst t = useTranslations('b');\nt.rich('y', { n: 1, b });";
    expect(usedKeys(source).map(({ source: key, values }) => [key, [...(values ?? [])]])).toEqual([
      ['a.x', []],
      ['b.y', ['n', 'b']],
    ]);
  });
});
