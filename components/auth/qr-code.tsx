import { encode } from 'uqr';

/** Modules of quiet zone around the code (ISO/IEC 18004 §5.3.8 asks for four). */
const quiet = 4;

/** A QR code, drawn here: what is in it leaves the browser for nobody. Dark on light in every theme, as cameras want it. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { data, size } = encode(text, { border: 0 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '')))
    .join('');
  const edge = size + 2 * quiet;
  return (
    <svg viewBox={`0 0 ${edge} ${edge}`} role="img" aria-label={label} className="size-44 rounded-control bg-white">
      <path d={path} fill="black" shapeRendering="crispEdges" />
    </svg>
  );
}
