import { powerWorkflow } from './instance/power-workflow.ts';

export const instanceStart = powerWorkflow({
  kind: 'instance.start',
  step: 'start',
  act: (driver, ref, options) => driver.startInstance(ref, options),
  reaches: 'running',
  done: { type: 'instance.started', message: 'It was started.' },
  failed: { type: 'instance.start_failed', message: 'It could not be started.' },
});
