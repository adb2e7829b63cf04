// DOM takeover: the program continues with the shell's nodes, since replacing a focused node loses
// screen readers, and the caret of a text that is being written. The program first renders nodes of
// its own, whatever its settings. Then each shell node in the same place gets the attributes and
// Yew's marks of its twin, and the program's references are redirected to it.

/**
 * Lets `old`, a node of the page, replace `made`, the program's node; every such pair is added to
 * `nodes`. `holds(node)`: attributes of a shell node that stay as they are. `keeps(node)`: whether
 * a shell node without a twin stays.
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
  // Yew's marks, which link a node to its listeners.
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
 * What must be equal for two nodes to be twins. A button is identified by all its classes, another
 * element by its first.
 */
const kind = ({ nodeName, id, className, classList }) => `${nodeName} ${id} ${nodeName === 'BUTTON' ? className : classList?.[0]}`;
