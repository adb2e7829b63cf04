// Nodes from nested arrays. No HTML is ever parsed, so nothing here is a place to inject into.

const SVG = 'http://www.w3.org/2000/svg';

/** `[tag, {attribute: value}, [child, …]]`, a text, or a node that is there already → a node. */
export function build(node, namespace) {
  if (!Array.isArray(node)) return node.nodeType ? node : document.createTextNode(node);
  const [tag, attributes = {}, children = []] = node;
  const inner = tag === 'svg' ? SVG : namespace;
  const element = inner ? document.createElementNS(inner, tag) : document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  element.append(...children.map((child) => build(child, inner)));
  return element;
}
