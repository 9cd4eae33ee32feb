/** One function in one place of the call tree, with the sums over all times that it was called there. */
export interface CallNode {
  readonly name: string;

  readonly children: Map<string, CallNode>;
  calls: number;
  /** Instructions spent here and not in what was called from here, exact. */
  self: number;
}

export function newNode(name: string): CallNode {
  return { name, children: new Map(), calls: 0, self: 0 };
}

/** The node of a function called from another, made when it is the first time. */
export function childOf(node: CallNode, name: string): CallNode {
  let child = node.children.get(name);
  if (child === undefined) node.children.set(name, (child = newNode(name)));
  return child;
}

/** Instructions spent in a node and in all that it called. */
export function totalOf(node: CallNode): number {
  let sum = node.self;
  for (const child of node.children.values()) sum += totalOf(child);
  return sum;
}

/** What one function cost, wherever it was called. */
export interface FunctionCost {
  readonly name: string;
  calls: number;
  self: number;
  /** With all that it called; a call of itself is not counted twice. */
  total: number;
}

/** Costs by function, the dearest by themselves first. */
export function costsOf(root: CallNode): FunctionCost[] {
  const costs = new Map<string, FunctionCost>();
  const above = new Set<string>();
  const visit = (node: CallNode): number => {
    let cost = costs.get(node.name);
    if (cost === undefined) costs.set(node.name, (cost = { name: node.name, calls: 0, self: 0, total: 0 }));
    cost.calls += node.calls;
    cost.self += node.self;
    const isOutermost = !above.has(node.name);
    above.add(node.name);
    let total = node.self;
    for (const child of node.children.values()) total += visit(child);
    if (isOutermost) {
      above.delete(node.name);
      cost.total += total;
    }
    return total;
  };
  visit(root);
  return [...costs.values()].sort((a, b) => b.self - a.self);
}

/** One line `outermost;…;innermost instructions` for each place, as flame graph tools read them. */
export function collapsedStacks(root: CallNode): string {
  const lines: string[] = [];
  const visit = (node: CallNode, above: string): void => {
    const path = above === '' ? node.name : `${above};${node.name}`;
    if (node.self > 0) lines.push(`${path} ${node.self}`);
    for (const child of node.children.values()) visit(child, path);
  };
  visit(root, '');
  return lines.map((line) => `${line}\n`).join('');
}
