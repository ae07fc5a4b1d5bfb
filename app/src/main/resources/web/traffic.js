import { byteLength, formatBytes } from "./bytes.js";
import { element } from "./dom.js";
import { say } from "./i18n.js";

/**
 * Counts message text: what really arrived at clients of this page, and what
 * would have arrived had each message gone to all of them.
 */
export class TrafficLedger extends EventTarget {
  delivered = 0;
  everyone = 0;
  #expected = new Map();

  sent(message, connectedClients) {
    this.everyone += byteLength(message.text) * connectedClients;
    const key = JSON.stringify(message);
    this.#expected.set(key, (this.#expected.get(key) ?? 0) + connectedClients);
    this.#changed();
  }

  /** Messages of other tabs are not in the ledger, so they are not counted. */
  arrived(message) {
    const key = JSON.stringify(message);
    const open = this.#expected.get(key) ?? 0;
    if (open === 0) return;
    this.#expected.set(key, open - 1);
    this.delivered += byteLength(message.text);
    this.#changed();
  }

  reset() {
    this.delivered = 0;
    this.everyone = 0;
    this.#expected.clear();
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export function createTrafficPanel(ledger) {
  const delivered = createBar("traffic-delivered", "traffic.delivered", "room");
  const everyone = createBar("traffic-everyone", "traffic.everyone", "all");
  const reset = say(element("button", { type: "button", class: "quiet", "data-testid": "traffic-reset" }), "traffic.reset");
  reset.addEventListener("click", () => ledger.reset());

  const show = () => {
    delivered.show(ledger.delivered, ledger.everyone);
    everyone.show(ledger.everyone, ledger.everyone);
  };
  ledger.addEventListener("change", show);
  show();

  return element(
    "section",
    { class: "panel traffic", "data-testid": "traffic" },
    element(
      "div",
      { class: "panel-head" },
      say(element("h2"), "traffic.heading"),
      say(element("p", { class: "hint" }), "traffic.explain"),
      reset,
    ),
    element("div", { class: "bars" }, delivered.node, everyone.node),
  );
}

/** A labelled bar whose length is a share of a whole. */
export function createBar(testId, labelKey, tone) {
  const value = element("span", { class: "bar-value", "data-testid": testId, "data-bytes": "0" }, formatBytes(0));
  const fill = element("span", { class: "bar-fill", "data-tone": tone });
  const node = element(
    "div",
    { class: "bar" },
    say(element("span", { class: "bar-label" }), labelKey),
    value,
    element("span", { class: "bar-track", "aria-hidden": "true" }, fill),
  );
  return {
    node,
    show(bytes, whole) {
      value.dataset.bytes = bytes;
      value.textContent = formatBytes(bytes);
      fill.style.width = whole > 0 ? `${Math.min(100, (bytes / whole) * 100)}%` : "0";
    },
  };
}
