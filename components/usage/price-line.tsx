'use client';

import { useQuery } from '@tanstack/react-query';
import dynamic from 'next/dynamic';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../lib/trpc-client.ts';
import { useMayInSystem } from '../lib/use-me.ts';
import { Button } from '../ui/button.tsx';
import { formatPrice } from './format-usage.ts';

// Rules and form are fetched when the dialog opens.
const PriceDialog = dynamic(() => import('./price-dialog.tsx').then((module) => module.PriceDialog));

/** What an hour costs now, and for who may: how to change it. */
export function PriceLine() {
  const t = useTranslations('usage.prices');
  const locale = useLocale();
  const trpc = useTRPC();
  const mayChange = useMayInSystem('price:write');
  const [open, setOpen] = useState(false);
  const { data } = useQuery(trpc.price.get.queryOptions({}));
  if (!data) return null;
  const { current, currency } = data;
  const money = (amount: string): string => formatPrice(amount, currency ?? 'EUR', locale);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
      <p className="text-text-2">
        {current
          ? t('now', {
              vcpu: money(current.vcpuHour),
              memory: money(current.memoryGiBHour),
              disk: money(current.diskGiBHour),
            })
          : t('none')}
      </p>
      {mayChange ? (
        <Button size="small" onClick={() => setOpen(true)}>
          {t('set')}
        </Button>
      ) : null}
      {open ? <PriceDialog current={current} currency={currency} onClose={() => setOpen(false)} /> : null}
    </div>
  );
}
