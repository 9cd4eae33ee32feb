import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The declarations of Binance's own SDK, read as a schema of what the venue sends. Nothing of them is copied. */

const SDK = '@binance/derivatives-trading-usds-futures';

export class SdkTypes {
  private readonly interfaces = new Map<string, ts.InterfaceDeclaration>();
  private readonly aliases = new Map<string, ts.TypeAliasDeclaration>();
  private readonly replies = new Map<string, ts.TypeNode>();
  private readonly weights = new Map<string, number>();

  constructor(text: string) {
    const source = ts.createSourceFile('sdk.d.ts', text, ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      if (ts.isInterfaceDeclaration(node) && !this.interfaces.has(node.name.text))
        this.interfaces.set(node.name.text, node);
      if (ts.isTypeAliasDeclaration(node)) this.aliases.set(node.name.text, node);
      if ((ts.isMethodSignature(node) || ts.isMethodDeclaration(node)) && ts.isIdentifier(node.name))
        this.noteMethod(node.name.text, node, text);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }

  /** The type of a client method's reply; undefined when there is no such method, or it replies nothing. */
  replyOf(method: string): ts.TypeNode | undefined {
    return this.replies.get(method);
  }

  /** What the documentation of a client method says it weighs, when that is one number. */
  weightOf(method: string): number | undefined {
    return this.weights.get(method);
  }

  /** A declared type by name. */
  named(name: string): ts.TypeNode {
    return ts.factory.createTypeReferenceNode(name);
  }

  /**
   * Where a value is not what a type says: keys that are absent (optional ones count as much: the SDK declares every
   * key optional) and values of another JSON type. Paths such as `symbols[].filters[].limit`.
   */
  mismatches(type: ts.TypeNode, value: unknown, path = ''): string[] {
    if (ts.isTypeReferenceNode(type) && ts.isIdentifier(type.typeName)) {
      const name = type.typeName.text;
      const [inner] = type.typeArguments ?? [];
      if (name === 'Array' && inner !== undefined) return this.arrayMismatches(inner, value, path);
      const declared = this.interfaces.get(name);
      if (declared !== undefined) return this.interfaceMismatches(declared, value, path);
      const alias = this.aliases.get(name);
      if (alias !== undefined) return this.mismatches(alias.type, value, path);
      throw new Error(`expected the SDK to declare ${name}, got nothing of that name`);
    }
    if (ts.isArrayTypeNode(type)) return this.arrayMismatches(type.elementType, value, path);
    if (ts.isParenthesizedTypeNode(type)) return this.mismatches(type.type, value, path);
    if (ts.isUnionTypeNode(type)) {
      const tries = type.types.map((one) => this.mismatches(one, value, path));
      return tries.reduce((least, one) => (one.length < least.length ? one : least));
    }
    if (ts.isIntersectionTypeNode(type))
      return type.types.flatMap((one) => this.mismatches(one, value, path));
    if (ts.isTypeLiteralNode(type)) return this.memberMismatches(type.members, value, path);
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal))
      return value === type.literal.text ? [] : [`${path}: not '${type.literal.text}'`];
    const expected = KEYWORDS.get(type.kind);
    if (expected === undefined) throw new Error(`expected a type this reader knows, got ${type.getText()}`);
    const got = jsonType(value);
    return expected === got ? [] : [`${path}: ${got} instead of ${expected}`];
  }

  private interfaceMismatches(declared: ts.InterfaceDeclaration, value: unknown, path: string): string[] {
    const base = declared.heritageClauses?.[0]?.types[0];
    const [inner] = base?.typeArguments ?? [];
    if (base?.expression.getText() === 'Array' && inner !== undefined)
      return this.arrayMismatches(inner, value, path);
    return this.memberMismatches(declared.members, value, path);
  }

  private memberMismatches(members: readonly ts.TypeElement[], value: unknown, path: string): string[] {
    if (jsonType(value) !== 'object') return [`${path}: ${jsonType(value)} instead of object`];
    const fields = value as Readonly<Record<string, unknown>>;
    return members.flatMap((member) => {
      if (!ts.isPropertySignature(member) || member.type === undefined) return [];
      const key = ts.isStringLiteral(member.name) ? member.name.text : member.name.getText();
      const at = path === '' ? key : `${path}.${key}`;
      return Object.hasOwn(fields, key) ? this.mismatches(member.type, fields[key], at) : [`${at}: absent`];
    });
  }

  private arrayMismatches(inner: ts.TypeNode, value: unknown, path: string): string[] {
    if (!Array.isArray(value)) return [`${path}: ${jsonType(value)} instead of array`];
    return [...new Set(value.flatMap((item) => this.mismatches(inner, item, `${path}[]`)))];
  }

  private noteMethod(name: string, node: ts.MethodSignature | ts.MethodDeclaration, text: string): void {
    const match = /^Promise<RestApiResponse<(.*)>>$/s.exec(node.type?.getText() ?? '');
    if (match === null || node.type === undefined) return;
    const promise = node.type as ts.TypeReferenceNode;
    const response = promise.typeArguments?.[0] as ts.TypeReferenceNode | undefined;
    const reply = response?.typeArguments?.[0];
    if (reply !== undefined && reply.kind !== ts.SyntaxKind.VoidKeyword) this.replies.set(name, reply);
    const comment = text.slice(node.getFullStart(), node.getStart());
    const weight = /Weight\(IP\): (\d+)\s/.exec(comment)?.[1];
    if (weight !== undefined) this.weights.set(name, Number(weight));
  }
}

const KEYWORDS = new Map<ts.SyntaxKind, string>([
  [ts.SyntaxKind.StringKeyword, 'string'],
  [ts.SyntaxKind.NumberKeyword, 'number'],
  [ts.SyntaxKind.BigIntKeyword, 'number'],
  [ts.SyntaxKind.BooleanKeyword, 'boolean'],
]);

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

/** Reads the installed SDK. */
export function readSdkTypes(): SdkTypes {
  const entry = fileURLToPath(import.meta.resolve(SDK));
  return new SdkTypes(readFileSync(entry.replace(/index\.m?js$/, 'index.d.ts'), 'utf8'));
}
