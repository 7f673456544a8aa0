'use client';

import { Upload } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { parseProblem } from '../lib/problem.ts';
import { useProblemText } from '../lib/use-problem-text.ts';
import { Button } from '../ui/button.tsx';
import { toast } from '../ui/toast.tsx';

/** Sends a `docker save` tar to a host, with progress; fetch() cannot tell how much was sent, so XMLHttpRequest. */
export function HostImageLoad({ host }: { host: string }) {
  const t = useTranslations('host.images');
  const textOf = useProblemText();
  const input = useRef<HTMLInputElement>(null);
  const [percent, setPercent] = useState<number | null>(null);
  const send = (file: File) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/hosts/${host}/container-images/data`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => setPercent(Math.floor((loaded / total) * 100));
    request.onloadend = () => {
      setPercent(null);
      if (request.status >= 200 && request.status < 300) return;
      const problem = request.responseText ? parseProblem(JSON.parse(request.responseText)) : null;
      const text = problem ? textOf(problem) : null;
      toast('bad', t('loadFailed'), text?.detail ?? text?.title);
    };
    setPercent(0);
    request.send(file);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".tar,application/x-tar"
        aria-label={t('load')}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) send(file);
        }}
      />
      <Button onClick={() => input.current?.click()} busy={percent !== null}>
        {percent === null ? <Upload size={16} aria-hidden /> : null}
        {percent === null ? t('load') : t('loading', { percent })}
      </Button>
    </>
  );
}
