import type { ReactNode } from 'react';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Facts about a thing: label and value in two columns that align. */
export const FactList = ({ facts }: { facts: readonly Fact[] }) => (
  <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-6 gap-y-2">
    {facts.map(({ label, value }) => (
      <div key={label} className="contents">
        <dt className="text-text-2">{label}</dt>
        <dd className="min-w-0">{value}</dd>
      </div>
    ))}
  </dl>
);
