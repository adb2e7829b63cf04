// The program goes on with the nodes of the shell: what has the focus and is replaced is lost to a
// screen reader, and a text that is being written would lose its caret. The program makes its own
// nodes first, whatever its settings and in whatever order. Then each of the shell's nodes that
// stands in the same place gets the attributes and marks of its twin, and the program is told to
// mean it instead.

/**
 * Has `old`, which stands in the page, stand for `made`, which the program has made; `nodes` gets
 * every such pair. `holds(node)`: the attributes of a node of the shell that stay as they are.
 * `keeps(node)`: does it stay where the program has no such node?
 */
export function adopt(made, old, nodes, holds, keeps) {
  nodes.set(made, old);
  if (made.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== made.data) old.data = made.data;
    return;
  }
  const held = holds(old);
  for (const { name, value } of made.attributes) {
    if (!held.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) if (!held.includes(name) && !made.hasAttribute(name)) old.removeAttribute(name);
  // Yew's marks, which lead from a node to its listeners.
  for (const mark of Object.keys(made)) if (mark.startsWith('__')) old[mark] = made[mark];

  const left = new Set(old.childNodes);
  let next = old.firstChild;
  for (const child of [...made.childNodes]) {
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

/**
 * What two nodes in the same place have in common. A button's names say what it does; what another
 * node is, its first name does.
 */
const kind = ({ nodeName, id, className, classList }) => `${nodeName} ${id} ${nodeName === 'BUTTON' ? className : classList?.[0]}`;
