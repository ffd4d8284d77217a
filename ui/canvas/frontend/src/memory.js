// Where things stand. Module scope outlives reruns and page switches (the desk is one document);
// sessionStorage outlives a reload of the tab. Only hashes of identifiers are written there.
import { debounce } from "./dom.js";

const boards = new Map();

function hash(text) {
  let a = 0xdeadbeef, b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  return ((a >>> 0).toString(36) + (b >>> 0).toString(36));
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) || {};
  } catch {
    return {}; // storage switched off: positions then last as long as the page
  }
}

export function memoryOf(store) {
  if (boards.has(store)) return boards.get(store);
  const key = "halqa-canvas-" + hash(store);
  const saved = read(key);
  const places = new Map(Object.entries(saved.places || {}));
  const pins = new Set(saved.pins || []);
  const save = debounce(() => {
    try {
      sessionStorage.setItem(key, JSON.stringify({ places: Object.fromEntries(places), pins: [...pins] }));
    } catch {
      // full or switched off: nothing is lost but the memory of positions after a reload
    }
  }, 200);
  const board = {
    selection: [], hiddenFamilies: new Set(), camera: null,
    place: (id) => places.get(hash(id)) || null,
    setPlace: (id, x, y) => places.set(hash(id), [Math.round(x * 10) / 10, Math.round(y * 10) / 10]),
    pinned: (id) => pins.has(hash(id)),
    setPinned: (id, on) => (on ? pins.add(hash(id)) : pins.delete(hash(id))),
    forget: () => places.clear(),
    save,
  };
  boards.set(store, board);
  return board;
}
