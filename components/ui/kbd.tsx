/** Keys as they are pressed: `mod+k` is ⌘K or Ctrl K (server and client agree on Ctrl until hydration), `g i` one after the other. */
export function Kbd({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-0.5">
      {keys.split(' ').map((key) => (
        <kbd
          key={key}
          className="inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-[4px] border border-line bg-surface-0 px-1 font-sans text-12 text-text-2"
        >
          {key.replace('mod+', 'Ctrl ')}
        </kbd>
      ))}
    </span>
  );
}
