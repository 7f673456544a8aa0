import type { Events, PROCEDURES, Procedures } from './protocol.gen.ts';

export type ProcedureName = keyof Procedures;

/** The procedures that open a stream. */
export type StreamProcedureName = {
  [Name in ProcedureName]: (typeof PROCEDURES)[Name]['stream'] extends null ? never : Name;
}[ProcedureName];

export type EventName = keyof Events;

/** An event as it came from the daemon: its name and its body. */
export type LibvirtEvent = { [Name in EventName]: { name: Name; body: Events[Name] } }[EventName];
