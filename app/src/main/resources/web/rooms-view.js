import { ClientCard } from "./client-card.js";
import { loadSocketIo } from "./client.js";
import { element } from "./dom.js";
import { createGuidePanel } from "./guide-view.js";
import { label, say } from "./i18n.js";
import { createTrafficPanel, TrafficLedger } from "./traffic.js";

const PRESETS = [
  { name: "A", kind: "plain", room: "1" },
  { name: "B", kind: "socketio", room: "1" },
  { name: "C", kind: "plain", room: "2" },
];
const NAMES = [..."ABCDEFGHIJKL"];

export function mountRoomsView(root) {
  const cards = [];
  const ledger = new TrafficLedger();
  let socketIoMissing = false;

  const board = label(element("div", { class: "board", "data-testid": "clients" }), "rooms.cards");
  board.setAttribute("role", "group");
  const button = (testId, key, attributes) =>
    say(element("button", { type: "button", "data-testid": testId, ...attributes }), key);
  const connectAll = button("rooms-connect-all", "rooms.connectAll", { class: "primary" });
  const disconnectAll = button("rooms-disconnect-all", "rooms.disconnectAll");
  const add = button("client-add", "rooms.add");

  function addCard(preset, removable) {
    const card = new ClientCard({ ...preset, removable });
    card.addEventListener("sent", ({ detail }) => ledger.sent(detail, cards.filter((each) => each.connected).length));
    card.addEventListener("arrived", ({ detail }) => ledger.arrived(detail));
    card.addEventListener("change", showButtons);
    card.addEventListener("aim", ({ detail }) => showAim(card, detail));
    card.addEventListener("remove", () => removeCard(card));
    if (socketIoMissing) card.forbidSocketIo();
    cards.push(card);
    board.append(card.node);
    showButtons();
    return card;
  }

  function removeCard(card) {
    cards.splice(cards.indexOf(card), 1);
    card.node.remove();
    card.disconnect();
    showButtons();
    add.focus();
  }

  function freeName() {
    return NAMES.find((name) => !cards.some((card) => card.name === name));
  }

  function showButtons() {
    connectAll.disabled = cards.every((card) => card.connected && card.joinedRoom !== null);
    disconnectAll.disabled = !cards.some((card) => card.connected);
    add.disabled = freeName() === undefined;
  }

  /** Marks the cards a message would reach, while a send button is aimed at. */
  function showAim(sender, way) {
    for (const card of cards) {
      card.node.classList.toggle("aimed-at", way !== null && card.connected && isReached(sender, card, way));
    }
  }

  connectAll.addEventListener("click", () => cards.forEach((card) => card.enter()));
  disconnectAll.addEventListener("click", () => cards.forEach((card) => card.disconnect()));
  add.addEventListener("click", () => {
    const card = addCard({ name: freeName(), kind: "plain", room: "1" }, true);
    card.connectButton.focus();
  });
  document.addEventListener("languageswitch", () => cards.forEach((card) => card.showPreset()));

  root.append(
    element(
      "div",
      { class: "rooms-head" },
      element(
        "div",
        { class: "intro" },
        say(element("h1", { id: "rooms-heading" }), "rooms.heading"),
        say(element("p"), "rooms.intro"),
      ),
      element("div", { class: "toolbar" }, connectAll, disconnectAll, add),
    ),
    createTrafficPanel(ledger),
    board,
    say(element("p", { class: "hint note" }), "rooms.everyoneNote"),
    createGuidePanel(),
  );
  for (const preset of PRESETS) addCard(preset, false);

  loadSocketIo().catch(() => {
    socketIoMissing = true;
    cards.forEach((card) => card.forbidSocketIo());
  });
}

function isReached(sender, card, way) {
  switch (way) {
    case "echo":
      return card === sender;
    case "all":
      return true;
    case "others":
      return card !== sender;
    default:
      return card !== sender && sender.joinedRoom !== null && card.joinedRoom === sender.joinedRoom;
  }
}
