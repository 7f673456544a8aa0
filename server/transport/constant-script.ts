declare const constant: unique symbol;

/** Text of a shell script that stands in our source as it is: no data was ever put into it. */
export type ConstantScript = string & { readonly [constant]: true };

/**
 * Marks a POSIX sh script as constant: `` constantScript`cat /proc/uptime` ``. Interpolation is refused by the type and
 * at run time, so data can reach a script through its stdin only and no value is ever parsed by a shell. The text is
 * taken raw: backslashes belong to the shell.
 *
 * @throws TypeError when it is called as a function, or with values in the template.
 */
export function constantScript(strings: TemplateStringsArray, ...values: never[]): ConstantScript {
  const text = strings.raw?.[0];
  if (text === undefined || strings.length !== 1 || values.length > 0 || !Object.isFrozen(strings.raw)) {
    throw new TypeError('A host script must be one constant template without values; pass data on stdin.');
  }
  return text as ConstantScript;
}
