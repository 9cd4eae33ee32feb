/** Something that a kernel may not say. */
export class Refused extends Error {
  /** @param {import('typescript').Node} node @param {string} expected */
  constructor(node, expected) {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart());
    super(`${file.fileName}:${String(line + 1)}: expected ${expected}, got ${node.getText()}`);
    this.name = 'Refused';
  }
}
