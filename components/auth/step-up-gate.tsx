'use client';

import dynamic from 'next/dynamic';
import { useProofAsked } from '../lib/step-up.ts';

const StepUpDialog = dynamic(() => import('./step-up-dialog.tsx').then((module) => module.StepUpDialog));

/** Opens the dialog that asks for a proof, when a request waits for one. */
export function StepUpGate() {
  return useProofAsked() ? <StepUpDialog /> : null;
}
