import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VmSpec } from '../driver.ts';
import { assertDomainAllowed } from './domain-allow-list.ts';
import { readDomainDocument } from './domain-document.ts';
import { type DomainPlace, domainXml } from './domain-xml.ts';
import { buildXml, type XmlElement } from './xml-element.ts';
import { parseXml } from './xml-reader.ts';

const ID = '01912f4e-7a5b-7c3d-8e9f-0123456789ab';
const POOL_PATH = '/var/lib/libvirt/images/atoll';

const SPEC: VmSpec = {
  kind: 'vm',
  tag: {
    instanceId: ID,
    projectId: '01912f4e-0000-7000-8000-000000000001',
    operationId: '01912f4e-0000-7000-8000-000000000002',
    generation: 3,
  },
  name: 'web',
  hostname: 'web',
  vcpus: 2,
  memoryMiB: 2048,
  storagePool: 'atoll',
  domainType: 'qemu',
  machine: 'pc-i440fx-7.2',
  disks: [
    { volumeId: '01912f4e-0000-7000-8000-00000000000a', bootOrder: 1 },
    { volumeId: '01912f4e-0000-7000-8000-00000000000b', bootOrder: 2 },
  ],
  cdromSha256: 'ab'.repeat(32),
  network: 'default',
  mac: '52:54:00:01:02:03',
  seed: { metaData: '', userData: '', networkConfig: null },
};
const PLACE: DomainPlace = { name: 'web-456789ab', arch: 'x86_64', poolPath: POOL_PATH, domainType: 'qemu' };

describe('the document of a VM', () => {
  it.each([
    ['emulated', SPEC, PLACE],
    ['kvm-q35', { ...SPEC, machine: 'pc-q35-7.2' }, { ...PLACE, domainType: 'kvm' }],
    ['bare', { ...SPEC, disks: [], cdromSha256: null, network: null, seed: null }, { ...PLACE, poolPath: null }],
  ] as [string, VmSpec, DomainPlace][])('is as it was agreed on (%s)', async (name, spec, place) => {
    const pretty = domainXml(spec, place).replaceAll('><', '>\n<');
    await expect(`${pretty}\n`).toMatchFileSnapshot(`testdata/domain-${name}.xml`);
  });

  it('is read back with its tag, name and sizes', () => {
    const dom = { name: PLACE.name, uuid: ID, id: -1 };
    expect(readDomainDocument(domainXml(SPEC, PLACE), dom)).toEqual({
      tag: SPEC.tag,
      name: 'web',
      vcpus: 2,
      memoryMiB: 2048,
      nics: [{ mac: SPEC.mac, network: 'default' }],
      agentConnected: false,
    });
  });

  it('is not ours when it is a clone with the tag of its original', () => {
    const clone = { name: 'clone', uuid: '01912f4e-ffff-7000-8000-000000000000', id: -1 };
    expect(readDomainDocument(domainXml(SPEC, PLACE), clone)).toMatchObject({ tag: null, name: 'clone' });
  });
});

/** Every element with its attributes' names: what an injection would change. */
function shape(node: XmlElement): string[] {
  const children = node.children.flatMap((child) => (typeof child === 'string' ? [] : shape(child)));
  return [`${node.name} ${Object.keys(node.attributes).toSorted().join(' ')}`, ...children];
}

describe('hostile text', () => {
  const plain = shape(parseXml(domainXml(SPEC, PLACE))).toSorted();
  const attacks = fc.constantFrom(
    '</title><devices><hostdev mode="subsystem"/></devices><title>',
    "' type='kvm' x='",
    '"><qemu:commandline/>',
    ']]><!--',
    '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/shadow">]>&b;',
    '&amp;lt;name&gt;',
    '<?xml version="1.0"?>',
    '\u2028\u202e\u{1f600}',
  );
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), attacks);

  it('in a name changes nothing but the name, or is refused', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (parts) => {
        const name = parts.join('');
        let xml: string;
        try {
          xml = domainXml({ ...SPEC, name }, { ...PLACE, name });
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(shape(parseXml(xml)).toSorted()).toEqual(plain);
      }),
      { numRuns: 10_000 },
    );
  });

  it.each([
    ['machine', { machine: "pc' accel='kvm" }],
    ['network', { network: '../x' }],
    ['pool', { storagePool: '/etc' }],
    ['mac', { mac: '52:54:00:01:02:03<' }],
    ['memory', { memoryMiB: -1 }],
    ['vcpus', { vcpus: 1.5 }],
    ['disk', { disks: [{ volumeId: '../../etc/shadow', bootOrder: 1 }] }],
    ['cdrom', { cdromSha256: '../../etc/shadow' }],
    ['instance id', { tag: { ...SPEC.tag, instanceId: '../x' } }],
    ['project id', { tag: { ...SPEC.tag, projectId: '"/><x' } }],
  ] as [string, Partial<VmSpec>][])('as a %s is refused', (_name, change) => {
    expect(() => domainXml({ ...SPEC, ...change }, PLACE)).toThrow(TypeError);
  });

  it('with characters that XML cannot carry is refused', () => {
    for (const name of ['a\0b', 'a\nb', 'a\u001bb', '\ud800', '\uffff', '\u009b']) {
      expect(() => domainXml({ ...SPEC, name }, { ...PLACE, name })).toThrow(TypeError);
    }
  });
});

