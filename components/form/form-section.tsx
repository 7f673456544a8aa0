import { type ReactNode, useId } from 'react';

export interface FormSectionProps {
  title: string;
  detail?: ReactNode;
  children: ReactNode;
}

/** One question of a long form: a title, a line of help, its fields. */
export function FormSection({ title, detail, children }: FormSectionProps) {
  const heading = useId();
  return (
    <section
      aria-labelledby={heading}
      className="flex flex-col gap-3 border-line border-t pt-5 first:border-t-0 first:pt-0"
    >
      <div>
        <h2 id={heading} className="text-14 font-semibold">
          {title}
        </h2>
        {detail ? <p className="text-text-2">{detail}</p> : null}
      </div>
      {children}
    </section>
  );
}
