import { XMLParser } from 'fast-xml-parser';
import type { XmlElement } from './xml-element.ts';

/** libvirt's own cap on a string; capabilities of large hosts have a few hundred KiB. */
const DOCUMENT_MAX_CHARS = 4 * 1024 * 1024;
/** libvirt's documents are about ten deep. */
const DEPTH_MAX = 40;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

type Ordered = Record<string, unknown>;

/** Reads a document that a host sent. Throws TypeError when it is too large or deep, has a DTD, or is not XML. */
export function parseXml(text: string): XmlElement {
  if (text.length > DOCUMENT_MAX_CHARS) throw new TypeError('an XML document of the host is too large');
  // A DTD can define entities that grow without end or read files; libvirt writes none.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new TypeError('an XML document of the host has a DTD');
  const roots = (parser.parse(text) as Ordered[]).map((node) => fromOrdered(node, 0));
  const root = roots.find((node) => typeof node !== 'string');
  if (!root || typeof root === 'string') throw new TypeError('an XML document of the host has no element');
  return root;
}

function fromOrdered(node: Ordered, depth: number): XmlElement | string {
  if (depth > DEPTH_MAX) throw new TypeError('an XML document of the host is nested too deeply');
  if ('#text' in node) return String(node['#text']);
  const name = Object.keys(node).find((key) => key !== ':@');
  if (name === undefined) throw new TypeError('an XML document of the host has an element without a name');
  const attributes = Object.entries((node[':@'] ?? {}) as Record<string, unknown>);
  return {
    name,
    attributes: Object.fromEntries(attributes.map(([key, value]) => [key.slice(2), String(value)])),
    children: (node[name] as Ordered[]).map((child) => fromOrdered(child, depth + 1)),
  };
}

/** Every element at a path below `node`, for example `devices`, `disk`. */
export function elementsAt(node: XmlElement, ...path: string[]): XmlElement[] {
  let found = [node];
  for (const name of path) {
    found = found.flatMap((parent) =>
      parent.children.filter((child): child is XmlElement => typeof child !== 'string' && child.name === name),
    );
  }
  return found;
}

/** The text of the first element at a path; null where there is none. */
export function textAt(node: XmlElement, ...path: string[]): string | null {
  const found = elementsAt(node, ...path)[0];
  return found ? found.children.filter((child) => typeof child === 'string').join('') : null;
}

/** An attribute of the first element at a path; null where there is none. */
export function attributeAt(node: XmlElement, attribute: string, ...path: string[]): string | null {
  return elementsAt(node, ...path)[0]?.attributes[attribute] ?? null;
}

const BYTES_PER_UNIT: Record<string, number> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

/** A size with libvirt's `unit` attribute, in bytes; null where there is none. */
export function bytesAt(node: XmlElement, defaultUnit: 'bytes' | 'KiB', ...path: string[]): number | null {
  const found = elementsAt(node, ...path)[0];
  if (!found) return null;
  const factor = BYTES_PER_UNIT[found.attributes.unit ?? defaultUnit];
  const value = Number(found.children.join(''));
  return factor === undefined || !Number.isFinite(value) ? null : value * factor;
}
