import type { Workflow } from '../engine/workflow.ts';
import { containerImageLoad } from './container-image-load.ts';
import { containerImagePull } from './container-image-pull.ts';
import { containerImageRemove } from './container-image-remove.ts';
import { hostEnroll } from './host-enroll.ts';
import { hostInspect } from './host-inspect.ts';
import { hostKeyScan } from './host-key-scan.ts';
import { hostRemove } from './host-remove.ts';
import { imageDelete } from './image-delete.ts';
import { imageImport } from './image-import.ts';
import { instanceCreate } from './instance-create.ts';
import { instanceDelete } from './instance-delete.ts';
import { instancePause } from './instance-pause.ts';
import { instanceReboot } from './instance-reboot.ts';
import { instanceRename } from './instance-rename.ts';
import { instanceReset } from './instance-reset.ts';
import { instanceResume } from './instance-resume.ts';
import { instanceStart } from './instance-start.ts';
import { instanceStop } from './instance-stop.ts';
import { projectDelete } from './project-delete.ts';
import { volumeDelete } from './volume-delete.ts';
import type { AtollWorkflow, WorkflowTools } from './workflow-tools.ts';

/** The engine reads the input by the workflow's own schema before it hands it over, so that the type is true again. */
const erased = <Input>(workflow: AtollWorkflow<Input>) => workflow as Workflow<unknown, WorkflowTools>;

/** One workflow per kind of contract/operation.ts. */
export const allWorkflows: readonly Workflow<unknown, WorkflowTools>[] = [
  erased(instanceCreate),
  erased(instanceStart),
  erased(instanceStop),
  erased(instanceReboot),
  erased(instanceReset),
  erased(instancePause),
  erased(instanceResume),
  erased(instanceRename),
  erased(instanceDelete),
  erased(volumeDelete),
  erased(projectDelete),
  erased(imageImport),
  erased(imageDelete),
  erased(hostKeyScan),
  erased(hostEnroll),
  erased(hostInspect),
  erased(hostRemove),
  erased(containerImagePull),
  erased(containerImageLoad),
  erased(containerImageRemove),
];
