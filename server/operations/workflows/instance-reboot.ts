import { powerWorkflow } from './instance/power-workflow.ts';

export const instanceReboot = powerWorkflow({
  kind: 'instance.reboot',
  step: 'reboot',
  act: (driver, ref, options) => driver.reboot(ref, options),
  reaches: 'running',
  done: { type: 'instance.rebooted', message: 'It was rebooted.' },
  failed: { type: 'instance.reboot_failed', message: 'It could not be rebooted.' },
});
