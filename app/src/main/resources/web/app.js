import { mountCallView } from "./call-view.js";
import { mountFooter } from "./footer.js";
import { toggleLanguage, translatePage } from "./i18n.js";
import { mountRoomsView } from "./rooms-view.js";

const VIEWS = ["rooms", "call"];
const viewElement = (name) => document.getElementById(`${name}-view`);

function showView() {
  const wanted = location.hash.slice(1);
  const current = VIEWS.includes(wanted) ? wanted : VIEWS[0];
  for (const name of VIEWS) {
    viewElement(name).hidden = name !== current;
    const link = document.querySelector(`.tabs a[href="#${name}"]`);
    if (name === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function showLanguageSwitch() {
  const other = document.documentElement.lang === "en" ? "ko" : "en";
  document.getElementById("lang-switch").lang = other;
}

mountRoomsView(viewElement("rooms"));
mountCallView(viewElement("call"));
mountFooter(document.getElementById("footer"));
document.addEventListener("languageswitch", showLanguageSwitch);
document.getElementById("lang-switch").addEventListener("click", toggleLanguage);
addEventListener("hashchange", showView);
translatePage();
showView();
document.documentElement.dataset.ready = "true";
