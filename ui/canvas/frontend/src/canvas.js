// The link canvas of the desk: one Cytoscape graph kept alive over every rerun of the page.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import { debounce } from "./dom.js";
import { writeNames } from "./labels.js";
import { memoryOf } from "./memory.js";
import { layoutAll, layoutNew } from "./layout.js";
import { shell } from "./shell.js";
import { stylesheet, themeOf } from "./theme.js";

cytoscape.use(fcose);
// Streamlit calls the default export again on every change of data or theme without unmounting.
const instances = new WeakMap();
const DOUBLE_MS = 450;

function build(host, first) {
  let api = first;
  let data = first.data;
  let revision = null;
  let focus = null;
  const memory = memoryOf(data.store);
  const history = []; // {kind: "move", id, from} undone here, {kind: "asked"} undone by the desk
  const send = (name, ids) => {
    if (name === "expand" || name === "hide" || name === "path") history.push({ kind: "asked" });
    api.setTriggerValue("act", { name, ids: ids || [], at: Date.now() });
  };
  const selectedNodes = () => cy.$("node:selected").map((node) => node.id());
  const act = {
    expand: () => { const ids = selectedNodes(); if (ids.length) send("expand", ids); else ui.say(ui.t("choose_one")); },
    path: () => { const ids = selectedNodes(); if (ids.length === 2) send("path", ids); else { ui.say(ui.t("choose_two")); send("choose_two"); } },
    hide: () => { const ids = selectedNodes(); if (ids.length) send("hide", ids); else ui.say(ui.t("choose_one")); },
    undo: () => {
      const last = history.pop();
      if (last?.kind === "move") { pin(cy.getElementById(last.id), last.pinned); cy.getElementById(last.id).position(last.from); savePlaces(); } else send("undo");
    },
    more: () => send("more"),
    fit: () => cy.fit(cy.elements(":visible"), 36),
    tidy: () => { memory.forget(); layoutAll(cy, cy.nodes(".pinned").toArray()); cy.fit(undefined, 36); savePlaces(); },
    picture: async () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await cy.png({ output: "blob-promise", full: true, scale: 2, bg: themeOf(ui.root).background }));
      link.download = `${data.file || "halqa"}.png`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 5000);
    },
    clear: () => { cy.$(":selected").unselect(); ui.hideMenu(); ui.tip(null); },
    family: (name, on) => { if (on) memory.hiddenFamilies.delete(name); else memory.hiddenFamilies.add(name); filter(); },
    hiddenFamilies: () => memory.hiddenFamilies,
  };
  const ui = shell(host, act);
  ui.canvas.style.height = `${data.height || 560}px`;
  const cy = cytoscape({ container: ui.canvas, style: stylesheet(themeOf(ui.root), data.families || {}), minZoom: 0.05, maxZoom: 4, boxSelectionEnabled: true, selectionType: "single" });

  const savePlaces = () => { cy.nodes().forEach((node) => { const at = node.position(); memory.setPlace(node.id(), at.x, at.y); }); memory.save(); };
  const pin = (node, on) => { node.toggleClass("pinned", on); memory.setPinned(node.id(), on); memory.save(); };
  let quiet = false;
  const commit = debounce(() => {
    memory.selection = cy.$(":selected").map((item) => item.id());
    api.setStateValue("selection", memory.selection);
    ui.say(cy.$("node:selected").map((node) => node.data("text")).join(", "));
  }, 180);

  function filter() {
    cy.batch(() => cy.nodes().forEach((node) => { node.toggleClass("off", memory.hiddenFamilies.has(node.data("family"))); }));
    nameSoon();
    ui.count(cy.nodes().filter((node) => !node.hasClass("off")).length, data);
  }

  function near(item) {
    cy.nodes().removeClass("near");
    if (item?.isNode()) item.neighborhood("node").addClass("near");
  }

  const nameSoon = debounce(() => writeNames(cy), 80);

  cy.on("select unselect", () => { nameSoon(); if (!quiet) commit(); });
  // Cytoscape's own dbltap fires for two quick clicks on two different nodes, as when choosing the ends of a path.
  let tapped = { id: null, at: 0 };
  cy.on("tap", "node,edge", (event) => {
    // The browser counts clicks as the person's system is set; a touch screen does not, so there time decides.
    const id = event.target.id(), clicks = event.originalEvent?.detail || 0;
    const again = tapped.id === id && (clicks ? clicks % 2 === 0 : event.timeStamp - tapped.at < DOUBLE_MS);
    tapped = { id: again ? null : id, at: event.timeStamp };
    if (again) send(event.target.isNode() ? "expand" : "records", [id]);
  });
  cy.on("tap", (event) => { ui.hideMenu(); if (event.target === cy) ui.tip(null); });
  cy.on("mouseover", "node,edge", (event) => { near(event.target); ui.tip(event.target.data(), event.originalEvent.clientX, event.originalEvent.clientY); });
  cy.on("mouseout", "node,edge", () => { near(null); ui.tip(null); });
  cy.on("grab", "node", (event) => { const node = event.target; node.scratch("_from", { at: { ...node.position() }, pinned: node.hasClass("pinned") }); ui.tip(null); });
  cy.on("dragfree", "node", (event) => {
    const from = event.target.scratch("_from");
    if (from) history.push({ kind: "move", id: event.target.id(), from: from.at, pinned: from.pinned });
    pin(event.target, true);
    savePlaces();
    nameSoon();
  });
  cy.on("cxttap", "node,edge", (event) => {
    if (!event.target.selected()) { cy.$(":selected").unselect(); event.target.select(); }
    menuFor(event.target, event.originalEvent.clientX, event.originalEvent.clientY);
  });
  cy.on("viewport", () => { memory.camera = { zoom: cy.zoom(), pan: { ...cy.pan() } }; ui.tip(null); nameSoon(); });
  ui.canvas.addEventListener("contextmenu", (event) => event.preventDefault());

  function menuFor(item, x, y) {
    if (item.isEdge()) ui.menu([["records", () => send("records", [item.id()])]], x, y);
    else ui.menu([["expand", act.expand], ["path", act.path], ["hide", act.hide], [item.hasClass("pinned") ? "unpin" : "pin", () => pin(item, !item.hasClass("pinned"))]], x, y);
  }

  function step(key, anywhere) {
    const shown = cy.nodes().filter((node) => !node.hasClass("off"));
    let from = focus ? cy.getElementById(focus) : cy.collection();
    if (from.empty()) from = shown.first();
    if (from.empty()) return;
    const [dx, dy] = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    const at = from.position();
    let best = null, least = Infinity;
    (anywhere ? shown : from.neighborhood("node").filter((node) => !node.hasClass("off"))).forEach((node) => {
      const x = node.position("x") - at.x, y = node.position("y") - at.y, far = Math.hypot(x, y) || 1, towards = (x * dx + y * dy) / far;
      if (node.id() !== from.id() && towards > 0.2 && far / towards < least) { least = far / towards; best = node; }
    });
    const next = best || from;
    cy.nodes(".focus").removeClass("focus");
    next.addClass("focus");
    focus = next.id();
    ui.say(`${next.data("text")} · ${next.data("kind")}`);
  }

  ui.canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const focused = () => (focus ? cy.getElementById(focus) : cy.collection());
    const keys = {
      p: act.path, h: act.hide, u: act.undo, e: act.expand, f: act.fit, Escape: act.clear,
      "+": () => cy.zoom(cy.zoom() * 1.2), "-": () => cy.zoom(cy.zoom() / 1.2), 0: act.fit,
      Enter: () => { if (focused().nonempty()) send("expand", [focus]); else act.expand(); },
      " ": () => { if (!event.shiftKey) cy.$(":selected").unselect(); focused().select(); },
    };
    if (event.key.startsWith("Arrow")) step(event.key, event.altKey);
    else if (keys[event.key]) keys[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function classesOf(node) {
    return [memory.pinned(node.id) ? "pinned" : "", node.onpath ? "onpath" : ""].join(" ");
  }

  function update() {
    const theme = themeOf(ui.root);
    ui.write(data, theme);
    cy.style(stylesheet(theme, data.families || {}));
    if (data.rev !== revision) {
      revision = data.rev;
      const had = cy.nodes().length;
      const fresh = new Set(), keep = new Set(), add = [];
      quiet = true;
      cy.batch(() => {
        for (const node of data.nodes || []) {
          keep.add(node.id);
          const present = cy.getElementById(node.id);
          if (present.nonempty()) { present.removeData(); present.data(node); present.classes(classesOf(node)); continue; }
          // Positions worked out in Python serve the first drawing only: later ones fit themselves around what is there.
          const at = memory.place(node.id) || (node.x !== undefined && !had ? [node.x, node.y] : null);
          if (!at) fresh.add(node.id);
          add.push({ group: "nodes", data: { ...node }, position: at ? { x: at[0], y: at[1] } : undefined, classes: classesOf(node) });
        }
        for (const edge of data.edges || []) {
          keep.add(edge.id);
          const present = cy.getElementById(edge.id);
          if (present.nonempty()) { present.data(edge); present.classes(edge.onpath ? "onpath" : ""); }
          else add.push({ group: "edges", data: { ...edge }, classes: edge.onpath ? "onpath" : "" });
        }
        cy.elements().filter((item) => !keep.has(item.id())).remove();
        cy.add(add);
      });
      if (!had && memory.selection.length) for (const id of memory.selection) cy.getElementById(id).select();
      if (data.select) { cy.$(":selected").unselect(); for (const id of data.select) cy.getElementById(id).select(); }
      quiet = false;
      if (fresh.size && fresh.size === cy.nodes().length) { layoutAll(cy, []); cy.fit(undefined, 36); }
      else if (fresh.size) { layoutNew(cy, fresh); if (!had) cy.fit(undefined, 36); }
      else if (!had) { if (memory.camera) cy.viewport(memory.camera); else cy.fit(undefined, 36); }
      if (cy.zoom() > 1.6 && !had) { cy.zoom(1.6); cy.center(); }
      savePlaces();
    }
    filter();
    writeNames(cy);
    ui.root.dataset.rev = String(data.rev);
    ui.root.dataset.nodes = String(cy.nodes().length);
  }

  const fitSoon = debounce(() => { if (ui.canvas.offsetWidth) cy.resize(); }, 60);
  const watcher = new ResizeObserver(fitSoon);
  watcher.observe(ui.canvas);
  ui.root.halqa = { cy, memory }; // a handle for tests and for a curious console
  return {
    call(next) { api = next; data = next.data; update(); },
    destroy() {
      savePlaces();
      watcher.disconnect();
      // What still waits would meet a graph without a renderer, and a component that is gone.
      for (const waiting of [nameSoon, fitSoon, commit]) waiting.cancel();
      cy.destroy();
      ui.destroy();
    },
  };
}

export default function canvas(component) {
  const host = component.parentElement.querySelector?.(".hq-host") || component.parentElement;
  let instance = instances.get(host);
  if (!instance) {
    instance = build(host, component);
    instances.set(host, instance);
  }
  instance.call(component);
  return () => {
    instances.delete(host);
    instance.destroy();
  };
}
