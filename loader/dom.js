// Builds nodes from nested arrays. No HTML is ever parsed, so nothing can be injected here.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Turns `[tag, {attribute: value}, [child, …]]` into an element. A child may be a string or an
 * existing node.
 */
export function build(node, namespace) {
  if (!Array.isArray(node)) return node;
  const [tag, attributes = {}, children = []] = node;
  const ownNamespace = tag === 'svg' ? SVG : namespace;
  const element = ownNamespace ? document.createElementNS(ownNamespace, tag) : document.createElement(tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  for (const child of children) element.append(build(child, ownNamespace));
  return element;
}

/** Sets an attribute; `null` removes it. */
export function setAttribute(element, name, value) {
  if (value == null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
