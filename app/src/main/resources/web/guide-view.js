import { formatBytes } from "./bytes.js";
import { element } from "./dom.js";
import { planRooms, runGuideCase } from "./guide-case.js";
import { label, say } from "./i18n.js";
import { createBar } from "./traffic.js";

/** Phases that count up; reading every step aloud would drown the page. */
const COUNTING = ["opening", "joining", "checking"];

export function createGuidePanel() {
  const rooms = planRooms();
  const dots = [];
  const field = label(element("div", { class: "dots", role: "img", "data-testid": "guide-dots" }), "guide.dots");
  for (const members of rooms) {
    const room = element("span", { class: "dot-room" });
    for (const index of members) {
      dots[index] = element("span", { class: "dot", "data-state": "idle", "data-testid": `guide-dot-${index + 1}` });
      room.append(dots[index]);
    }
    field.append(room);
  }

  const run = say(element("button", { type: "button", class: "primary", "data-testid": "guide-run" }), "guide.run");
  const phase = say(element("p", { class: "status", role: "status", "data-testid": "guide-phase", "data-state": "idle" }), "guide.phase.idle");
  const roomBar = createBar("guide-room-bytes", "guide.bar.room", "room");
  const allBar = createBar("guide-all-bytes", "guide.bar.all", "all");
  const sentence = element("p", { class: "sentence", "data-testid": "guide-sentence" });
  const result = element(
    "div",
    { class: "guide-result", "data-testid": "guide-result", "data-state": "none", hidden: true },
    element("div", { class: "bars" }, roomBar.node, allBar.node),
    sentence,
  );

  const showPhase = (state, parameters) => {
    phase.dataset.state = state;
    phase.setAttribute("aria-live", COUNTING.includes(state) ? "off" : "polite");
    say(phase, `guide.phase.${state}`, parameters);
  };

  run.addEventListener("click", async () => {
    run.disabled = true;
    result.hidden = true;
    result.dataset.state = "none";
    for (const dot of dots) dot.dataset.state = "idle";
    try {
      const outcome = await runGuideCase({
        onPhase: (state, done, total) => showPhase(state, { done, total }),
        onClient: (index, state) => (dots[index].dataset.state = state),
      });
      showResult(outcome);
      showPhase("done", { total: outcome.clients });
    } catch (error) {
      showPhase("failed", { reason: error.message });
    }
    run.disabled = false;
    say(run, "guide.runAgain");
  });

  function showResult({ roomSize, messageBytes, clients, received, deliveredBytes, everyoneBytes }) {
    roomBar.show(deliveredBytes, everyoneBytes);
    allBar.show(everyoneBytes, everyoneBytes);
    say(sentence, "guide.sentence", {
      room: roomSize,
      size: formatBytes(messageBytes),
      received,
      delivered: formatBytes(deliveredBytes),
      total: clients,
      everyone: formatBytes(everyoneBytes),
      times: deliveredBytes > 0 ? Math.round(everyoneBytes / deliveredBytes) : null,
    });
    result.dataset.deliveredBytes = deliveredBytes;
    result.dataset.everyoneBytes = everyoneBytes;
    result.dataset.state = "done";
    result.hidden = false;
  }

  return element(
    "section",
    { class: "panel guide", "data-testid": "guide", "aria-labelledby": "guide-heading" },
    element(
      "div",
      { class: "panel-head" },
      say(element("h2", { id: "guide-heading" }), "guide.heading"),
      run,
    ),
    say(element("p"), "guide.intro"),
    field,
    element(
      "ul",
      { class: "legend" },
      ...["idle", "joined", "sender", "received"].map((state) =>
        element(
          "li",
          {},
          element("span", { class: "dot", "data-state": state, "aria-hidden": "true" }),
          say(element("span"), `guide.legend.${state}`),
        ),
      ),
    ),
    phase,
    result,
  );
}
