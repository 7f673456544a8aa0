import { notFound, redirect } from 'next/navigation';
import { paths } from '#components/lib/paths.ts';
import { errorTable } from '#server/contract/errors.ts';

/** Where the `type` of a problem document leads (RFC 9457 §3.1.1): to what its code means. */
export default async function ProblemPage({ params }: { params: Promise<{ code: string }> }) {
  const { code } = await params;
  if (!Object.hasOwn(errorTable, code)) notFound();
  redirect(`${paths.apiDocs()}#problem-${code}`);
}
