// The sign inside each node, drawn here on a 24 x 24 grid: the third sign of a family beside colour and shape.
const stroke = (d) => `<path d="${d}" fill="none" stroke="INK" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/>`;
const solid = (d) => `<path d="${d}" fill="INK"/>`;

const GLYPHS = {
  person: solid("M12 3a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM3 21.500c0-5 4-8 9-8s9 3 9 8z"),
  persona: stroke("M4 4h16v8a8 8 0 0 1-16 0zM8 9h2M14 9h2M9 14.500q3 2 6 0"),
  victim: stroke("M5 11h14v10H5zM8 11V8a4 4 0 0 1 8 0v3") + solid("M10.700 14.500h2.600v3.500h-2.600z"),
  phone: solid("M6.500 2.500l3.500 0 1.500 5-2.500 2a13 13 0 0 0 5.500 5.500l2-2.500 5 1.500v3.500c0 2-1.500 3.500-3.500 3.500C9.500 21 3 14.500 3 6c0-2 1.500-3.500 3.500-3.500z"),
  sim: stroke("M6 2.500h8l5 5v14H6zM9 12h6v6H9zM12 12v6"),
  device: stroke("M7 2.500h10v19H7zM11 18.500h2"),
  ip: stroke("M12 2.500a9.500 9.500 0 1 1 0 19a9.500 9.500 0 0 1 0-19zM2.500 12h19M12 2.500q-6 9.500 0 19q6-9.500 0-19"),
  account: stroke("M12 8a4 4 0 1 1 0 8a4 4 0 0 1 0-8zM16 8v5.500a2.500 2.500 0 0 0 5 0V12a9 9 0 1 0-3.500 7"),
  page: stroke("M4 3h16v18H4zM8 8h8M8 12h8M8 16h5"),
  email: stroke("M3 5h18v14H3zM3 6l9 7.500L21 6"),
  url: stroke("M10 14a4 4 0 0 0 6 0l4-4a4 4 0 0 0-6-6l-1.500 1.500M14 10a4 4 0 0 0-6 0l-4 4a4 4 0 0 0 6 6l1.500-1.500"),
  bank: stroke("M3 9l9-6 9 6zM5.500 10v8M12 10v8M18.500 10v8M3 20.500h18"),
  wallet: stroke("M3 6h15v-3H5a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h16V6h-3M16 12.500h5v4h-5z"),
  crypto: stroke("M12 2.500l8.500 5v9l-8.500 5-8.500-5v-9zM9 8.500h4.500a2 2 0 0 1 0 3.500H9zM9 12h5a2 2 0 0 1 0 3.700H9z"),
  transfer: stroke("M3 8h17M15.500 3.500L20 8l-4.500 4.500M21 16H4M8.500 11.500L4 16l4.500 4.500"),
  demand: stroke("M4 3h16v13h-7l-5 5v-5H4z") + solid("M10.900 5.800h2.200v5h-2.200zM10.900 12h2.200v2.200h-2.200z"),
  report: stroke("M5 2.500h9l5 5v14H5zM14 2.500v5h5M8.500 12.500h7M8.500 16.500h7"),
  case: stroke("M3 8h18v12H3zM9 8V4.500h6V8M3 13h18"),
  contact: stroke("M3 4h18v12H10l-5 5v-5H3zM8 9h8M8 12.500h5"),
  outlet: stroke("M4 10v11h16V10M2.500 10l2-6.500h15l2 6.500zM10 21v-6h4v6"),
  organisation: stroke("M5 21.500V3h9v18.500M14 9h5v12.500M3 21.500h18M8.500 7h2M8.500 11h2M8.500 15h2"),
  place: stroke("M12 22c-5-6-7.500-9.500-7.500-13a7.500 7.500 0 0 1 15 0c0 3.500-2.500 7-7.500 13zM12 6.500a2.500 2.500 0 1 1 0 5a2.500 2.500 0 0 1 0-5z"),
  publication: stroke("M4 9v6h4l8 5V4L8 9zM19.500 9q2 3 0 6"),
  media: stroke("M3 4h18v16H3z") + solid("M9.500 8l7 4-7 4z"),
  script: stroke("M6 3h14v14a4 4 0 0 1-4 4H5a3 3 0 0 0 3-3V3M11 8h6M11 12h6"),
  other: solid("M12 8a4 4 0 1 1 0 8a4 4 0 0 1 0-8z"),
};

const cache = new Map();

export function markup(name, ink) {
  const body = (GLYPHS[name] || GLYPHS.other).replaceAll("INK", ink);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 24 24">${body}</svg>`;
}

export function glyph(name, ink) {
  const key = name + ink;
  if (!cache.has(key)) cache.set(key, "data:image/svg+xml;utf8," + encodeURIComponent(markup(name, ink)));
  return cache.get(key);
}
