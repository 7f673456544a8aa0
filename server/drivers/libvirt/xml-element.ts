import { XMLBuilder } from 'fast-xml-parser';

/** One element of the XML that we send to libvirt. Every document is built of these; there are no string templates. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

type Attributes = Record<string, string | number | null>;
type Child = XmlElement | string | number | null;

const builder = new XMLBuilder({ preserveOrder: true, ignoreAttributes: false, suppressEmptyNode: true });

/** An element; attributes and children that are null are left out. */
export function element(name: string, attributes: Attributes = {}, ...children: Child[]): XmlElement {
  const present = Object.entries(attributes).filter((entry): entry is [string, string | number] => entry[1] !== null);
  return {
    name,
    attributes: Object.fromEntries(present.map(([key, value]) => [key, String(value)])),
    children: children
      .filter((child) => child !== null)
      .map((child) => (typeof child === 'number' ? `${child}` : child)),
  };
}

/** The document as text, everything escaped. Throws TypeError for characters that XML 1.0 cannot carry. */
export function buildXml(root: XmlElement): string {
  return builder.build([toOrdered(root)]);
}

function toOrdered(node: XmlElement): Record<string, unknown> {
  const children = node.children.map((child) =>
    typeof child === 'string' ? { '#text': checkedText(child) } : toOrdered(child),
  );
  const attributes = Object.entries(node.attributes).map(([key, value]) => [`@_${key}`, checkedText(value)]);
  return { [node.name]: children, ':@': Object.fromEntries(attributes) };
}

/**
 * XML 1.0 §2.2 forbids most control characters, lone surrogates, U+FFFE and U+FFFF. Tab and line break are legal, but a
 * parser may turn them into spaces, and nothing that we write has any.
 */
function checkedText(text: string): string {
  if (/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/u.test(text)) throw new TypeError('a text has characters that XML cannot carry');
  return text;
}
