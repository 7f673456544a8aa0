'use client';

import type { Operation } from '#server/contract/operation.ts';
import { useOperationText } from '../lib/operation-text.ts';
import { ProgressLine } from '../ui/progress-line.tsx';
import { StateDot } from '../ui/state-dot.tsx';

/** How far an operation is, or how it ended. */
export function OperationState({ operation }: { operation: Operation }) {
  const text = useOperationText();
  if (operation.state === 'running' || operation.state === 'undoing')
    return <ProgressLine percent={operation.progress.percent} text={text.progress(operation)} />;
  return <StateDot tone={text.tone(operation.state)}>{text.state(operation.state)}</StateDot>;
}
