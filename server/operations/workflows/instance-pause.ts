import { powerWorkflow } from './instance/power-workflow.ts';

export const instancePause = powerWorkflow({
  kind: 'instance.pause',
  step: 'pause',
  act: (driver, ref, options) => driver.pause(ref, options),
  reaches: 'paused',
  done: { type: 'instance.paused', message: 'It was paused.' },
  failed: { type: 'instance.pause_failed', message: 'It could not be paused.' },
});
