/**
 * Builds an element. Children that are strings become text nodes, so data can
 * never turn into markup. `false` and `null` attributes are left out.
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Restarts a CSS animation that is bound to the attribute `data-pulse`. */
export function pulse(node, kind) {
  node.removeAttribute("data-pulse");
  // Reading the layout makes the browser notice the removal; without it two
  // arrivals in one frame would show a single pulse.
  void node.offsetWidth;
  node.setAttribute("data-pulse", kind);
}

/** Appends a log entry, keeps the log short and the newest entry in sight. */
export function appendToLog(log, entry, limit = 200) {
  log.append(entry);
  while (log.childElementCount > limit) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}
