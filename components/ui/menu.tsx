'use client';

import { Menu as Base } from '@base-ui/react/menu';
import { clsx as cx } from 'clsx';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';

const itemClass =
  'flex min-h-8 cursor-pointer select-none items-center gap-2 rounded-control px-2 py-1 outline-none data-highlighted:bg-hover data-disabled:cursor-default data-disabled:text-text-3';

export interface MenuProps {
  /** The element that opens it; a button with a label. */
  trigger: ReactElement<Record<string, unknown>>;
  children: ReactNode;
  align?: 'start' | 'end';
}

/** A menu of actions under a button. */
export function Menu({ trigger, children, align = 'end' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className="z-50 outline-none">
          <Base.Popup className="max-h-(--available-height) min-w-48 max-w-80 overflow-y-auto rounded-card border border-line bg-surface-2 p-1 shadow-float outline-none transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface MenuItemProps {
  icon?: LucideIcon;
  children: ReactNode;
  onSelect?: () => void;
  /** Why it cannot be chosen now; shown under the label. */
  reason?: string | null;
  tone?: 'danger';
  /** A link: `<Link href={…} />`. */
  render?: ReactElement;
}

/** One action. What cannot be chosen stays in sight with its reason. */
export function MenuItem({ icon: Icon, children, onSelect, reason, tone, render }: MenuItemProps) {
  return (
    <Base.Item
      className={cx(itemClass, tone === 'danger' && !reason && 'text-bad')}
      disabled={Boolean(reason)}
      onClick={reason ? undefined : onSelect}
      render={render}
    >
      {Icon ? <Icon size={16} aria-hidden className="shrink-0" /> : null}
      <span className="min-w-0">
        <span className="block truncate">{children}</span>
        {reason ? <span className="block text-12 text-text-3">{reason}</span> : null}
      </span>
    </Base.Item>
  );
}

export interface MenuChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: LucideIcon }[];
  onChange: (value: T) => void;
}

/** One of several, as part of a menu. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-1.5 pb-1 text-12 text-text-3">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={onChange}>
        {options.map(({ value: each, label: text, icon: Icon }) => (
          <Base.RadioItem key={each} value={each} closeOnClick className={itemClass}>
            {Icon ? <Icon size={16} aria-hidden className="shrink-0" /> : null}
            <span className="min-w-0 grow truncate">{text}</span>
            <Base.RadioItemIndicator>
              <Check size={16} aria-hidden className="text-lagoon" />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}

export const MenuSeparator = () => <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
