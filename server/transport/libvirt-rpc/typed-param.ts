/** One of libvirt's typed parameters. The type must be exactly the one that libvirt expects for the field. */
export type TypedParam =
  | { field: string; type: 'int' | 'uint' | 'double'; value: number }
  | { field: string; type: 'llong' | 'ullong'; value: bigint }
  | { field: string; type: 'boolean'; value: boolean }
  | { field: string; type: 'string'; value: string };

/** The type names in the order of their numbers on the wire; 0 is not a type. */
export const TYPED_PARAM_TYPES = ['int', 'uint', 'llong', 'ullong', 'double', 'boolean', 'string'] as const;
