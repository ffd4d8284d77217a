// What surrounds the drawing: bar with the count of what is shown, legend that filters, tooltip, menu, help, live region.
import { el, fill } from "./dom.js";
import { markup } from "./glyphs.js";
import { colourOf, inkOn } from "./theme.js";

const FRAMES = {
  ellipse: '<ellipse cx="12" cy="12" rx="11" ry="11"/>', "round-rectangle": '<rect x="1" y="1" width="22" height="22" rx="5"/>',
  diamond: '<path d="M12 0L24 12L12 24L0 12z"/>', barrel: '<path d="M3 1q9-2 18 0q3 11 0 22q-9 2-18 0q-3-11 0-22z"/>',
  tag: '<path d="M1 2h15l7 10-7 10H1z"/>', pentagon: '<path d="M12 0L24 9L19.500 23H4.500L0 9z"/>', rhomboid: '<path d="M0 3h17l7 18H7z"/>',
};

function swatch(family, theme) {
  const fill_ = colourOf(family, theme);
  const box = el("span", { class: "hq-swatch", "aria-hidden": "true" });
  // Static drawing from the two tables above; no case data passes here.
  box.innerHTML = `<svg width="18" height="18" viewBox="0 0 24 24" fill="${fill_}">${FRAMES[family.shape] || FRAMES.ellipse}` +
    `<g transform="translate(5 5) scale(.58)">${markup(family.glyph, inkOn(fill_)).replace(/^<svg[^>]*>|<\/svg>$/g, "")}</g></svg>`;
  return box;
}

export function shell(host, on) {
  const root = el("div", { class: "hq-root" });
  const count = el("span", { class: "hq-count", role: "status" });
  const more = el("button", { type: "button", class: "hq-more", onclick: on.more });
  const tools = el("div", { class: "hq-tools", role: "toolbar" });
  const canvas = el("div", { class: "hq-canvas", tabindex: "0", role: "application" });
  const live = el("div", { class: "hq-live", "aria-live": "polite" });
  const tip = el("div", { class: "hq-tip", role: "tooltip", hidden: true });
  const menu = el("div", { class: "hq-menu", role: "menu", hidden: true });
  const legend = el("div", { class: "hq-legend", role: "group" });
  const help = el("div", { class: "hq-help" });
  root.append(el("div", { class: "hq-bar" }, el("div", { class: "hq-shown" }, count, more), tools), canvas, legend, help, tip, menu, live);
  host.append(root);

  let texts = {};
  const t = (key) => texts[key] || key;
  const hideMenu = () => { menu.hidden = true; };
  canvas.addEventListener("pointerdown", hideMenu);
  menu.addEventListener("keydown", (event) => {
    const current = menu.getRootNode().activeElement;
    if (event.key === "Escape") { hideMenu(); canvas.focus(); event.stopPropagation(); }
    if (event.key === "ArrowDown") { (current?.nextElementSibling || menu.firstChild).focus(); event.preventDefault(); }
    if (event.key === "ArrowUp") { (current?.previousElementSibling || menu.lastChild).focus(); event.preventDefault(); }
  });

  function place(box, x, y) {
    box.hidden = false;
    const bounds = root.getBoundingClientRect();
    box.style.left = `${Math.max(4, Math.min(x - bounds.left, bounds.width - box.offsetWidth - 6))}px`;
    box.style.top = `${Math.max(4, Math.min(y - bounds.top, bounds.height - box.offsetHeight - 6))}px`;
  }

  return {
    root, canvas, t,
    say: (sentence) => { live.textContent = sentence; },
    write(data, theme) {
      texts = data.strings || {};
      root.dir = data.dir || "ltr";
      root.lang = data.lang || "en";
      canvas.style.height = `${data.height || 560}px`;
      canvas.setAttribute("aria-label", t("canvas"));
      legend.setAttribute("aria-label", t("legend"));
      const button = (key, sign, act) => el("button", { type: "button", title: t(key), "aria-label": t(key), onclick: act }, el("span", { class: "hq-sign", "aria-hidden": "true" }, sign), el("span", {}, t(key)));
      tools.replaceChildren(
        button("expand", "⊕", on.expand), button("path", "⇢", on.path), button("hide", "⊘", on.hide), button("undo", "↺", on.undo),
        button("fit", "⛶", on.fit), button("tidy", "⁘", on.tidy), button("picture", "⤓", on.picture));
      help.textContent = t("help");
      const hidden = on.hiddenFamilies();
      const present = new Set((data.nodes || []).map((node) => node.family));
      legend.replaceChildren(...Object.entries(data.families || {}).filter(([name]) => present.has(name)).map(([name, family]) =>
        el("label", { class: "hq-key" }, el("input", { type: "checkbox", checked: !hidden.has(name), onchange: (event) => on.family(name, event.target.checked) }), swatch(family, theme), el("span", {}, family.text))),
        ...(data.marks || []).map(([kind, text]) => el("span", { class: "hq-key" }, el("span", { class: `hq-mark hq-mark-${kind}`, "aria-hidden": "true" }), el("span", {}, text))));
    },
    count(shown, data) {
      const total = Math.max(data.count?.total ?? shown, shown);
      count.textContent = fill(t("shown"), { shown: `\u2066${shown.toLocaleString(data.locale)}\u2069`, total: `\u2066${total.toLocaleString(data.locale)}\u2069` });
      more.textContent = t("more");
      more.hidden = !data.count?.more;
    },
    tip(entry, x, y) {
      if (!entry) { tip.hidden = true; return; }
      tip.dir = root.dir;
      tip.replaceChildren(el("strong", {}, entry.text), ...(entry.tip || []).map(([name, value]) => el("div", {}, el("span", { class: "hq-tip-name" }, name), " ", el("span", {}, value))));
      place(tip, x + 14, y + 14);
    },
    menu(entries, x, y) {
      menu.replaceChildren(...entries.map(([key, act]) => el("button", { type: "button", role: "menuitem", onclick: () => { hideMenu(); canvas.focus(); act(); } }, t(key))));
      place(menu, x, y);
      menu.firstChild?.focus();
    },
    hideMenu,
    destroy: () => root.remove(),
  };
}
