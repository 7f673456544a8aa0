import { powerWorkflow } from './instance/power-workflow.ts';

export const instanceResume = powerWorkflow({
  kind: 'instance.resume',
  step: 'resume',
  act: (driver, ref, options) => driver.resume(ref, options),
  reaches: 'running',
  done: { type: 'instance.resumed', message: 'It was resumed.' },
  failed: { type: 'instance.resume_failed', message: 'It could not be resumed.' },
});
