import { expect, it } from 'vitest';
import { fieldOfPointer } from './apply-problem.ts';

it.each([
  ['/name', 'name'],
  ['/ports/0/hostPort', 'ports.0.hostPort'],
  ['/env/A~1B~0C', 'env.A/B~C'],
  ['', ''],
])('%j is the field %j', (pointer, field) => {
  expect(fieldOfPointer(pointer)).toBe(field);
});
