/* As much of Candid's grammar as our interface uses, so that two texts of it can be compared by what they mean. */

type Tokens = { readonly list: readonly string[]; at: number };

/**
 * The methods of a Candid service with their types, sorted; comments, spaces, aliases, quotes, the order of fields and
 * the word `blob` do not count.
 *
 * @throws Error for what this grammar does not know
 */
export function canonicalMethods(did: string): string[] {
  const text = did.replace(/\/\/.*$/gm, '');
  const tokens: Tokens = { list: text.match(/->|"[^"]*"|\w+|[^\s\w]/g) ?? [], at: 0 };
  const aliases = new Map<string, string>();
  for (;;) {
    const word = next(tokens);
    if (word === 'type') {
      const name = next(tokens);
      expectToken(tokens, '=');
      aliases.set(name, readType(tokens, aliases));
      expectToken(tokens, ';');
    } else if (word === 'service') {
      while (next(tokens) !== '{');
      return readFields(tokens, aliases, readMethod).sort();
    } else throw new Error(`Candid: a type or the service expected, ${word} came`);
  }
}

function readType(tokens: Tokens, aliases: ReadonlyMap<string, string>): string {
  const word = next(tokens);
  if (word === 'blob') return 'vec nat8';
  if (word === 'vec' || word === 'opt') return `${word} ${readType(tokens, aliases)}`;
  if (word === 'record' || word === 'variant') {
    expectToken(tokens, '{');
    return `${word} {${readFields(tokens, aliases, readType).sort().join('; ')}}`;
  }
  return aliases.get(word) ?? word;
}

function readMethod(tokens: Tokens, aliases: ReadonlyMap<string, string>): string {
  const from = readTuple(tokens, aliases);
  expectToken(tokens, '->');
  const to = readTuple(tokens, aliases);
  const mode = tokens.list[tokens.at] === 'query' ? ` ${next(tokens)}` : '';
  return `${from} -> ${to}${mode}`;
}

function readTuple(tokens: Tokens, aliases: ReadonlyMap<string, string>): string {
  expectToken(tokens, '(');
  const types: string[] = [];
  while (tokens.list[tokens.at] !== ')') {
    types.push(readType(tokens, aliases));
    if (tokens.list[tokens.at] === ',') tokens.at++;
  }
  tokens.at++;
  return `(${types.join(', ')})`;
}

/** `name : what` up to the closing brace, each as one text. */
function readFields(
  tokens: Tokens,
  aliases: ReadonlyMap<string, string>,
  read: (tokens: Tokens, aliases: ReadonlyMap<string, string>) => string,
): string[] {
  const fields: string[] = [];
  while (tokens.list[tokens.at] !== '}') {
    const name = next(tokens).replaceAll('"', '');
    // A variant without content is written as its name alone.
    const isBare = tokens.list[tokens.at] === ';' || tokens.list[tokens.at] === '}';
    if (!isBare) expectToken(tokens, ':');
    fields.push(`${name}: ${isBare ? 'null' : read(tokens, aliases)}`);
    if (tokens.list[tokens.at] === ';') tokens.at++;
  }
  tokens.at++;
  return fields;
}

function next(tokens: Tokens): string {
  const token = tokens.list[tokens.at++];
  if (token === undefined) throw new Error('Candid: the text breaks off');
  return token;
}

function expectToken(tokens: Tokens, expected: string): void {
  const came = next(tokens);
  if (came !== expected) throw new Error(`Candid: ${expected} expected, ${came} came`);
}
