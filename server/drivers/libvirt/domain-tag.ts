import type { Tag } from '../driver.ts';
import { element, type XmlElement } from './xml-element.ts';
import { elementsAt } from './xml-reader.ts';

/** Names our element in libvirt's <metadata>, and so marks a domain or network as ours. */
export const TAG_NAMESPACE = 'urn:atoll:1';

export function tagElement(tag: Tag): XmlElement {
  return element('atoll:instance', {
    'xmlns:atoll': TAG_NAMESPACE,
    id: tag.instanceId,
    project: tag.projectId,
    operation: tag.operationId,
    generation: tag.generation,
  });
}

/**
 * Our tag in a domain's document; null when there is none, or when it speaks of another domain: a clone that somebody
 * made with virt-clone carries the tag of its original and is not ours.
 */
export function readTag(domain: XmlElement, uuid: string): Tag | null {
  const found = elementsAt(domain, 'metadata')
    .flatMap((metadata) => metadata.children)
    .find((child): child is XmlElement => typeof child !== 'string' && isTag(child, 'instance'));
  if (!found) return null;
  const { id, project, operation, generation } = found.attributes;
  if (id !== uuid || !project || !operation || !/^\d{1,15}$/.test(generation ?? '')) return null;
  return { instanceId: id, projectId: project, operationId: operation, generation: Number(generation) };
}

/** Whether an element is one of ours, whatever prefix libvirt gave to our namespace. */
export function isTag(child: XmlElement, localName: string): boolean {
  const [prefix, local] = child.name.split(':');
  return local === localName && child.attributes[`xmlns:${prefix}`] === TAG_NAMESPACE;
}
