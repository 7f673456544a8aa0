'use client';

import { Download } from 'lucide-react';
import { Button } from './button.tsx';
import { Menu, MenuItem } from './menu.tsx';

export interface ExportMenuProps {
  label: string;
  files: readonly { label: string; href: string }[];
}

/** What the page shows, as files to keep. */
export const ExportMenu = ({ label, files }: ExportMenuProps) => (
  <Menu
    trigger={
      <Button>
        <Download size={16} aria-hidden />
        {label}
      </Button>
    }
  >
    {files.map((file) => (
      <MenuItem key={file.href} icon={Download} render={<a href={file.href} download aria-label={file.label} />}>
        {file.label}
      </MenuItem>
    ))}
  </Menu>
);
