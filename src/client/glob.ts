/** Redis's glob on text: `*`, `?`, `[a-z]`, `[^…]`, and a backslash before what is meant literally. */
export function globMatches(pattern: string, text: string): boolean {
  return new RegExp(`^${expression(pattern)}$`, 's').test(text);
}

function expression(pattern: string): string {
  return pattern.replace(
    /\\(.)|\[(\^?)((?:\\.|[^\]\\])*)\]|\*+|\?|[^\\[*?]|[\\[]/gs,
    (token, escaped, not, set) => {
      if (typeof escaped === 'string') return literal(escaped);
      if (typeof set === 'string') {
        if (set === '') return not === '^' ? '.' : '(?!)';
        return `[${String(not)}${set.replace(/\\(.)/g, '$1').replace(/[\\\]^[]/g, '\\$&')}]`;
      }
      if (token.startsWith('*')) return '.*';
      return token === '?' ? '.' : literal(token);
    },
  );
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
