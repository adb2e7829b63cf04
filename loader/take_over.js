// The program goes on with the nodes of the shell: what has the focus and is replaced is lost to a screen reader, and a text that is being
// written would lose its caret. The program makes its own nodes first, whatever its settings and in whatever order. Then each of the
// shell's nodes that stands in the same place gets the attributes and marks of its twin, and the program is told to mean it instead.

/**
 * Has `old`, which stands in the page, stand for `made`, which the program has made; `nodes` gets every such pair. `holds(node)`: the
 * attributes of a node of the shell that stay as they are. `keeps(node)`: does it stay where the program has no such node?
 */
export function adopt(made, old, nodes, holds, keeps) {
  nodes.set(made, old);
  if (made.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== made.data) old.data = made.data;
    return;
  }
  const held = holds(old);
  // By their names: an object for each, and for what holds them, would stay for as long as the element.
  for (const name of made.getAttributeNames()) {
    const value = made.getAttribute(name);
    if (!held.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const name of old.getAttributeNames()) if (!held.includes(name) && !made.hasAttribute(name)) old.removeAttribute(name);
  // Yew's marks, which lead from a node to its listeners.
  for (const mark of Object.keys(made)) if (mark.startsWith('__')) old[mark] = made[mark];

  const left = new Set(childrenOf(old));
  let next = old.firstChild;
  for (const child of childrenOf(made)) {
    let twin = next;
    while (twin && kind(twin) !== kind(child)) twin = twin.nextSibling;
    if (twin) {
      left.delete(twin);
      adopt(child, twin, nodes, holds, keeps);
      next = twin.nextSibling;
    } else old.insertBefore(child, next);
  }
  for (const node of left) if (!keeps(node)) node.remove();
}

/** What two nodes in the same place have in common. A button's names say what it does; what another node is, its first name does. */
function kind(node) {
  const { nodeName, id } = node;
  const names = node.getAttribute?.('class') ?? '';
  return `${nodeName} ${id} ${nodeName === 'BUTTON' ? names : names.split(' ')[0]}`;
}

function childrenOf(node) {
  const children = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