describe('the allow-list', () => {
  const root = () => parseXml(domainXml(SPEC, PLACE));
  const elements = (node: XmlElement): XmlElement[] => [
    node,
    ...node.children.flatMap((child) => (typeof child === 'string' ? [] : elements(child))),
  ];
  const count = elements(root()).length;
  const refusedAfter = (mutate: (all: XmlElement[]) => void) => {
    const document = root();
    mutate(elements(document));
    expect(() => assertDomainAllowed(buildXml(document), POOL_PATH)).toThrow(TypeError);
  };
  const make = (name: string, attributes: Record<string, string> = {}): XmlElement => ({
    name,
    attributes,
    children: [],
  });

  it('lets our own documents pass', () => {
    expect(() => assertDomainAllowed(buildXml(root()), POOL_PATH)).not.toThrow();
  });

  it('refuses a foreign attribute or element in any place', () => {
    for (let index = 0; index < count; index++) {
      refusedAfter((all) => Object.assign(all[index]!.attributes, { constructor: 'x' }));
      refusedAfter((all) => all[index]!.children.push(make('hostdev')));
      // A name may be any text.
      const isName = ['name', 'title'].includes(elements(root())[index]!.name);
      if (!isName) refusedAfter((all) => all[index]!.children.push('text'));
    }
  });

  it.each([
    ['qemu:commandline', (all: XmlElement[]) => all[0]!.children.push(make('qemu:commandline'))],
    ['a loader', (all: XmlElement[]) => find(all, 'os').children.push(make('loader'))],
    ['an emulator', (all: XmlElement[]) => find(all, 'devices').children.push(make('emulator'))],
    ['a shared folder', (all: XmlElement[]) => find(all, 'devices').children.push(make('filesystem'))],
    ['a disk that is a file', (all: XmlElement[]) => Object.assign(find(all, 'disk').attributes, { type: 'file' })],
    [
      'a source with a path',
      (all: XmlElement[]) => Object.assign(find(all, 'source').attributes, { file: '/etc/shadow' }),
    ],
    [
      'a foreign volume',
      (all: XmlElement[]) => Object.assign(find(all, 'source').attributes, { volume: 'theirs.qcow2' }),
    ],
    ['a disk without a format', (all: XmlElement[]) => Reflect.deleteProperty(find(all, 'driver').attributes, 'type')],
    ['a disk without a driver', (all: XmlElement[]) => find(all, 'disk').children.shift()],
    ['VNC on TCP', (all: XmlElement[]) => Object.assign(find(all, 'listen').attributes, { type: 'address' })],
    ['VNC on a port', (all: XmlElement[]) => Object.assign(find(all, 'graphics').attributes, { port: '5900' })],
    [
      'a log elsewhere',
      (all: XmlElement[]) => Object.assign(find(all, 'log').attributes, { file: `/etc/atoll-log-${ID}.log` }),
    ],
    [
      'a path up',
      (all: XmlElement[]) =>
        Object.assign(find(all, 'log').attributes, { file: `${POOL_PATH}/../atoll-log-${ID}.log` }),
    ],
    ['an entropy source that is a file', (all: XmlElement[]) => (find(all, 'backend').children = ['/etc/shadow'])],
    ['a bridge', (all: XmlElement[]) => Object.assign(find(all, 'interface').attributes, { type: 'bridge' })],
  ])('refuses %s', (_name, mutate) => {
    refusedAfter(mutate);
  });

  function find(all: XmlElement[], name: string): XmlElement {
    return all.find((each) => each.name === name)!;
  }
});
