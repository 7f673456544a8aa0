import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabHost } from '#server/testing/lab/lab-host.ts';
import { startHost } from '#server/testing/lab/start-host.ts';
import { openChannel } from './open-channel.ts';
import type { LibvirtEvent, ProcedureName } from './procedure.ts';
import { PROCEDURES, STRUCTS } from './protocol.gen.ts';
import type { RpcChannel } from './rpc-channel.ts';
import { subscribe } from './subscribe.ts';

describe('a real libvirtd with its test driver', () => {
  let host: LabHost;
  let channel: RpcChannel;
  const open = (options: { uri?: string; readOnly?: boolean } = {}) => {
    const path = options.readOnly ? `${host.info.libvirtSocketPath}-ro` : host.info.libvirtSocketPath;
    return openChannel({ openSocket: async () => net.connect(path), uri: 'test:///default', ...options });
  };

  beforeAll(async () => {
    host = await startHost({ name: 'rpc-test', engines: ['libvirt'] });
    channel = await open();
  });
  afterAll(async () => {
    await channel?.close();
    await host?.stop();
  });

  it('answers queries with typed results', async () => {
    expect(await channel.call('connectGetURI', {})).toEqual({ uri: 'test:///default' });
    expect(await channel.call('nodeGetInfo', {})).toMatchObject({ model: 'i686', memory: 3145728n, cpus: 16 });
    const { domains } = await channel.call('connectListAllDomains', { need: 1, flags: 0 });
    expect(domains.map((domain) => domain.name)).toEqual(['test']);
    const { stats } = await channel.call('connectGetAllDomainStats', { doms: [], stats: 1, flags: 0 });
    expect(stats[0]?.params).toContainEqual({ field: 'state.state', type: 'int', value: 1 });
  });

  it("gives libvirt's errors with all that they say", async () => {
    await expect(channel.call('domainLookupByName', { name: 'nobody' })).rejects.toMatchObject({
      name: 'LibvirtError',
      procedure: 'domainLookupByName',
      code: 42,
      domain: 12,
      level: 2,
      message: 'Domain not found',
    });
    await expect(channel.call('networkLookupByName', { name: 'ghost' })).rejects.toMatchObject({
      code: 43,
      str1: 'Network not found: %s',
      str2: "no network with matching name 'ghost'",
    });
    await expect(open({ uri: 'nonsense:///' })).rejects.toMatchObject({ name: 'LibvirtError', code: 5 });
  });

  it('tells of changes that another client makes', async () => {
    const other = await open();
    const events: LibvirtEvent[] = [];
    const seen = Promise.withResolvers<void>();
    channel.on('event', (event) => {
      events.push(event);
      if (events.length === 2) seen.resolve();
    });
    await subscribe(channel, 'lifecycle');
    const { dom } = await other.call('domainLookupByName', { name: 'test' });
    await other.call('domainDestroy', { dom });
    await other.call('domainCreate', { dom });
    await seen.promise;
    await other.close();
    expect(events.map(({ name, body }) => ({ name, ...body }))).toMatchObject([
      { name: 'lifecycle', dom: { name: 'test' }, event: 5, detail: 1 },
      { name: 'lifecycle', dom: { name: 'test' }, event: 2, detail: 0 },
    ]);
  });

  it('keeps a hundred calls apart that are made at once', async () => {
    const calls = Array.from({ length: 100 }, async (_, index) => {
      if (index % 2 === 0) return (await channel.call('connectGetURI', {})).uri;
      return channel.call('domainLookupByName', { name: `nobody-${index}` }).catch((error: Error) => error.message);
    });
    const answers = await Promise.all(calls);
    expect(new Set(answers.filter((_, index) => index % 2 === 0))).toEqual(new Set(['test:///default']));
    expect(new Set(answers.filter((_, index) => index % 2 === 1))).toEqual(new Set(['Domain not found']));
  });

  it('marks as read-only exactly what libvirtd lets a read-only connection call', async () => {
    const OPERATION_DENIED = 29;
    const wrong: string[] = [];
    for (const [name, spec] of Object.entries(PROCEDURES)) {
      if (['connectOpen', 'connectClose', 'authPolkit', 'authList'].includes(name)) continue;
      // A fresh connection for each, because a test driver that is asked nonsense may take its connection down.
      const readOnly = await open({ readOnly: true });
      const answer = await readOnly
        .call(name as ProcedureName, emptyArguments(spec.args) as never)
        .catch((error: Error) => error);
      await readOnly.close();
      const denied = (answer as { code?: number }).code === OPERATION_DENIED;
      if (denied === spec.readOnly) wrong.push(`${name}: ${answer instanceof Error ? answer.message : 'allowed'}`);
    }
    expect(wrong).toEqual([]);
  });
});

/** The least that a procedure takes: zeros, short texts, null. */
function emptyArguments(table: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(table).map(([name, type]) => [name, emptyValue(type)]));
}

function emptyValue(type: string): unknown {
  if (type === 'string?') return 'x';
  if (type.endsWith('?')) return null;
  if (type.endsWith('[]')) return [];
  const simple: Record<string, unknown> = {
    int: 0,
    uint: 0,
    long: 0n,
    ulong: 0n,
    double: 0,
    string: 'x',
    bytes: Buffer.alloc(0),
    uuid: '00000000-0000-4000-8000-000000000000',
    params: [],
  };
  return simple[type] ?? emptyArguments(STRUCTS[type as keyof typeof STRUCTS]);
}
