import { expect, it } from 'vitest';
import { attributeAt, bytesAt, elementsAt, parseXml, textAt } from './xml-reader.ts';

it('reads elements, texts, attributes and sizes', () => {
  const root = parseXml(
    "<?xml version='1.0'?><domain type='kvm'><!-- note --><name>a &lt; b &amp; c</name><memory unit='KiB'>2048</memory><x/><x y='1'/></domain>",
  );
  expect(root.attributes).toEqual({ type: 'kvm' });
  expect(textAt(root, 'name')).toBe('a < b & c');
  expect(bytesAt(root, 'KiB', 'memory')).toBe(2048 * 1024);
  expect(elementsAt(root, 'x')).toHaveLength(2);
  expect(attributeAt(root, 'y', 'x')).toBeNull();
  expect(textAt(root, 'nothing', 'below')).toBeNull();
});

it('takes a size without unit, with a strange one, and no size at all', () => {
  expect(bytesAt(parseXml('<a><b>3</b></a>'), 'bytes', 'b')).toBe(3);
  expect(bytesAt(parseXml("<a><b unit='GiB'>2</b></a>"), 'bytes', 'b')).toBe(2 * 1024 ** 3);
  expect(bytesAt(parseXml("<a><b unit='parsec'>2</b></a>"), 'bytes', 'b')).toBeNull();
  expect(bytesAt(parseXml('<a><b>many</b></a>'), 'bytes', 'b')).toBeNull();
});

it.each([
  ['an entity bomb', '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'],
  ['a file of ours', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ['endless depth', '<a>'.repeat(500) + '</a>'.repeat(500)],
  ['a huge document', `<a>${'x'.repeat(5 * 1024 * 1024)}</a>`],
  ['nothing', ''],
])('refuses %s', (_name, text) => {
  expect(() => parseXml(text)).toThrow();
});
