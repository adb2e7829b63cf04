// DOM takeover: the program continues with the shell's nodes, since replacing a focused node loses
// screen readers, and the caret of a text that is being written. The program first renders nodes of
// its own, whatever its settings. Then each shell node in the same place gets the attributes and
// Yew's marks of its twin, and the program's references are redirected to it.

/**
 * Lets `shellNode`, a node of the page, replace `programNode`, the program's node; every such pair
 * is added to `nodes`. `keptAttributes(node)`: attributes of a shell node that stay as they are.
 * `isKept(node)`: whether a shell node without a twin stays.
 */
export function adopt(programNode, shellNode, nodes, keptAttributes, isKept) {
  nodes.set(programNode, shellNode);
  if (programNode.nodeType !== Node.ELEMENT_NODE) {
    if (shellNode.data !== programNode.data) shellNode.data = programNode.data;
    return;
  }
  const kept = keptAttributes(shellNode);
  for (const { name, value } of programNode.attributes) {
    if (!kept.includes(name) && shellNode.getAttribute(name) !== value) shellNode.setAttribute(name, value);
  }
  for (const { name } of [...shellNode.attributes]) {
    if (!kept.includes(name) && !programNode.hasAttribute(name)) shellNode.removeAttribute(name);
  }
  // Yew's marks, which link a node to its listeners.
  for (const mark of Object.keys(programNode)) if (mark.startsWith('__')) shellNode[mark] = programNode[mark];

  const unmatched = new Set(shellNode.childNodes);
  let next = shellNode.firstChild;
  for (const child of [...programNode.childNodes]) {
    let twin = next;
    while (twin && matchKey(twin) !== matchKey(child)) twin = twin.nextSibling;
    if (twin) {
      unmatched.delete(twin);
      adopt(child, twin, nodes, keptAttributes, isKept);
      next = twin.nextSibling;
    } else shellNode.insertBefore(child, next);
  }
  for (const node of unmatched) if (!isKept(node)) node.remove();
}

/**
 * What must be equal for two nodes to be twins. A button is identified by all its classes, another
 * element by its first.
 */
const matchKey = ({ nodeName, id, className, classList }) => `${nodeName} ${id} ${nodeName === 'BUTTON' ? className : classList?.[0]}`;
