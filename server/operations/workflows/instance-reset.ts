import { powerWorkflow } from './instance/power-workflow.ts';

export const instanceReset = powerWorkflow({
  kind: 'instance.reset',
  step: 'reset',
  act: (driver, ref, options) => driver.reset(ref, options),
  reaches: 'running',
  done: { type: 'instance.reset', message: 'It was reset.' },
  failed: { type: 'instance.reset_failed', message: 'It could not be reset.' },
});
